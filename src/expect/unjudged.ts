/** Expected addresses of which a report says nothing, because they were not asked, or too little. */

import type { Report } from '../generated/report-types.js';
import { parseTargets } from '../targets/parse.js';
import { contains } from '../targets/ranges.js';
import { addressOf, type Expectation, expectedHosts, type KnownHost } from './expectation.js';

export interface Unjudged {
  /** Not among the targets. */
  readonly unswept: readonly KnownHost[];
  /** Silent, but not asked often enough to be called missing, or untested. */
  readonly undecided: readonly KnownHost[];
}

export function unjudgedOf({ targets, hosts, findings }: Report, expectation: Expectation): Unjudged {
  const swept = parseTargets(targets).ranges;
  const judged = new Set(hosts.map(({ ip }) => ip));
  for (const { kind, ips } of findings) if (kind === 'missing') for (const ip of ips) judged.add(ip);
  const expected = expectedHosts(expectation);
  const isSwept = (host: KnownHost) => contains(swept, addressOf(host));
  return {
    unswept: expected.filter((host) => !isSwept(host)),
    undecided: expected.filter((host) => isSwept(host) && !judged.has(host.ip)),
  };
}
