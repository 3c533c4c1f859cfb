/** Reads the classic format (pcap-savefile(5)), of either byte order, with microseconds or nanoseconds. */

import { begin, type Decoder, Malformed, take, viewOf } from './decoding.js';
import { type RecordingSink, unknownPacketType } from './recorded.js';

/** Magic number of files whose times have so many nanoseconds in a unit. */
const magics = new Map([
  [0xa1b2c3d4, 1000n],
  [0xa1b23c4d, 1n],
]);

/** Whether a file that begins with these four bytes is of this format. */
export function isPcap(magic: Uint8Array): boolean {
  return orderOf(magic) !== null;
}

function orderOf(magic: Uint8Array): { readonly little: boolean; readonly unitNs: bigint } | null {
  const view = viewOf(magic);
  for (const little of [true, false]) {
    const unitNs = magics.get(view.getUint32(0, little));
    if (unitNs !== undefined) return { little, unitNs };
  }
  return null;
}

/** More than the largest that libpcap takes for possible (MAXIMUM_SNAPLEN), and small enough to be kept. */
const mostBytes = 1 << 20;

/** @param magic the first four bytes, which are read already */
export function* decodePcap(magic: Uint8Array, sink: RecordingSink): Decoder {
  const order = orderOf(magic);
  if (order === null) throw new Malformed('it is no pcap file');
  const { little, unitNs } = order;
  // The upper half tells of the FCS; version, time zone and snapshot length tell nothing.
  const linkType = viewOf(yield take(20)).getUint32(16, little) & 0xffff;
  const unknown = { name: null, description: null, hardware: null, mac: null, addresses: [] };
  sink.section?.(null);
  sink.interface?.({ ...unknown, linkType });
  for (;;) {
    const header = viewOf(yield begin(16));
    const seconds = BigInt(header.getUint32(0, little));
    const units = BigInt(header.getUint32(4, little));
    const captured = header.getUint32(8, little);
    const length = header.getUint32(12, little);
    if (captured > mostBytes) throw new Malformed(`a frame of ${captured} bytes cannot be`);
    sink.frame({
      link: 0,
      timeNs: seconds * 1_000_000_000n + units * unitNs,
      packetType: unknownPacketType,
      length,
      bytes: yield take(captured),
    });
  }
}
