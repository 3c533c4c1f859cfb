/** Which systems answer so, by their ARP as it is shipped; settings such as rp_filter and arp_ignore change it. */
const systems: Readonly<Record<string, string>> = {
  // A sender from elsewhere is answered only where there is a route back, or rp_filter is off.
  '01000100000': 'Linux',
  '01010100000': 'Linux, Windows since Vista',
  '11110100000': 'FreeBSD, older Windows',
  '00000100000': 'Cisco IOS',
  '11110110000': 'Solaris, HP-UX',
  '11110100011': 'macOS, older BSD',
  '11110000011': 'OpenBSD',
  '10110110000': 'NetBSD',
};

/** Null where none is known. */
export function systemOf(fingerprint: string): string | null {
  return systems[fingerprint] ?? null;
}
