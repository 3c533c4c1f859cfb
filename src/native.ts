/**
 * The only file that loads or types the native addon. Addresses cross this boundary as numbers in host byte
 * order, MAC addresses as strings, times as milliseconds unless a name says otherwise.
 */

import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { NativeLoadError } from './errors.js';
import { runsOnGlibc } from './libc.js';

/** An IPv4 address of an interface, as the kernel holds it (rtnetlink(7), RTM_GETADDR). */
export interface NativeAddress {
  readonly ip: number;
  readonly prefixLength: number;
  /** IFA_F_SECONDARY: another address of the same subnet comes first. */
  readonly secondary: boolean;
  readonly scope: 'global' | 'link' | 'host' | 'other';
}

/** A network interface, as the kernel describes it (rtnetlink(7), RTM_GETLINK, and ETHTOOL_GDRVINFO). */
export interface NativeLink {
  readonly index: number;
  readonly name: string;
  /** Hardware address, or null where the link has none of six bytes. */
  readonly mac: string | null;
  readonly permanentMac: string | null;
  /** ARPHRD_ number of linux/if_arp.h; 1 is Ethernet. */
  readonly arpType: number;
  /** IFLA_INFO_KIND: `veth`, `bridge`, `vlan`, …; null for a physical device. */
  readonly kind: string | null;
  /** Driver name from ethtool, or null. */
  readonly driver: string | null;
  /** IFF_ flags of netdevice(7) by name without the prefix: `UP`, `BROADCAST`, `NOARP`, … */
  readonly flags: readonly string[];
  /** RFC 2863 state: `up`, `down`, `lowerlayerdown`, `dormant`, `unknown`, … */
  readonly operState: string;
  readonly carrier: boolean;
  readonly wireless: boolean;
  readonly mtu: number;
  /** Index of the device below (IFLA_LINK), 0 where there is none or where it lives in another namespace. */
  readonly parentIndex: number;
  /**
   * The peer of a veth pair, or the device below (IFLA_LINK), also where it lives in another namespace: `namespaceId` is
   * the number that this one has for it (`namespaceId()`), null where it is this one.
   */
  readonly linked: { readonly index: number; readonly namespaceId: number | null } | null;
  /** Index of the bridge, bond or VRF above (IFLA_MASTER), 0 where there is none. */
  readonly masterIndex: number;
  readonly vlan: { readonly id: number; readonly protocol: '802.1Q' | '802.1ad' } | null;
  /** A bridge that tells VLANs apart. */
  readonly vlanFiltering: boolean;
  readonly addresses: readonly NativeAddress[];
}

/** An IPv4 unicast route of the main table. */
export interface NativeRoute {
  readonly destination: number;
  readonly prefixLength: number;
  /** 0 where the destination is on the link. */
  readonly gateway: number;
  readonly interfaceIndex: number;
  readonly metric: number;
}

/** An entry of the kernel's IPv4 neighbour table. */
export interface NativeNeighbour {
  readonly ip: number;
  readonly mac: string | null;
  readonly interfaceIndex: number;
  /** NUD_ state by name: `REACHABLE`, `STALE`, `FAILED`, … */
  readonly state: string;
}

/** An entry of a bridge's table, or of the address list that an interface itself keeps (bridge(8), fdb). */
export interface NativeBridgeEntry {
  readonly mac: string;
  /** Index of the port; of the bridge itself for addresses that it takes for its own. */
  readonly interfaceIndex: number;
  /** Index of the bridge whose table holds it; 0 where the interface's own list does. */
  readonly bridgeIndex: number;
  /** Null where the bridge does not tell VLANs apart. */
  readonly vlan: number | null;
  /** NUD_ state by name: `PERMANENT` is an address of this machine's own, `NOARP` a static entry, others are learnt. */
  readonly state: string;
  /** NTF_ flags by name without the prefix: `SELF`, `MASTER`, `EXT_LEARNED`, … */
  readonly flags: readonly string[];
}

/** A port of a bridge and what it lets pass. */
export interface NativeBridgePort {
  readonly interfaceIndex: number;
  readonly bridgeIndex: number;
  readonly state: 'disabled' | 'listening' | 'learning' | 'forwarding' | 'blocking';
  /** Sends frames back out of the port that they came by. */
  readonly hairpin: boolean;
  readonly learning: boolean;
  readonly unicastFlood: boolean;
  readonly broadcastFlood: boolean;
  /** Passes nothing on to other isolated ports. */
  readonly isolated: boolean;
  /** The bridge answers requests for neighbours that it knows, and keeps them from this port. */
  readonly neighbourSuppression: boolean;
  /** VLANs whose frames it takes and gives; meaningful where its bridge tells VLANs apart. */
  readonly vlans: readonly { readonly id: number; readonly pvid: boolean; readonly untagged: boolean }[];
}

