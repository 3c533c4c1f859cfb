/** Options that the commands share which send frames one by one. */

import type { WantedLink } from '../links/choice.js';
import { checkOptions, refuse } from '../sweep/options.js';

/** On which links. */
export interface WhereOptions {
  /** Links as `-I` takes them, `[NETNS:]IFACE[@VID[.PRIO]]`; without any, for each address that of its route. */
  readonly links?: readonly string[];
  /** Network namespace of links that do not say: a name, a path or a process id. */
  readonly netns?: string;
  /** VLAN tag of links that do not say, as `VID[.PRIO]`; 0 for none. */
  readonly vlan?: number | string;
}

const longestMs = 3_600_000;

/** @throws OptionError */
export function checkWhere({ links, netns, vlan }: WhereOptions): readonly WantedLink[] {
  return checkOptions({
    ...(links !== undefined && { links }),
    ...(netns !== undefined && { netns }),
    ...(vlan !== undefined && { vlan }),
  }).links;
}

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
