/** A listener that hears what a test puts into its queue, and the frames for it. */
import type { ListenerStatus, ListenLink, NativeListener } from '../../src/native.js';
import { HEARD_FRAME_BYTES } from '../../src/native.js';
import { type ArpFields, BROADCAST, NO_MAC } from './arp-frames.js';
import { ip } from './fake-addon.js';

const PACKET_OUTGOING = 4;

export interface HeardFields extends ArpFields {
  /** Index of the link; default 0. */
  readonly link?: number;
  readonly outgoing?: boolean;
  readonly vlan?: number;
  /** ms since the epoch. */
  readonly atMs?: number;
  /** What the parser made of it; 0 is ARP. */
  readonly result?: number;
}

/** Packs a frame as native/core/listen/heard_frame.h lays it out; written apart from the decoder that it tests. */
export function packedFrame(fields: HeardFields): Buffer {
  const { sha, spa, tha = NO_MAC, tpa, operation, atMs = 1_700_000_000_000 } = fields;
  const mac = (text: string) => Buffer.from(text.replaceAll(':', ''), 'hex');
  const frame = Buffer.alloc(HEARD_FRAME_BYTES);
  frame.writeBigInt64LE(BigInt(Math.round(atMs * 1000)) * 1000n, 0);
  frame.writeUInt32LE(fields.link ?? 0, 8);
  frame.writeUInt16LE(42, 12);
  frame.writeUInt16LE(42, 14);
  frame.writeUInt8(fields.outgoing ? PACKET_OUTGOING : 0, 16);
  frame.writeUInt8(fields.result ?? 0, 17);
  frame.writeUInt16LE(fields.vlan ?? 0, 18);
  frame.writeUInt16LE(operation, 20);
  frame.writeUInt32LE(ip(spa), 24);
  frame.writeUInt32LE(ip(tpa), 28);
  mac(sha).copy(frame, 32);
  mac(tha).copy(frame, 38);
  mac(fields.destination ?? (tha === NO_MAC ? BROADCAST : tha)).copy(frame, 44);
  mac(fields.source ?? sha).copy(frame, 50);
  return frame;
}

export interface FakeListener {
  readonly opened: ListenLink[];
  readonly queue: Buffer[];
  status: ListenerStatus;
  closed: boolean;
  wake(): void;
  /** Puts frames into the queue, and tells of them. */
  hear(frames: readonly HeardFields[]): void;
}

/** An addon with such a listener. `refuse` is thrown when a link is opened. */
export function fakeListener(refuse?: Error) {
  const fake: FakeListener = {
    opened: [],
    queue: [],
    status: { state: 'idle', overruns: 0, links: [], fault: null },
    closed: false,
    wake: () => {},
    hear(frames) {
      fake.queue.push(...frames.map(packedFrame));
      fake.wake();
    },
  };
  function Listener(_capacity: number, onWake: () => void): NativeListener {
    fake.wake = onWake;
    return {
      open(link) {
        if (refuse) throw refuse;
        fake.opened.push(link);
        fake.status = {
          ...fake.status,
          links: [...fake.status.links, { state: 'up', kernelDrops: 0, overruns: 0 }],
        };
      },
      start() {
        fake.status = { ...fake.status, state: 'listening' };
      },
      finish() {
        fake.status = { ...fake.status, state: 'done' };
        setImmediate(onWake);
      },
      close() {
        fake.closed = true;
      },
      drain(into) {
        const taken = fake.queue.splice(0, into.length / HEARD_FRAME_BYTES);
        into.set(Buffer.concat(taken));
        return taken.length;
      },
      status: () => fake.status,
    };
  }
  return { fake, addon: { Listener: Listener as unknown as new () => NativeListener } };
}
