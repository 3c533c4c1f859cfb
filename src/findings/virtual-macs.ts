/** MAC addresses that several machines share on purpose, so that a second answer with one is no conflict. */

import { prefixNames } from '../vendors/prefix-names.js';

/** Prefixes of such addresses, and the redundancy protocols that they belong to. */
export const redundancyPrefixes = [
  // RFC 9568 section 7.3 (before: RFC 5798, RFC 3768): 00-00-5E-00-01-{VRID}. CARP of OpenBSD uses the same range,
  // carp(4); so does Cisco's VRRP.
  ['00:00:5e:00:01', 'VRRP or CARP'],
  // RFC 2281 section 5.3: 00-00-0C-07-AC-{group}.
  ['00:00:0c:07:ac', 'HSRP'],
  // Cisco IOS, "HSRP Version 2": 0000.0C9F.F000 to 0000.0C9F.FFFF.
  ['00:00:0c:9f:f', 'HSRPv2'],
  // Cisco IOS, "Configuring GLBP": 0007.b4xx.xxyy, xx.xx the group and yy the forwarder; by intention each
  // client gets another forwarder's.
  ['00:07:b4', 'GLBP'],
] as const;

const protocols = prefixNames(redundancyPrefixes);

/** The redundancy protocol whose virtual MAC this is, or null. `mac` is in lower case with colons. */
export function virtualMacProtocol(mac: string): string | null {
  return protocols(mac)?.name ?? null;
}
