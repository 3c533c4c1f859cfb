/** What a report says of the addresses that should answer. */

import { type Expectation, expectedHosts } from '../expect/expectation.js';
import type { Report } from '../generated/report-types.js';

export interface ExpectedAddress {
  /** Empty for a group without a name. */
  readonly group: string;
  readonly ip: string;
  /** Somebody answers for it; whether it is the right one, the findings tell. */
  readonly isUp: boolean;
}

/** Only those that were judged: nothing is said of addresses that were not asked, or too little. */
export function* judgedAddresses(
  { groups }: Expectation,
  { hosts, findings }: Pick<Report, 'hosts' | 'findings'>,
): Generator<ExpectedAddress> {
  const expected = new Set(expectedHosts({ groups }).map(({ ip }) => ip));
  const up = new Set(hosts.flatMap(({ ip }) => (expected.has(ip) ? [ip] : [])));
  const missing = new Set(findings.flatMap(({ kind, ips }) => (kind === 'missing' ? ips : [])));
  for (const { name, hosts: members } of groups) {
    for (const { ip } of members) {
      if (up.has(ip) || missing.has(ip)) yield { group: name ?? '', ip, isUp: up.has(ip) };
    }
  }
}
