/** Judges a sweep by what was expected. Loaded only where something is. */

import { diagnoseExpectations } from '../findings/expectations.js';
import type { Finding, Host } from '../generated/report-types.js';
import type { LinkResult } from '../report/report.js';
import {
  addressOf,
  type Expectation,
  expectedHosts,
  type KnownHost,
  requestsBeforeMissing,
} from './expectation.js';
import { fatesOf } from './fates.js';

export interface Judge {
  /** Every expected address, in host byte order. */
  readonly addresses: readonly number[];
  /** Requests without an answer, before an address is missing. */
  readonly requests: number;
  /** Expected addresses by IP. */
  readonly hosts: ReadonlyMap<string, KnownHost>;
  /** What differs from what is expected. `hosts` are those of the report that `results` come to. */
  readonly judge: (results: readonly LinkResult[], hosts: readonly Host[]) => Finding[];
}

export function judgeBy(expectation: Expectation): Judge {
  const expected = expectedHosts(expectation);
  return {
    addresses: expected.map(addressOf),
    requests: requestsBeforeMissing,
    hosts: new Map(expected.map((host) => [host.ip, host])),
    judge: (results, hosts) =>
      diagnoseExpectations({
        groups: fatesOf(expectation, results, hosts),
        interfaces: results.map(({ plan }) => plan.link.name),
        hosts,
      }),
  };
}
