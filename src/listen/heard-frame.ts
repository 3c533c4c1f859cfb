/** Decodes the frames of a listener; native/core/listen/heard_frame.h is the other side of this layout. */

import { HEARD_FRAME_BYTES } from '../native.js';

/** A frame of ARP that was heard on a link. */
export interface HeardFrame {
  /** Index of the link, in the order in which they were named. */
  readonly link: number;
  /** Kernel timestamp in ms since the epoch. */
  readonly atMs: number;
  /** This machine sent it on this link; else it came in. */
  readonly outgoing: boolean;
  /** VID of the outer tag, or null. */
  readonly vlan: number | null;
  /** VID of the tag within it, or null. */
  readonly innerVlan: number | null;
  /** Ethernet addresses, in lower case with colons. */
  readonly destination: string;
  readonly source: string;
  /** What it says, or null where it is no ARP for Ethernet and IPv4. */
  readonly arp: HeardArp | null;
}

/** The fields of RFC 826; protocol addresses in host byte order. */
export interface HeardArp {
  readonly operation: number;
  readonly sha: string;
  readonly spa: number;
  readonly tha: string;
  readonly tpa: number;
}

/** Operations of RFC 826. */
export const arpOperation = { request: 1, reply: 2 } as const;

/** linux/if_packet.h */
const PACKET_OUTGOING = 4;
/** ParseResult::kArp of native/core/wire/arp.h. */
const isArp = 0;

const bytesAt = 44;

/** linux/if_ether.h: what stands where the EtherType would, ahead of a tag. */
const tagProtocols = new Set([0x8100, 0x88a8, 0x9100]);

/** Room for so many frames, and a view to decode them by. */
export function heardFrameBuffer(frames: number): { readonly bytes: Uint8Array; readonly view: DataView } {
  const bytes = new Uint8Array(frames * HEARD_FRAME_BYTES);
  return { bytes, view: new DataView(bytes.buffer) };
}

/** Decodes the `index`-th frame. */
export function decodeHeardFrame(view: DataView, index: number): HeardFrame {
  const at = index * HEARD_FRAME_BYTES;
  const vlan = view.getUint16(at + 18, true);
  return {
    link: view.getUint32(at + 8, true),
    atMs: Number(view.getBigInt64(at, true)) / 1e6,
    outgoing: view.getUint8(at + 16) === PACKET_OUTGOING,
    vlan: vlan === 0 ? null : vlan,
    innerVlan: innerVlanAt(view, at + bytesAt),
    destination: macAt(view, at + bytesAt),
    source: macAt(view, at + bytesAt + 6),
    arp: view.getUint8(at + 17) === isArp ? arpAt(view, at) : null,
  };
}

/** Behind two addresses and the outer tag. */
function innerVlanAt(view: DataView, at: number): number | null {
  const isTagged = (offset: number): boolean => tagProtocols.has(view.getUint16(offset));
  return isTagged(at + 12) && isTagged(at + 16) ? view.getUint16(at + 18) & 0xfff || null : null;
}

function arpAt(view: DataView, at: number): HeardArp {
  return {
    operation: view.getUint16(at + 20, true),
    spa: view.getUint32(at + 24, true),
    tpa: view.getUint32(at + 28, true),
    sha: macAt(view, at + 32),
    tha: macAt(view, at + 38),
  };
}

function macAt(view: DataView, offset: number): string {
  const bytes = new Uint8Array(view.buffer, view.byteOffset + offset, 6);
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(':');
}
