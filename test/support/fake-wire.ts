/** An addon whose links lead to a wire that a test speaks on, for what sends frames one by one. */
import type {
  ListenerStatus,
  NativeAddon,
  NativeLink,
  NativeListener,
  NativeRoute,
  RequestFrame,
} from '../../src/native.js';
import { HEARD_FRAME_BYTES } from '../../src/native.js';
import { formatAddress } from '../../src/targets/address.js';
import { arpFrame, type ReadArp, readArp } from './arp-frames.js';
import { fakeAddon, ip } from './fake-addon.js';

const PACKET_HOST = 0;
const PACKET_OUTGOING = 4;

/** A frame that was sent, and when: ms since the test began to count. */
export interface SentFrame extends ReadArp {
  readonly interface: string;
  /** VIDs, the outer one first. */
  readonly vlans: readonly number[];
}

export interface FakeWire {
  readonly addon: NativeAddon;
  readonly sent: readonly SentFrame[];
  /** Lets a link hear a frame of others, or of another program on this machine. */
  say(
    interfaceName: string,
    frame: Buffer,
    how?: { readonly outgoing?: boolean; readonly vlans?: readonly number[] },
  ): void;
  /** Changes what the listener says of its links and of what it lost. */
  set(status: {
    readonly state?: 'up' | 'no-carrier' | 'down' | 'gone';
    readonly kernelDrops?: number;
  }): void;
  /** Ends the listening, as a failing system call does. */
  breakDown(fault: { readonly syscall: string; readonly errno: number }): void;
  /** All sockets are closed. */
  isClosed(): boolean;
}

export interface WireScenario {
  readonly links: readonly NativeLink[];
  readonly routes?: readonly NativeRoute[];
  /** Frames that come back for one that was sent, after so many ms. */
  readonly answer?: (sent: SentFrame) => readonly { readonly afterMs: number; readonly frame: Buffer }[];
  /** What the kernel does with the n-th frame, from 0: sends it, refuses it with an errno, or takes it in vain. */
  readonly fate?: (n: number) => 'sent' | 'lost' | number;
}

const mac = (text: string) => Buffer.from(text.replaceAll(':', ''), 'hex');

/** Packs a frame as native/core/listen/heard_frame.h lays it out; written apart from the decoder that it tests. */
function packed(link: number, arp: ReadArp, outgoing: boolean, vlans: readonly number[]): Buffer {
  const frame = Buffer.alloc(HEARD_FRAME_BYTES);
  frame.writeBigInt64LE(BigInt(Math.round(arp.timeMs * 1e6)), 0);
  frame.writeUInt32LE(link, 8);
  frame.writeUInt16LE(42, 12);
  frame.writeUInt16LE(42, 14);
  frame.writeUInt8(outgoing ? PACKET_OUTGOING : PACKET_HOST, 16);
  frame.writeUInt16LE(vlans[0] ?? 0, 18);
  frame.writeUInt16LE(arp.operation, 20);
  frame.writeUInt32LE(ip(arp.spa), 24);
  frame.writeUInt32LE(ip(arp.tpa), 28);
  mac(arp.sha).copy(frame, 32);
  mac(arp.tha).copy(frame, 38);
  mac(arp.destination).copy(frame, 44);
  mac(arp.source).copy(frame, 50);
  tagged(vlans).copy(frame, 56);
  return frame;
}

function tagged(vlans: readonly number[]): Buffer {
  const tags = vlans.map((vlan) => Buffer.from([0x81, 0, vlan >> 8, vlan & 0xff]));
  return Buffer.concat([...tags, Buffer.from([0x08, 0x06])]);
}

/** Takes the tags off a frame that was sent. */
function untagged(frame: Buffer): { readonly bytes: Buffer; readonly vlans: readonly number[] } {
  if (frame.readUInt16BE(12) === 0x0806) return { bytes: frame, vlans: [] };
  const vlan = frame.readUInt16BE(14) & 0xfff;
  const { bytes, vlans } = untagged(Buffer.concat([frame.subarray(0, 12), frame.subarray(16)]));
  return { bytes, vlans: [vlan, ...vlans] };
}

