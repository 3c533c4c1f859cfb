/** A sentence each on expected addresses that are neither missing nor well. */
import { hostLabel, type KnownHost, requestsBeforeMissing } from '../expect/expectation.js';
import type { Unjudged } from '../expect/unjudged.js';
import { list } from '../wording.js';
import { counted } from './text.js';

export function* unjudgedLines({ unswept, undecided }: Unjudged): Iterable<string> {
  if (unswept.length > 0) yield `not swept: ${subject(unswept)}, not among the targets.`;
  if (undecided.length > 0) {
    yield `undecided: ${subject(undecided)}, silent but asked fewer than ${requestsBeforeMissing} times, or not at all.`;
  }
}

function subject(hosts: readonly KnownHost[]): string {
  return `${counted(hosts.length, 'expected address', 'expected addresses')} (${list(hosts.map(hostLabel))})`;
}
