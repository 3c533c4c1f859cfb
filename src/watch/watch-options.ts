/** Checks the options of a watch, and reads them from text for the command line. */

import { OptionError } from '../errors.js';
import { checkOptions, parseDuration } from '../sweep/options.js';
import type { SweepOptions } from '../sweep/sweep-api.js';
import type { WatchOptions } from './watch-api.js';

export interface CheckedWatch {
  readonly intervalMs: number;
  /** Questions per second for each address, or null to sweep. */
  readonly fast: number | null;
  /** What a sweep of the watch takes. */
  readonly sweep: SweepOptions;
}

const usualIntervalMs = 60_000;
const longestMs = 7 * 24 * 3_600_000;
const shortestMs = 100;
const fastest = 10;

/**
 * Reads a span of time: the interval, or how long to watch.
 * @returns milliseconds
 * @throws OptionError
 */
export function parseWatchDuration(text: string, option: 'intervalMs' | 'for'): number {
  const ms = parseDuration(text, option, longestMs);
  return option === 'for' && ms > 0 ? ms : checkInterval(ms, text, option);
}

/**
 * Reads how often the fast mode asks.
 * @returns questions per second
 * @throws OptionError
 */
export function parseFast(text: string): number {
  return checkFast(/^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN, text);
}

/**
 * Checks every option alone and fills in the defaults.
 * @throws OptionError that names the option, what was given and the form expected
 */
export function checkWatchOptions(options: WatchOptions): CheckedWatch {
  const { intervalMs, fast, state, onBegin, onSweep, onTrouble, ...sweep } = options;
  checkOptions(sweep);
  if (fast !== undefined && intervalMs !== undefined) {
    throw new OptionError(
      'intervalMs',
      'The fast mode asks all the time, so that an interval has no meaning.',
      'Leave out --interval (intervalMs) or --fast (fast).',
    );
  }
  return {
    intervalMs:
      intervalMs === undefined ? usualIntervalMs : checkInterval(intervalMs, intervalMs, 'intervalMs'),
    fast: fast === undefined ? null : checkFast(fast, fast),
    sweep,
  };
}

function checkInterval(ms: number, given: unknown, option: string): number {
  if (typeof ms === 'number' && ms >= shortestMs && ms <= longestMs) return ms;
  return refuse(
    option,
    option === 'for' ? 'duration' : 'interval',
    given,
    'a time such as 30s, 5m or 1h; at most 168h',
  );
}

function checkFast(perSecond: number, given: unknown): number {
  if (typeof perSecond === 'number' && perSecond >= 1 && perSecond <= fastest) return perSecond;
  return refuse('fast', 'number of questions', given, `how often to ask in a second, from 1 to ${fastest}`);
}

function refuse(option: string, words: string, given: unknown, form: string): never {
  throw new OptionError(option, `The ${words} ${JSON.stringify(given)} cannot be right.`, `Give ${form}.`);
}
