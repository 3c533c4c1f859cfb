/** Judges a sweep by what was expected. Loaded only where something is. */

import { diagnoseExpectations } from '../findings/expectations.js';
import type { Finding, Host } from '../generated/report-types.js';
import type { LinkResult } from '../report/report.js';
import { addressOf, type Expectation, expectedHosts, requestsBeforeMissing } from './expectation.js';
import { fatesOf } from './fates.js';

export interface Judge {
  /** Every expected address, in host byte order. */
  readonly addresses: readonly number[];
  /** Requests without an answer, before an address is missing. */
  readonly requests: number;
  /** Addresses that several machines may answer for. */
  readonly shared: ReadonlySet<string>;
  /** What differs from what is expected. `hosts` are those of the report that `results` come to. */
  readonly judge: (results: readonly LinkResult[], hosts: readonly Host[]) => Finding[];
}

export function judgeBy(expectation: Expectation): Judge {
  const expected = expectedHosts(expectation);
  return {
    addresses: expected.map(addressOf),
    requests: requestsBeforeMissing,
    shared: new Set(expected.filter(({ several }) => several).map(({ ip }) => ip)),
    judge: (results, hosts) =>
      diagnoseExpectations({
        groups: fatesOf(expectation, results, hosts),
        interfaces: results.map(({ plan }) => plan.link.name),
        hosts,
      }),
  };
}