/** What the frames of a sweep say beside their targets; what is left out is as a kernel has it in a request. */
export interface RequestFrame {
  /** Ethernet source, and SHA unless that is given as well. */
  readonly source: string;
  readonly destination?: string;
  /** The outer one first; two at most. */
  readonly tags: readonly {
    readonly id: number;
    readonly priority: number;
    readonly protocol: '802.1Q' | '802.1ad';
  }[];
  readonly etherType?: number;
  /** Framed by RFC 1042 (LLC/SNAP). */
  readonly llc?: boolean;
  readonly hardwareType?: number;
  readonly protocolType?: number;
  /** What the fields say; the addresses stay as long as they are. */
  readonly hardwareLength?: number;
  readonly protocolLength?: number;
  readonly operation?: number;
  /** SHA. */
  readonly senderHardware?: string;
  /** SPA; 0 asks everything as RFC 5227 probes. */
  readonly senderIp: number;
  /** SPA is that of the target, each time. */
  readonly senderIsTarget?: boolean;
  /** THA. */
  readonly targetHardware?: string;
  /** Behind the ARP packet. */
  readonly padding?: Uint8Array;
}

export interface EngineOptions {
  readonly interfaceIndex: number;
  /** File of the interface's network namespace; null for the present one. */
  readonly namespacePath: string | null;
  /** Answers come to an address, or with a tag, that the interface may not let pass by itself. */
  readonly promiscuous: boolean;
  readonly frame: RequestFrame;
  /** Targets as sorted, disjoint, inclusive pairs first, last; our own addresses have their places among them. */
  readonly targets: Uint32Array;
  /** Targets that are asked by probe in each pass as well; sorted, disjoint, inclusive pairs. */
  readonly named: Uint32Array;
  /** Requests that a named target gets at the least before it counts as silent, 0 to 255. Not with exact passes. */
  readonly namedRequests: number;
  /** Our own addresses of this link, never asked by request; sorted. */
  readonly own: Uint32Array;
  /** Probe them before the sweep. */
  readonly probesOwn: boolean;
  /** Frames per second at the start; Infinity does not pace. */
  readonly rate: number;
  /** Frames that may go out at once at the start. */
  readonly burst: number;
  /** Frames per second that the engine may rise to while pilots show no loss by it; `rate` keeps it fixed. */
  readonly ceiling: number;
  /** Most passes over the targets that are not settled. */
  readonly passes: number;
  /** Ends before the most passes, once what is expected to be missed is not worth the time of a further one. */
  readonly adaptivePasses: boolean;
  /** Ask each responder by unicast, and each answered address by probe, once the passes are done. */
  readonly census: boolean;
  /** Listening after the last frame, in ms; NaN chooses by the answers heard. */
  readonly cooldownMs: number;
  /** Positions of the permutation of all targets that are asked: sorted, disjoint, inclusive pairs. */
  readonly part: Uint32Array;
  readonly sequential: boolean;
  /** Seed of the permutation, an unsigned 32-bit integer. */
  readonly seed: number;
}

/**
 * What an engine has done so far. Counters only grow; the estimates follow what is known. A pilot is a broadcast
 * request to an address that had already answered, sent like any other request of the sweep.
 */
export interface EngineStatus {
  /** `done`: the results are final. `closed`: and nothing of the engine is left but them. */
  readonly state: 'idle' | 'running' | 'done' | 'closed';
  readonly phase: 'idle' | 'sweep' | 'census' | 'cooldown' | 'done';
  /** Why the engine ended before its work was done. */
  readonly stopped: 'no' | 'interrupted' | 'send-blocked' | 'link-down' | 'link-gone' | 'system-error';
  /** The system call that failed, where one did. */
  readonly fault: { readonly syscall: string; readonly errno: number } | null;
  readonly queued: number;
  readonly transmitted: number;
  readonly received: number;
  readonly passes: number;
  readonly sendErrors: number;
  readonly malformed: number;
  readonly unsolicited: number;
  /**
   * Frames that the kernel took and the link did not send, where it is not known whose they were: at rates at which
   * frames are not seen leaving, the link's own counter shows a lack.
   */
  readonly unsent: number;
  readonly kernelDrops: number;
  /** Those after which nothing was asked again: there was to be one pass only. */
  readonly unmendedDrops: number;
  readonly overruns: number;
  /** Frames per second over the time in which frames were sent. */
  readonly rate: number;
  readonly elapsedMs: number;
  /** Expected time to the end in ms, at the present rate. */
  readonly remainingMs: number;
  readonly answered: number;
  /** Those of the part, our own addresses among them. */
  readonly targets: number;
  /** None of our own. */
  readonly untested: number;
  readonly responders: number;
  readonly linkFlaps: number;
  /** Share of the questions lost, as requests or as replies; NaN where too few answered to tell. */
  readonly lossEstimate: number;
  /** Hosts expected to be missed, at the least; NaN where too few answered to tell. */
  readonly expectedMissed: number;
  /** Pilots that the estimates rest on. */
  readonly pilots: number;
  /** Pilots without an answer. */
  readonly pilotsLost: number;
  /** Frames per second above which the link was found to lose more; 0 where no such limit was met. */
  readonly limit: number;
  /** Frames sent again because an earlier one may have been lost: to the rate, to our own drops, to a link failure. */
  readonly askedAgain: number;
}

