/** The IPv4 subnets of a link, and the address of it that asks in each. */

import type { NativeAddress, NativeLink } from '../native.js';
import { type Range, subnetRange } from '../targets/ranges.js';

export interface Subnet extends Range {
  readonly prefixLength: number;
  /** The address to ask from, in host byte order. */
  readonly sender: number;
}

/**
 * A scope of `host` marks a service address that the kernel itself never asks from (ip-address(8)). Whoever asks
 * from a service address takes it over in the caches of all neighbours (RFC 826, merge of the sender pair).
 */
const maySend = ({ scope }: NativeAddress) => scope !== 'host';

/** Subnets of a link, the longest prefix first. A /32 makes none; within one, its primary address asks. */
export function subnetsOf(link: Pick<NativeLink, 'addresses'>): Subnet[] {
  const subnets = new Map<string, Subnet>();
  const primaryFirst = link.addresses.filter(maySend).sort(bySecondary);
  for (const { ip, prefixLength } of primaryFirst) {
    const network = subnetRange(ip, prefixLength);
    const key = `${network.first}/${prefixLength}`;
    if (prefixLength < 32 && !subnets.has(key)) subnets.set(key, { ...network, prefixLength, sender: ip });
  }
  return [...subnets.values()].sort((a, b) => b.prefixLength - a.prefixLength);
}

/** The address that asks for what is in no subnet of the link: its first primary one, a /32 only without any other. */
export function outwardSender(link: Pick<NativeLink, 'addresses'>): NativeAddress | null {
  const candidates = link.addresses.filter(maySend).sort(bySecondary);
  return candidates.find(({ prefixLength }) => prefixLength < 32) ?? candidates[0] ?? null;
}

function bySecondary(a: NativeAddress, b: NativeAddress): number {
  return Number(a.secondary) - Number(b.secondary);
}
