/** Decodes the packed strays of the engine; native/core/sweep/record.h is the other side of this layout. */

import { STRAY_BYTES } from '../native.js';
import { timestamp } from '../report/timestamp.js';
import { formatAddress } from '../targets/address.js';
import { macAt } from './record.js';

/** In the order of Stray::Kind of native/core/sweep/stray_table.h. */
const kinds = ['other-vlan', 'returned', 'our-mac'] as const;

/** Frames that concern us though they answer no question, as many as are alike. */
export interface Stray {
  /**
   * - `other-vlan`: an answer to a question of ours, with other tags than the question;
   * - `returned`: a question of ours that came back;
   * - `our-mac`: anything else that comes from our MAC by its Ethernet header.
   */
  readonly kind: (typeof kinds)[number];
  /** The address asked for of what came back, else the sender's. */
  readonly ip: string;
  /** Sender hardware address, by ARP. */
  readonly mac: string;
  /** VLAN ID, the outer of two, or null where the frames had no tag. */
  readonly vlan: number | null;
  /** VLAN ID of the second tag, or null. */
  readonly innerVlan: number | null;
  readonly count: number;
  /** Of what came back: how often this machine asked for that address. */
  readonly asked: number;
  readonly firstAt: string;
  readonly lastAt: string;
}

export function decodeStrays(bytes: Uint8Array): Stray[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.byteLength / STRAY_BYTES }, (_, i) => {
    const at = i * STRAY_BYTES;
    return {
      kind: kinds[view.getUint8(at + 40)] ?? 'our-mac',
      ip: formatAddress(view.getUint32(at, true)),
      mac: macAt(view, at + 4),
      vlan: view.getUint16(at + 10, true) || null,
      innerVlan: view.getUint16(at + 42, true) || null,
      count: view.getUint32(at + 12, true),
      asked: view.getUint32(at + 16, true),
      firstAt: timestamp(view.getFloat64(at + 24, true)),
      lastAt: timestamp(view.getFloat64(at + 32, true)),
    };
  });
}