/** Of an engine that was never started. */
export const idleStatus: EngineStatus = {
  state: 'idle',
  phase: 'idle',
  stopped: 'no',
  fault: null,
  queued: 0,
  transmitted: 0,
  received: 0,
  passes: 0,
  sendErrors: 0,
  malformed: 0,
  unsolicited: 0,
  unsent: 0,
  kernelDrops: 0,
  unmendedDrops: 0,
  overruns: 0,
  rate: 0,
  elapsedMs: 0,
  remainingMs: 0,
  answered: 0,
  targets: 0,
  untested: 0,
  responders: 0,
  linkFlaps: 0,
  lossEstimate: Number.NaN,
  expectedMissed: Number.NaN,
  pilots: 0,
  pilotsLost: 0,
  limit: 0,
  askedAgain: 0,
};

export interface NativeEngine {
  start(): void;
  /** Asks the threads to end; returns at once, may be called at any time. */
  stop(): void;
  /** Ends the threads and frees everything but the results. Waits unless the engine is closed already. Idempotent. */
  close(): void;
  status(): EngineStatus;
  /**
   * Copies responders in the order of their first answers, from the `from`-th on, `RECORD_BYTES` each: as they were
   * first heard, or as they stand once the engine is done. Every reader has a cursor of its own, and a slow one
   * costs nothing but time: the table behind it is bounded.
   * @returns how many records were written
   */
  read(from: number, into: Uint8Array): number;
  /** Untested addresses as inclusive pairs; at most `limit` pairs, the nearest ones merged beyond. */
  untested(limit: number): Uint32Array;
  /**
   * Positions of the permutation that cover what this engine ended too early to know of, as inclusive pairs: untested
   * addresses, and those that were asked so late that the answer was not waited for. At most `limit` pairs.
   */
  remaining(limit: number): Uint32Array;
  /** Whether an address is a target of the part. */
  holds(address: number): boolean;
  /** How many broadcast requests left for each of these addresses, up to 255; 0 for one that is no target. */
  requestsTo(addresses: Uint32Array): Uint32Array;
  /** Frames that concern us though they answer no question, `STRAY_BYTES` each; none before the engine is done. */
  strays(): Uint8Array;
}

/** A link to listen on. */
export interface ListenLink {
  readonly interface: string;
  /** File of its network namespace; null for the present one. */
  readonly namespacePath: string | null;
  /** Hear frames to other machines as well, which a bridge passes on without looking at them. */
  readonly promiscuous: boolean;
  /** Hear what this machine sends there as well. */
  readonly outgoing: boolean;
}

export interface ListenerStatus {
  readonly state: 'idle' | 'listening' | 'done';
  /** Frames lost here, because they were not drained in time. */
  readonly overruns: number;
  /** In the order in which they were opened. */
  readonly links: readonly {
    readonly state: 'up' | 'no-carrier' | 'down' | 'gone';
    /** Frames that the kernel dropped. */
    readonly kernelDrops: number;
    /** Of the overruns, those of this link. */
    readonly overruns: number;
  }[];
  /** The system call that ended the listening, where one failed. */
  readonly fault: { readonly syscall: string; readonly errno: number } | null;
}

/** Hears every ARP frame on its links, and sends nothing. */
export interface NativeListener {
  /** Opens one more link, before the start. What a thread of its own does in another namespace moves nothing else. */
  open(link: ListenLink): void;
  start(): void;
  /** Ends the listening once what the kernel has received by now is read; the state `done` is told by a wake-up. */
  finish(): void;
  /** Ends it now. What was heard can still be drained. Idempotent. */
  close(): void;
  /**
   * Moves the oldest frames into the buffer, `HEARD_FRAME_BYTES` each, in the order of each link.
   * @returns how many
   */
  drain(into: Uint8Array): number;
  status(): ListenerStatus;
}

