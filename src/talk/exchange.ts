/** Sends frames of ARP on links and hears what is said there, the proof of our own leaving included. */

import type { HeardArp, HeardFrame } from '../listen/heard-frame.js';
import { listenOn } from '../listen/listen.js';
import type { NativeAddon, NativeSpeaker } from '../native.js';
import { explainNativeError, systemErrorName } from '../system-error.js';
import type { Endpoint } from './endpoints.js';
import { type ArpFrame, composed } from './frames.js';

/** ARP with the tag of an endpoint, in the order of the wire. */
export interface Heard extends HeardFrame {
  readonly endpoint: Endpoint;
  readonly arp: HeardArp;
  /** The proof that a frame of this exchange has left; `atMs` is when, by the clock that stamps what comes in. */
  readonly ours: boolean;
  /** Counts the steps of that clock: times with different numbers cannot be compared. */
  readonly clockSteps: number;
}

export interface Exchange {
  /**
   * Hands a frame to the kernel, which may still lose it: only what is heard as `ours` has left.
   * @returns null, or the name of the error by which the kernel refused it
   */
  send(endpoint: Endpoint, frame: ArpFrame): string | null;
  /** Why nothing can be said or heard on the link just now, or null. */
  trouble(endpoint: Endpoint): 'no-carrier' | 'down' | 'gone' | null;
  /** Frames that were not heard because this machine was too slow for them. */
  lost(): number;
  /**
   * Rejects where the kernel ends the hearing, and resolves once it was finished or closed.
   * @throws SystemError
   */
  readonly done: Promise<void>;
  /**
   * Ends it once everything is heard that the kernel has received by now.
   * @throws SystemError
   */
  finish(): Promise<void>;
  /** Ends it now. Idempotent. */
  close(): void;
}

export type TalkAddon = Pick<NativeAddon, 'Listener' | 'Speaker' | 'requestFrame'>;

/** By how much two clocks may differ from one look to the next before one of them was set: Date.now() counts in ms. */
const clockSlackMs = 5;

/** A link that is spoken on. */
interface Port {
  readonly endpoint: Endpoint;
  readonly speaker: NativeSpeaker;
  /** How many frames of each kind were sent and not yet seen leaving. */
  readonly unseen: Map<string, number>;
}

/**
 * Opens an exchange: what is said on the links from now on is heard.
 * @param foreignMac frames to another hardware address than the links' own are to be heard as well
 * @throws PermissionError, SystemError
 */
export function openExchange(
  addon: TalkAddon,
  endpoints: readonly Endpoint[],
  foreignMac: boolean,
  onHeard: (heard: Heard) => void,
): Exchange {
  const ports = openPorts(addon, endpoints);
  const portOf = (endpoint: Endpoint): Port => ports[endpoints.indexOf(endpoint)] as Port;
  const closeSpeakers = (): void => {
    for (const { speaker } of ports) speaker.close();
  };
  const stepsOf = countClockSteps();
  const links = endpoints.map(({ name, device, namespace, tags }) => ({
    label: name,
    interface: device.name,
    namespacePath: namespace?.path ?? null,
    // A network card filters by tag as well as by address.
    promiscuous: foreignMac || tags.length > 0,
    outgoing: true,
  }));
  const hear = (frames: readonly HeardFrame[]): void => {
    const clockSteps = stepsOf();
    for (const frame of frames) {
      const { arp } = frame;
      const port = ports[frame.link];
      if (arp === null || !port || !hasTagsOf(port.endpoint, frame)) continue;
      onHeard({ ...frame, endpoint: port.endpoint, arp, clockSteps, ours: isOurs(port, frame, arp) });
    }
  };
  const listening = closedOnError(closeSpeakers, () => listenOn(addon, links, hear));
  const done = listening.done.finally(closeSpeakers);
  // Whoever awaits it learns of it; until then it must not count as unhandled.
  done.catch(() => {});

  return {
    send(endpoint, frame) {
      const { speaker, unseen } = portOf(endpoint);
      const errno = speaker.send(composed(addon, frame));
      if (errno !== 0) return systemErrorName(errno);
      const key = keyOf(frame);
      unseen.set(key, (unseen.get(key) ?? 0) + 1);
      return null;
    },
    trouble(endpoint) {
      const state = listening.status().links[endpoints.indexOf(endpoint)]?.state ?? 'gone';
      return state === 'up' ? null : state;
    },
    lost() {
      const status = listening.status();
      return status.links.reduce((sum, { kernelDrops }) => sum + kernelDrops, status.overruns);
    },
    done,
    finish() {
      listening.finish();
      return done;
    },
    close: listening.close,
  };
}

/** Opens all or none. */
function openPorts(addon: TalkAddon, endpoints: readonly Endpoint[]): Port[] {
  const ports: Port[] = [];
  for (const endpoint of endpoints) {
    const { name, device, namespace } = endpoint;
    try {
      const speaker = new addon.Speaker({ interface: device.name, namespacePath: namespace?.path ?? null });
      ports.push({ endpoint, speaker, unseen: new Map() });
    } catch (error) {
      for (const { speaker } of ports) speaker.close();
      throw explainNativeError(error, `send on ${name}`);
    }
  }
  return ports;
}

function closedOnError<T>(close: () => void, open: () => T): T {
  try {
    return open();
  } catch (error) {
    close();
    throw error;
  }
}

/** A tag without a VID equals none (802.1Q). */
function hasTagsOf({ place: { vlan, innerVlan } }: Endpoint, frame: HeardFrame): boolean {
  return frame.vlan === vlan && frame.innerVlan === (innerVlan ?? null);
}

/** Takes a frame that left for the oldest of ours that it may be. Alike ones of others cannot be told from ours. */
function isOurs({ unseen }: Port, { outgoing, destination, source }: HeardFrame, arp: HeardArp): boolean {
  if (!outgoing) return false;
  const key = keyOf({ destination, source, ...arp });
  const count = unseen.get(key) ?? 0;
  if (count > 1) unseen.set(key, count - 1);
  else unseen.delete(key);
  return count > 0;
}

function keyOf(frame: Pick<ArpFrame, 'destination' | 'source' | keyof HeardArp>): string {
  const { destination, source, operation, sha, spa, tha, tpa } = frame;
  return [destination, source, operation, sha, spa, tha, tpa].join(' ');
}

/** Counts how often the clock of the kernel's timestamps was set; each call takes a look. */
function countClockSteps(): () => number {
  let steps = 0;
  let offset = Date.now() - performance.now();
  return () => {
    const now = Date.now() - performance.now();
    if (Math.abs(now - offset) > clockSlackMs) steps += 1;
    offset = now;
    return steps;
  };
}
