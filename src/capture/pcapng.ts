/** Numbers of the pcapng format (draft-ietf-opsawg-pcapng), for its writer and its reader. */

import {
  PACKET_BROADCAST,
  PACKET_HOST,
  PACKET_MULTICAST,
  PACKET_OTHERHOST,
  PACKET_OUTGOING,
} from './recorded.js';

export const blockType = {
  section: 0x0a0d0d0a,
  interface: 1,
  /** Obsolete, but still found. */
  packet: 2,
  simplePacket: 3,
  names: 4,
  statistics: 5,
  enhancedPacket: 6,
} as const;

export const byteOrderMagic = 0x1a2b3c4d;

/** Option codes of each block; those of `any` are the same in all. */
export const option = {
  any: { end: 0, comment: 1 },
  section: { application: 4 },
  interface: {
    name: 2,
    description: 3,
    ipv4: 4,
    mac: 6,
    timeResolution: 9,
    timeOffset: 14,
    hardware: 15,
  },
  packet: { flags: 2 },
  statistics: { start: 2, end: 3, received: 4, dropped: 5, droppedBySystem: 7, delivered: 8 },
} as const;

/** Records of the block of names: a hardware address of six bytes, and what it is called. */
export const nameRecord = { end: 0, eui48: 3 } as const;

/** epb_flags, the lowest bits: direction, and how a frame came to be received. */
const inbound = 1;
const outbound = 2;
const receptionBy = [PACKET_HOST, PACKET_HOST, PACKET_MULTICAST, PACKET_BROADCAST, PACKET_OTHERHOST] as const;
/** Unicast is the second: the first is for those who do not know. */
const receptionOf = new Map<number, number>(receptionBy.map((packetType, i) => [packetType, i]));

/** The flags of a frame, or null where its direction is not known. */
export function flagsOf(packetType: number): number | null {
  if (packetType === PACKET_OUTGOING) return outbound;
  const reception = receptionOf.get(packetType);
  return reception === undefined ? null : inbound | (reception << 2);
}

/** The PACKET_ number that flags stand for, or null where they do not tell the direction. */
export function packetTypeOf(flags: number): number | null {
  const direction = flags & 3;
  if (direction === outbound) return PACKET_OUTGOING;
  if (direction !== inbound) return null;
  return receptionBy[(flags >> 2) & 7] ?? PACKET_HOST;
}
