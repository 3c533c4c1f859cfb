/** MAC addresses that several machines share on purpose, so that a second answer with one is no conflict. */

interface VirtualMacRange {
  readonly protocol: string;
  readonly pattern: RegExp;
}

const ranges: readonly VirtualMacRange[] = [
  // RFC 9568 section 7.3 (before: RFC 5798, RFC 3768): 00-00-5E-00-01-{VRID}. CARP of OpenBSD uses the same range,
  // carp(4); so does Cisco's VRRP.
  { protocol: 'VRRP or CARP', pattern: /^00:00:5e:00:01:/ },
  // RFC 2281 section 5.3: 00-00-0C-07-AC-{group}.
  { protocol: 'HSRP', pattern: /^00:00:0c:07:ac:/ },
  // Cisco IOS, "HSRP Version 2": 0000.0C9F.F000 to 0000.0C9F.FFFF.
  { protocol: 'HSRPv2', pattern: /^00:00:0c:9f:f/ },
  // Cisco IOS, "Configuring GLBP": 0007.b4xx.xxyy, xx.xx the group and yy the forwarder; by intention each
  // client gets another forwarder's.
  { protocol: 'GLBP', pattern: /^00:07:b4:/ },
];

/** The redundancy protocol whose virtual MAC this is, or null. `mac` is in lower case with colons. */
export function virtualMacProtocol(mac: string): string | null {
  return ranges.find(({ pattern }) => pattern.test(mac))?.protocol ?? null;
}
