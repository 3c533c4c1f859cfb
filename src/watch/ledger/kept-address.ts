/** Addresses as a state keeps them. */

import type { WatchedAddress } from '../../generated/watch-state-types.js';
import { timestamp } from '../../report/timestamp.js';
import { formatAddress, parseAddress } from '../../targets/address.js';
import type { AddressRecord } from './address-record.js';

/** As it was kept; null where its address cannot be read. */
export function restore({ link, ip, state, since, holders }: WatchedAddress): AddressRecord | null {
  const address = parseAddress(ip);
  if (address === null) return null;
  return {
    link,
    ip: address,
    state,
    sinceMs: Date.parse(since),
    holders: holders.map(({ mac, firstAt, lastAt }) => ({
      mac,
      firstMs: Date.parse(firstAt),
      lastMs: Date.parse(lastAt),
      answers: true,
    })),
    unsettled: null,
    restored: true,
    mute: false,
  };
}

/** As it is kept, with the times of the clock on the wall. */
export function keepable(
  { link, ip, state, sinceMs, holders }: AddressRecord,
  wallMs: (ms: number) => number,
): WatchedAddress {
  return {
    link,
    ip: formatAddress(ip),
    state,
    since: timestamp(wallMs(sinceMs)),
    holders: holders.map(({ mac, firstMs, lastMs }) => ({
      mac,
      firstAt: timestamp(wallMs(firstMs)),
      lastAt: timestamp(wallMs(lastMs)),
    })),
  };
}
