/** An addon whose engines do what a test tells them, to run the library without a kernel. */

import type {
  EngineOptions,
  EngineStatus,
  NativeAddon,
  NativeAddress,
  NativeEngine,
  NativeLink,
  NativeRoute,
} from '../../src/native.js';
import { idleStatus, RECORD_BYTES } from '../../src/native.js';
import { normalize, type Ranges, subtract, toPairs } from '../../src/targets/ranges.js';

/** `10.0.0.1` as a number in host byte order. */
export function ip(text: string): number {
  return text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

/** An address as rtnetlink gives it, from `10.0.0.2/24`. */
export function address(cidr: string, more: Partial<NativeAddress> = {}): NativeAddress {
  const [text = '', prefix] = cidr.split('/');
  return { ip: ip(text), prefixLength: Number(prefix), secondary: false, scope: 'global', ...more };
}

let links = 0;

/** An Ethernet link that is up. */
export function link(
  name: string,
  addresses: readonly NativeAddress[],
  more: Partial<NativeLink> = {},
): NativeLink {
  links += 1;
  return {
    index: links,
    name,
    mac: `02:00:00:00:00:${(links % 256).toString(16).padStart(2, '0')}`,
    permanentMac: null,
    arpType: 1,
    kind: 'veth',
    driver: 'veth',
    flags: ['UP', 'BROADCAST', 'RUNNING', 'MULTICAST'],
    operState: 'up',
    carrier: true,
    wireless: false,
    mtu: 1500,
    parentIndex: 0,
    masterIndex: 0,
    linked: null,
    vlan: null,
    vlanFiltering: false,
    addresses,
    ...more,
  };
}

export function defaultRoute({ index }: NativeLink, metric = 0): NativeRoute {
  return { destination: 0, prefixLength: 0, gateway: ip('10.0.0.1'), interfaceIndex: index, metric };
}

export interface Answer {
  readonly ip: string;
  readonly mac: string;
  readonly confirmed?: boolean;
  readonly asked?: number;
  readonly replies?: number;
  readonly probes?: number;
  readonly probeReplies?: number;
  readonly unicasts?: number;
  readonly laterBroadcasts?: number;
  readonly ethernetSource?: string;
  readonly lastAtMs?: number;
  readonly addressFlags?: number;
  readonly recordFlags?: number;
  readonly firstAtMs?: number;
  readonly rttMs?: number;
}

/** Packs answers as native/core/sweep/record.h lays them out; written apart from the decoder that it tests. */
export function packRecords(answers: readonly Answer[]): Buffer {
  return Buffer.concat(
    answers.map((answer) => {
      const record = Buffer.alloc(RECORD_BYTES);
      const macBytes = (text: string) => Buffer.from(text.replaceAll(':', ''), 'hex');
      const mac = macBytes(answer.mac);
      const firstAtMs = answer.firstAtMs ?? 1_700_000_000_000;
      record.writeUInt32LE(ip(answer.ip), 0);
      mac.copy(record, 4);
      record.writeUInt8(answer.confirmed === undefined ? 2 : Number(answer.confirmed), 10);
      record.writeUInt8(answer.unicasts ?? 0, 11);
      record.writeUInt32LE(answer.asked ?? 2, 20);
      record.writeUInt32LE(answer.replies ?? 2, 12);
      record.writeUInt32LE(answer.addressFlags ?? 0, 16);
      record.writeDoubleLE(firstAtMs, 24);
      record.writeDoubleLE(answer.rttMs ?? Number.NaN, 32);
      (answer.ethernetSource ? macBytes(answer.ethernetSource) : mac).copy(record, 40);
      record.writeUInt16LE(answer.recordFlags ?? 0, 46);
      record.writeDoubleLE(answer.lastAtMs ?? firstAtMs, 48);
      record.writeUInt32LE(answer.probeReplies ?? 0, 56);
      record.writeUInt8(answer.probes ?? 0, 60);
      record.writeUInt8(answer.laterBroadcasts ?? 0, 61);
      return record;
    }),
  );
}

export interface FakeEngine {
  readonly options: EngineOptions;
  started: boolean;
  stops: number;
  closed: boolean;
  /** `close()` was called before the engine had closed its sockets, for which it would have waited. */
  waited: boolean;
  /** Ranges that `untested()` gives once it has started, as pairs; before, all of them are. */
  untested: Uint32Array;
  /** Positions that `remaining()` gives, as pairs. */
  remaining: Uint32Array;
  /** What `requestsTo()` gives for each address. */
  requests: number;
  /** What `strays()` gives, packed. */
  strays: Uint8Array;
  hear(answers: readonly Answer[]): void;
  end(status?: Partial<EngineStatus>): void;
}

export interface FakeAddon {
  readonly addon: NativeAddon;
  readonly engines: FakeEngine[];
}

export interface Scenario {
  readonly links: readonly NativeLink[];
  readonly routes?: readonly NativeRoute[];
  /** Called when an engine starts; it may tell it at once what to hear. What it throws, `start()` throws. */
  readonly onStart?: (engine: FakeEngine) => void;
  /** Called when an engine is opened. What it throws, the constructor throws. */
  readonly onOpen?: (options: EngineOptions) => void;
}

function rangesOf(pairs: Uint32Array): Ranges {
  return Array.from({ length: pairs.length / 2 }, (_, i) => ({
    first: pairs[2 * i] ?? 0,
    last: pairs[2 * i + 1] ?? 0,
  }));
}

function countPairs(pairs: Uint32Array): number {
  return rangesOf(pairs).reduce((sum, { first, last }) => sum + last - first + 1, 0);
}

/** Engines end as `interrupted` when they are stopped, and otherwise when the test says so. */
export function fakeAddon({ links, routes = [], onStart, onOpen }: Scenario): FakeAddon {
  const engines: FakeEngine[] = [];
  function Engine(options: EngineOptions, onWake: () => void): NativeEngine {
    onOpen?.(options);
    const pieces: Buffer[] = [];
    const targets = rangesOf(options.targets);
    const own = [...options.own].map((address) => ({ first: address, last: address }));
    const foreign = subtract(targets, normalize(own));
    let status = { ...idleStatus, targets: countPairs(options.part), untested: countPairs(toPairs(foreign)) };
    const wake = () => setImmediate(onWake);
    const fake: FakeEngine = {
      options,
      started: false,
      stops: 0,
      closed: false,
      waited: false,
      untested: new Uint32Array(),
      remaining: new Uint32Array(),
      requests: 0,
      strays: new Uint8Array(),
      hear(answers) {
        pieces.push(packRecords(answers));
        status = { ...status, responders: status.responders + answers.length };
        wake();
      },
      end(last = {}) {
        status = { ...status, ...last, state: 'done', phase: 'done' };
        wake();
        setImmediate(() => {
          status = { ...status, state: 'closed' };
          wake();
        });
      },
    };
    engines.push(fake);
    return {
      start() {
        fake.started = true;
        status = { ...status, state: 'running', phase: 'sweep', queued: 1, transmitted: 1, passes: 1 };
        status.untested = 0;
        onStart?.(fake);
      },
      stop() {
        fake.stops += 1;
        if (status.phase !== 'done') fake.end({ stopped: 'interrupted' });
      },
      close() {
        fake.waited ||= fake.started && status.state !== 'closed';
        fake.closed = true;
      },
      status: () => status,
      read(from, into) {
        const all = Buffer.concat(pieces);
        const copied = all.copy(into, 0, from * RECORD_BYTES);
        return copied / RECORD_BYTES;
      },
      untested: () => (fake.started ? fake.untested : toPairs(foreign)),
      remaining: () => (fake.started ? fake.remaining : options.part),
      // As where the part is the whole.
      holds: (address) => targets.some(({ first, last }) => address >= first && address <= last),
      requestsTo: (addresses) => new Uint32Array(addresses.length).fill(fake.requests),
      strays: () => fake.strays,
    };
  }
  const addon = {
    Engine: Engine as unknown as NativeAddon['Engine'],
    Listener: Object as unknown as NativeAddon['Listener'],
    Replay: Object as unknown as NativeAddon['Replay'],
    describeFrames: () => {},
    Speaker: Object as unknown as NativeAddon['Speaker'],
    listLinks: () => [...links],
    listRoutes: () => [...routes],
    listNeighbours: () => [],
    listBridgeEntries: () => [],
    listBridgePorts: () => [],
    namespaceId: () => null,
    lockFile: () => true,
    requestFrame: () => new Uint8Array(),
  };
  return { addon, engines };
}
