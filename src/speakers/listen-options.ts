/** Checks the options of listening, and reads them from text for the command line. */

import { OptionError } from '../errors.js';
import type { WantedLink } from '../links/choice.js';
import type { NamedMachine } from '../names/named-machine.js';
import { checkLinks, parseDuration } from '../sweep/options.js';
import type { ListenOptions } from './listen-api.js';

export interface CheckedListenOptions {
  /** Without an interface, all that are suitable. */
  readonly links: readonly WantedLink[];
  readonly names: readonly (string | NamedMachine)[];
  /** Infinity for no end. */
  readonly durationMs: number;
  readonly frames: number;
}

const longestMs = 7 * 24 * 3_600_000;

/**
 * Reads how long to listen.
 * @returns milliseconds
 * @throws OptionError
 */
export function parseListenDuration(text: string): number {
  return checkDuration(parseDuration(text, 'durationMs', longestMs), text);
}

/**
 * Reads a number of frames.
 * @throws OptionError
 */
export function parseFrameCount(text: string): number {
  return checkFrames(/^\d+$/.test(text) ? Number(text) : Number.NaN, text);
}

/**
 * Checks every option alone and fills in the defaults.
 * @throws OptionError that names the option, what was given and the form expected
 */
export function checkListenOptions(options: ListenOptions): CheckedListenOptions {
  const { names = [], durationMs, frames } = options;
  return {
    links: checkLinks(options, 'listen on all that are up'),
    names: typeof names === 'string' ? [names] : names,
    durationMs: durationMs === undefined ? Number.POSITIVE_INFINITY : checkDuration(durationMs, durationMs),
    frames: frames === undefined ? Number.POSITIVE_INFINITY : checkFrames(frames, frames),
  };
}

function checkDuration(ms: number, given: unknown): number {
  if (typeof ms === 'number' && ms > 0 && ms <= longestMs) return ms;
  return refuse('durationMs', 'duration', given, 'a time longer than 0, such as 30s or 2h; at most 168h');
}

function checkFrames(count: number, given: unknown): number {
  if (Number.isSafeInteger(count) && count > 0) return count;
  return refuse('frames', 'number of frames', given, 'a whole number from 1');
}

function refuse(option: string, words: string, given: unknown, form: string): never {
  throw new OptionError(option, `The ${words} ${JSON.stringify(given)} cannot be right.`, `Give ${form}.`);
}
