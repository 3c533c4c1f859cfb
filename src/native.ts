/**
 * The only file that loads or types the native addon. Addresses cross this boundary as numbers in host byte
 * order, MAC addresses as strings, times as milliseconds unless a name says otherwise.
 */

import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { NativeLoadError } from './errors.js';

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
  /** Index of the bridge, bond or VRF above (IFLA_MASTER), 0 where there is none. */
  readonly masterIndex: number;
  readonly vlan: { readonly id: number; readonly protocol: '802.1Q' | '802.1ad' } | null;
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

export interface EngineOptions {
  readonly interfaceIndex: number;
  readonly sourceMac: string;
  /** `sourceMac` is not the interface's own, so that answers to it need promiscuous reception. */
  readonly foreignMac: boolean;
  /** Sender protocol address of requests; 0 asks everything as RFC 5227 probes. */
  readonly sourceIp: number;
  /** Targets as sorted, disjoint, inclusive pairs first, last. */
  readonly targets: Uint32Array;
  /** Targets that are asked by probe in each pass as well; sorted, disjoint, inclusive pairs. */
  readonly named: Uint32Array;
  /** Our own addresses of this link: probed before the sweep, never asked by request. Sorted. */
  readonly own: Uint32Array;
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
  readonly sequential: boolean;
  /** Seed of the permutation, an unsigned 32-bit integer. */
  readonly seed: number;
}

/**
 * What an engine has done so far. Counters only grow; the estimates follow what is known. A pilot is a broadcast
 * request to an address that had already answered, sent like any other request of the sweep.
 */
export interface EngineStatus {
  readonly state: 'idle' | 'running' | 'done';
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
  readonly kernelDrops: number;
  readonly overruns: number;
  /** Frames per second over the time in which frames were sent. */
  readonly rate: number;
  readonly elapsedMs: number;
  /** Expected time to the end in ms, at the present rate. */
  readonly remainingMs: number;
  readonly answered: number;
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
  kernelDrops: 0,
  overruns: 0,
  rate: 0,
  elapsedMs: 0,
  remainingMs: 0,
  answered: 0,
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
  /** Ends the threads and frees everything but the results. Idempotent. */
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
  /** Frames that concern us though they answer no question, `STRAY_BYTES` each; none before the engine is done. */
  strays(): Uint8Array;
}

export interface NativeAddon {
  readonly Engine: new (options: EngineOptions, onWake: () => void) => NativeEngine;
  listLinks(): NativeLink[];
  listRoutes(): NativeRoute[];
  listNeighbours(): NativeNeighbour[];
}

/** Sizes of a packed record and of a packed stray; their layouts are in native/core/sweep/record.h. */
export const RECORD_BYTES = 64;
export const STRAY_BYTES = 48;

let loaded: NativeAddon | undefined;

/**
 * Loads the addon from inside the package and from nowhere else: a program that runs as root takes no native
 * code from a path that the environment or the working directory names.
 * @throws NativeLoadError naming what was tried.
 */
export function native(): NativeAddon {
  if (loaded) return loaded;
  const require = createRequire(import.meta.url);
  const candidates = ['../build/Release/arpsweep.node', `../prebuilds/linux-${process.arch}/arpsweep.node`];
  const tried: string[] = [];
  for (const candidate of candidates) {
    const path = fileURLToPath(new URL(candidate, import.meta.url));
    if (!existsSync(path)) {
      tried.push(`${path}: not there`);
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