/** Who asked in a recording, and what. */
export interface ReplayOptions {
  /** Of its frames. */
  readonly link: number;
  /** VID that it asked with; 0 without a tag. */
  readonly vlan: number;
  /** VIDs of its other questions on this link, the answers to which are no strays here. */
  readonly otherVlans: Uint32Array;
  readonly sourceMac: string;
  /** The recording does not tell what was sent from what was received: what comes from `sourceMac` was sent. */
  readonly bySource: boolean;
  /** 0 where it asked by RFC 5227 probes. */
  readonly sourceIp: number;
  /** As those of an engine. */
  readonly targets: Uint32Array;
  readonly own: Uint32Array;
}

/** What a recording shows; names that an engine's status has as well mean the same. */
export interface ReplayStatus {
  /** Questions of every kind. */
  readonly asked: number;
  readonly received: number;
  readonly malformed: number;
  readonly overruns: number;
  readonly answered: number;
  readonly untested: number;
  readonly responders: number;
  /** How often every address that stayed silent was asked, at the least; where all answered, any address. */
  readonly passes: number;
  readonly rate: number;
}

/** Holds what was recorded of a sweep to the same rules as an engine what it hears. No sockets, no threads. */
export interface NativeReplay extends Pick<NativeEngine, 'read' | 'untested' | 'requestsTo' | 'strays'> {
  /** Takes the first `count` frames of the buffer, in the order of the recording; those of other links do no harm. */
  feed(frames: Uint8Array, count: number): void;
  status(): ReplayStatus;
}

/** Sends frames as they are on one link. Whether they left, a listener there tells. */
export interface NativeSpeaker {
  /**
   * Hands a whole Ethernet frame without FCS to the kernel, and does not wait.
   * @returns 0, or the errno by which the kernel refused it
   */
  send(frame: Uint8Array): number;
  /** Takes ten milliseconds and more. Idempotent. */
  close(): void;
}

/** Lists are of the present network namespace, or of the one that the file `namespacePath` stands for. */
export interface NativeAddon {
  readonly Engine: new (options: EngineOptions, onWake: () => void) => NativeEngine;
  /** Keeps up to `capacity` frames until they are drained. */
  readonly Listener: new (
    capacity: number,
    onWake: () => void,
  ) => NativeListener;
  readonly Replay: new (options: ReplayOptions) => NativeReplay;
  /** Fills in what the first `count` frames of the buffer say, of which bytes, time and direction are given. */
  describeFrames(frames: Uint8Array, count: number): void;
  /** What a thread of its own does in another namespace moves nothing else. */
  readonly Speaker: new (
    link: Pick<ListenLink, 'interface' | 'namespacePath'>,
  ) => NativeSpeaker;
  listLinks(namespacePath?: string | null): NativeLink[];
  listRoutes(namespacePath?: string | null): NativeRoute[];
  listNeighbours(namespacePath?: string | null): NativeNeighbour[];
  listBridgeEntries(namespacePath?: string | null): NativeBridgeEntry[];
  listBridgePorts(namespacePath?: string | null): NativeBridgePort[];
  /** The frame that asks for an address, from its Ethernet destination on and without FCS. */
  requestFrame(frame: RequestFrame, targetIp: number): Uint8Array;
  /** The number by which the present namespace, or the one of the file `from`, knows the one of `path`; null for none. */
  namespaceId(path: string, from?: string | null): number | null;
  /**
   * Takes the lock of an open file (flock(2)), which others can have once it is closed, or the process gone.
   * @returns whether it could be had: false where another open file holds it
   */
  lockFile(descriptor: number): boolean;
}

/** Sizes of a packed record and of a packed stray; their layouts are in native/core/sweep/record.h. */
export const RECORD_BYTES = 64;
export const STRAY_BYTES = 48;

/** Size of one frame that was heard; its layout is native/core/listen/heard_frame.h. */
export const HEARD_FRAME_BYTES = 160;

let loaded: NativeAddon | undefined;

/**
 * Loads the addon from inside the package and from nowhere else: a program that runs as root takes no native
 * code from a path that the environment or the working directory names.
 * @throws NativeLoadError naming what was tried.
 */
export function native(): NativeAddon {
  if (loaded) return loaded;
  const require = createRequire(import.meta.url);
  // Compiled here, or brought along. musl takes glibc's libc.so.6 for its own, so it is not given that one even to try.
  const candidates = [
    '../build/Release/arpsweep.node',
    `../prebuilds/linux-${process.arch}/arpsweep.glibc.node`,
  ];
  const tried: string[] = [];
  for (const candidate of candidates) {
    const path = fileURLToPath(new URL(candidate, import.meta.url));
    if (!existsSync(path)) {
      tried.push(`${path}: not there`);
      continue;
    }
    if (path.endsWith('.glibc.node') && !runsOnGlibc()) {
      tried.push(`${path}: for glibc, and this Node runs on another C library`);
      continue;
    }
    try {
      loaded = require(path) as NativeAddon;
      return loaded;
    } catch (error) {
      tried.push(`${path}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  throw new NativeLoadError(tried);
}
