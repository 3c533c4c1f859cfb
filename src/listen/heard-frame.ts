/** Decodes the frames of a listener, and packs others; native/core/listen/heard_frame.h is the other side of this layout. */

import { HEARD_FRAME_BYTES } from '../native.js';
import { macAt } from '../sweep/record.js';

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

/** Of a frame no more than this is kept: HeardFrame::kMostBytes. */
export const mostHeardBytes = HEARD_FRAME_BYTES - bytesAt;

/** Packed frames, and a view to decode them by. */
export interface HeardFrameBuffer {
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

/** Room for so many frames. */
export function heardFrameBuffer(frames: number): HeardFrameBuffer {
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

/** A frame as it was on the wire, without what it says. */
export interface RawFrame {
  /** Index of the link. */
  readonly link: number;
  /** Since the epoch. */
  readonly timeNs: bigint;
  /** PACKET_ number of linux/if_packet.h. */
  readonly packetType: number;
  readonly length: number;
  /** As many of them as are kept. */
  readonly bytes: Uint8Array;
}

/** The `index`-th frame; its bytes are those of the buffer. */
export function rawFrameAt(view: DataView, index: number): RawFrame {
  const at = index * HEARD_FRAME_BYTES;
  const captured = view.getUint16(at + 14, true);
  return {
    link: view.getUint32(at + 8, true),
    timeNs: view.getBigInt64(at, true),
    packetType: view.getUint8(at + 16),
    length: view.getUint16(at + 12, true),
    bytes: new Uint8Array(view.buffer, view.byteOffset + at + bytesAt, captured),
  };
}

/** Packs a frame as the `index`-th; what it says, `describeFrames` of the addon fills in. */
export function packRawFrame({ bytes, view }: HeardFrameBuffer, index: number, frame: RawFrame): void {
  const at = index * HEARD_FRAME_BYTES;
  const kept = frame.bytes.length > mostHeardBytes ? frame.bytes.subarray(0, mostHeardBytes) : frame.bytes;
  bytes.fill(0, at, at + HEARD_FRAME_BYTES);
  view.setBigInt64(at, frame.timeNs, true);
  view.setUint32(at + 8, frame.link, true);
  view.setUint16(at + 12, Math.min(frame.length, 0xffff), true);
  view.setUint16(at + 14, kept.length, true);
  view.setUint8(at + 16, frame.packetType);
  bytes.set(kept, at + bytesAt);
}

/** Who says what of the `index`-th frame, in numbers, of which there may be many; null where it is no ARP. */
export interface ArpNumbers {
  readonly link: number;
  readonly sent: boolean;
  /** VID of the outer tag, or 0. */
  readonly vlan: number;
  readonly operation: number;
  /** The six bytes of SHA. */
  readonly sha: number;
  readonly spa: number;
  readonly tpa: number;
}

export function arpNumbersAt(view: DataView, index: number): ArpNumbers | null {
  const at = index * HEARD_FRAME_BYTES;
  if (view.getUint8(at + 17) !== isArp) return null;
  return {
    link: view.getUint32(at + 8, true),
    sent: view.getUint8(at + 16) === PACKET_OUTGOING,
    vlan: view.getUint16(at + 18, true),
    operation: view.getUint16(at + 20, true),
    sha: view.getUint16(at + 32) * 2 ** 32 + view.getUint32(at + 34),
    spa: view.getUint32(at + 24, true),
    tpa: view.getUint32(at + 28, true),
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
