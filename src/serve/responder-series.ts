/** Which responders get a time series of their own, where there are more than a monitoring system should be given. */

import type { Host, LinkReport, Report } from '../generated/report-types.js';
import { linkName } from '../reporters/link-name.js';

export interface ResponderLabels {
  readonly link: string;
  readonly ip: string;
  readonly mac: string;
}

/**
 * At most `limit` responders: first those of addresses that several answer for, which alerts are about, then by IP. The
 * same network gives the same choice.
 */
export function* chosenResponders({ hosts, links }: Report, limit: number): Generator<ResponderLabels> {
  const isContested = ({ responders }: Host) => responders.length > 1;
  let left = limit;
  for (const contested of [true, false]) {
    for (const host of hosts) {
      if (isContested(host) !== contested) continue;
      for (const { mac } of host.responders) {
        if (left-- <= 0) return;
        yield { link: nameOf(links, host), ip: host.ip, mac };
      }
    }
  }
}

const nameOf = (links: readonly LinkReport[], { link }: Host): string => linkName(links[link]);
