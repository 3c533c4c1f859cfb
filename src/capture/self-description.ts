/** What a recording says of the sweep that it is of, in words that are read again: frames alone do not tell. */

import type { Report } from '../generated/report-types.js';
import { parseTargets } from '../targets/parse.js';
import type { Ranges } from '../targets/ranges.js';

/** Without the version. Only of recordings of this program it is known what they say of its machine. */
export const applicationName = 'arpsweep';

/** Where there are more ranges than these, nobody reads them. */
const mostRanges = 1000;
const mark = 'targets:';

/** A comment on what was asked for, or null where there is nothing to say. */
export function targetsComment({ targets }: Pick<Report, 'targets'>): string | null {
  const isSaid = targets.length > 0 && targets.length <= mostRanges;
  return isSaid ? [mark, ...targets].join(' ') : null;
}

/** What such a comment says, or nothing. */
export function targetsIn(comment: string | null): Ranges {
  if (!comment?.startsWith(`${mark} `)) return [];
  try {
    return parseTargets(comment.slice(mark.length)).ranges;
  } catch {
    return [];
  }
}

/** Machine and interface in one name. */
export function interfaceOfMachine(machine: string, name: string): string {
  return `${machine} ${name}`;
}

/** The two again, or null. */
export function readInterfaceOfMachine(text: string): { machine: string; name: string } | null {
  const [, machine, name] = /^(.+) (\S+)$/.exec(text) ?? [];
  return machine === undefined || name === undefined ? null : { machine, name };
}
