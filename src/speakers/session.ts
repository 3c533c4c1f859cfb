/** What is heard on some links, gathered: frames in, who speaks and what is wrong out. */

import type { Finding } from '../generated/report-types.js';
import type { StateOf } from '../links/machine-state.js';
import type { HeardFrame } from '../listen/heard-frame.js';
import type { NamedMachine } from '../names/named-machine.js';
import { createRoster, type Roster } from '../names/roster.js';
import type { ListenerStatus, NativeAddon } from '../native.js';
import { diagnosisOf, type Heard } from './diagnose-heard.js';
import type { ListenedLink } from './listen-links.js';
import { type MachineWatch, watchMachine } from './machine-watch.js';
import { createObserver, type HeardAddress, type Observer } from './observer.js';
import { createOwnFrames } from './own-frames.js';
import { createPlaces, type ListenPlace } from './places.js';

export interface Session {
  readonly observer: Observer;
  readonly places: readonly ListenPlace[];
  readonly listened: readonly ListenedLink[];
  readonly machine: MachineWatch;
  readonly roster: Roster;
  /** Frames that came in, that this machine sent, and those that are no ARP for Ethernet and IPv4. */
  readonly counts: { received: number; sent: number; malformed: number };
  /** @returns whether it is one of those that are listened for */
  note(frame: HeardFrame): boolean;
  /** Looks at this machine again, and tells what is wrong by now (ms since the epoch). */
  diagnose(nowMs: number, ends: boolean): Finding[];
  /** Whether the link itself holds an address that was heard there. */
  isOwn(address: HeardAddress): boolean;
}

/** Where nothing was heard there is nothing to judge; but a claim is judged a moment after it. */
const looksAfterFrame = 4;

/**
 * @param before the machine as it is now
 * @param lost tells how many frames were lost on this machine so far
 */
export function openSession(
  addon: Pick<NativeAddon, 'listLinks'>,
  before: StateOf,
  listened: readonly ListenedLink[],
  named: readonly NamedMachine[],
  lost: () => number,
): Session {
  const observer = createObserver();
  const places = createPlaces(listened);
  const ownFrames = listened.map(({ device }) => createOwnFrames(device.mac));
  const machine = watchMachine(addon, before, listened);
  // This machine as it is now, whatever a file may say of it; each of its namespaces is like a machine of its own.
  const roster = createRoster([...named, ...machine.machines()]);
  const counts = { received: 0, sent: 0, malformed: 0 };
  const isOwn = ({ ip, place }: HeardAddress): boolean => {
    const { listened: index = 0, vlan = null } = places.all[place.index] ?? {};
    return vlan === null && (machine.links[index]?.heldSince.has(ip) ?? false);
  };
  const heard: Heard = { observer, places: places.all, listened, ownFrames, machine, roster, isOwn, lost };
  const judge = diagnosisOf(heard);
  let looks = 0;
  return {
    observer,
    places: places.all,
    listened,
    machine,
    roster,
    counts,
    isOwn,
    note(frame) {
      const place = places.of(frame);
      if (place === null) return false;
      looks = looksAfterFrame;
      place.frames += 1;
      if (frame.outgoing) counts.sent += 1;
      else counts.received += 1;
      if (frame.arp === null && !frame.outgoing) counts.malformed += 1;
      ownFrames[place.listened]?.note(frame);
      observer.note(place, frame);
      return true;
    },
    diagnose(nowMs, ends) {
      if (looks > 0 || ends) machine.refresh(nowMs);
      looks -= 1;
      return judge(ends ? Number.POSITIVE_INFINITY : nowMs);
    },
  };
}

/** Frames that were heard by the kernel and not by us. */
export function framesLost({ overruns, links }: ListenerStatus): number {
  return links.reduce((sum, { kernelDrops }) => sum + kernelDrops, overruns);
}