/** Composes a frame, in place of native/core/wire. */
function requestFrame(fields: RequestFrame, target: number): Uint8Array {
  const { source, destination, tags, operation = 1, senderHardware: sha = source, targetHardware } = fields;
  const frame = arpFrame({
    operation,
    source,
    sha,
    spa: formatAddress(fields.senderIp),
    tpa: formatAddress(target),
    ...(destination !== undefined && { destination }),
    ...(targetHardware !== undefined && { tha: targetHardware }),
  });
  const bare = frame.subarray(0, 12);
  return Buffer.concat([
    bare,
    tagged(tags.map(({ id }) => id)).subarray(0, 4 * tags.length),
    frame.subarray(12),
  ]);
}

/** The kernel's clock is Date.now(), which a test may have in its hand. */
export function fakeWire({ links, routes = [], answer, fate = () => 'sent' }: WireScenario): FakeWire {
  const sent: SentFrame[] = [];
  const queue: Buffer[] = [];
  const listened: string[] = [];
  let status: ListenerStatus = { state: 'idle', overruns: 0, links: [], fault: null };
  let wake = (): void => {};
  let open = 0;
  let frames = 0;

  const hear = (name: string, arp: ReadArp, outgoing: boolean, vlans: readonly number[]): void => {
    for (const [link, interfaceName] of listened.entries()) {
      if (interfaceName === name) queue.push(packed(link, arp, outgoing, vlans));
    }
    queueMicrotask(() => wake());
  };

  function Listener(_capacity: number, onWake: () => void): NativeListener {
    wake = onWake;
    open += 1;
    // One after the other.
    listened.length = 0;
    status = { state: 'idle', overruns: 0, links: [], fault: null };
    const end = (state: Partial<ListenerStatus>): void => {
      if (status.state === 'done') return;
      status = { ...status, ...state, state: 'done' };
      open -= 1;
    };
    return {
      open({ interface: name }) {
        listened.push(name);
        status = { ...status, links: [...status.links, { state: 'up', kernelDrops: 0, overruns: 0 }] };
      },
      start() {
        status = { ...status, state: 'listening' };
      },
      finish() {
        end({});
        queueMicrotask(onWake);
      },
      close: () => end({}),
      drain(into) {
        const [frame] = queue.splice(0, 1);
        if (!frame) return 0;
        into.set(frame);
        queueMicrotask(onWake);
        return 1;
      },
      status: () => status,
    };
  }

  function Speaker({ interface: name }: { readonly interface: string }) {
    let isOpen = true;
    open += 1;
    return {
      send(bytes: Uint8Array) {
        const what = fate(frames++);
        if (typeof what === 'number') return what;
        if (what === 'lost') return 0;
        const { bytes: frame, vlans } = untagged(Buffer.from(bytes));
        const arp = { ...readArp({ bytes: frame, timeMs: Date.now() }), interface: name, vlans };
        sent.push(arp);
        hear(name, arp, true, vlans);
        for (const { afterMs, frame: reply } of answer?.(arp) ?? []) {
          setTimeout(() => hear(name, readArp({ bytes: reply, timeMs: Date.now() }), false, vlans), afterMs);
        }
        return 0;
      },
      close() {
        if (isOpen) open -= 1;
        isOpen = false;
      },
    };
  }

  return {
    addon: {
      ...fakeAddon({ links, routes }).addon,
      Listener: Listener as unknown as NativeAddon['Listener'],
      Speaker: Speaker as unknown as NativeAddon['Speaker'],
      requestFrame,
    },
    sent,
    say: (name, frame, { outgoing = false, vlans = [] } = {}) =>
      hear(name, readArp({ bytes: frame, timeMs: Date.now() }), outgoing, vlans),
    set({ state, kernelDrops }) {
      const changed = status.links.map((link) => ({
        state: state ?? link.state,
        kernelDrops: kernelDrops ?? link.kernelDrops,
        overruns: link.overruns,
      }));
      status = { ...status, links: changed };
    },
    breakDown(fault) {
      status = { ...status, state: 'done', fault };
      open -= 1;
      queueMicrotask(() => wake());
    },
    isClosed: () => open === 0,
  };
}
