/** Options that the commands share which send frames one by one. */

import { refuse } from '../sweep/options.js';

const longestMs = 3_600_000;

/**
 * Reads how often something is sent.
 * @throws OptionError
 */
export function parseCount(text: string | number): number {
  const count = typeof text === 'number' || /^\d+$/.test(text) ? Number(text) : Number.NaN;
  const isRight = Number.isSafeInteger(count) && count >= 1;
  return isRight ? count : refuse('count', 'count', text, 'a whole number from 1');
}

/**
 * Checks a span of time in ms. `words` say what it is.
 * @throws OptionError that names `option`
 */
export function checkTime(option: string, words: string, ms: number): number {
  const isRight = typeof ms === 'number' && ms >= 1 && ms <= longestMs;
  return isRight ? ms : refuse(option, words, `${ms} ms`, 'a time from 1 ms to 1 h');
}
