/** Requests that RFC 826 and RFC 5227 leave room to read in more than one way: which of them a host answers tells of its kind. */

import type { FrameFields } from '../sweep/frame-fields.js';

/**
 * In the order of a fingerprint's digits, which is that of arp-fingerprint(1), so that the two can be compared: each
 * changes one field of an ordinary request.
 */
export const oddities: readonly FrameFields[] = [
  // SPA: loopback, none (a probe), broadcast, and one of a network that is not here.
  { spa: '127.0.0.1' },
  { spa: '0.0.0.0' },
  { spa: '255.255.255.255' },
  { spa: '1.0.0.1' },
  // An operation that nobody assigned.
  { operation: 255 },
  // IEEE 802 in place of Ethernet, which RFC 1042 takes for the same; and no assigned type.
  { hardwareType: 6 },
  { hardwareType: 255 },
  // A reserved protocol, and IPX.
  { protocolType: 0xffff },
  { protocolType: 0x8137 },
  // Lengths that do not fit the addresses.
  { protocolLength: 6 },
  { hardwareLength: 8 },
];
