/** Which links saw the question and its answer go by. */

import { arpOperation, type HeardFrame } from '../listen/heard-frame.js';

/** What is looked for: requests for an address that one link sends, and the replies to them. */
export interface Question {
  /** Host byte order. */
  readonly target: number;
  /** Hardware address of the link that asks. */
  readonly askerMac: string;
}

/** What one link saw of it, in frames. */
export interface Sighting {
  requests: number;
  /** Those of them that came in; this machine sent the others. */
  requestsIn: number;
  /** Replies that this machine sent on the link, and those that came in. */
  repliesOut: number;
  repliesIn: number;
  /** Of the requests, those to one hardware address alone, by that address. */
  readonly unicasts: Map<string, number>;
  /** VLANs of the requests; null is untagged. */
  readonly vlans: Set<number | null>;
  /** Hardware addresses that replied. */
  readonly repliers: Set<string>;
}

/** A place to look: frames of one VLAN, or whatever their tag. */
export interface Lookout {
  readonly vlan: number | null;
}

const broadcast = 'ff:ff:ff:ff:ff:ff';

/**
 * Notes what the frames say of the question. The `link` of a frame is an index into the lookouts.
 * @returns what each of them has seen, which grows
 */
export function watchFor(
  { target, askerMac }: Question,
  lookouts: readonly Lookout[],
): { readonly sightings: readonly Sighting[]; note(frames: readonly HeardFrame[]): void } {
  const sightings = lookouts.map(
    (): Sighting => ({
      requests: 0,
      requestsIn: 0,
      repliesOut: 0,
      repliesIn: 0,
      unicasts: new Map(),
      vlans: new Set(),
      repliers: new Set(),
    }),
  );
  const noteOne = ({ link, vlan, outgoing, destination, arp }: HeardFrame): void => {
    const lookout = lookouts[link];
    const sighting = sightings[link];
    if (!arp || !lookout || !sighting || (lookout.vlan !== null && lookout.vlan !== vlan)) return;
    if (arp.operation === arpOperation.request && arp.tpa === target && arp.sha === askerMac) {
      sighting.requests += 1;
      if (!outgoing) sighting.requestsIn += 1;
      if (destination !== broadcast) {
        sighting.unicasts.set(destination, (sighting.unicasts.get(destination) ?? 0) + 1);
      }
      sighting.vlans.add(vlan);
    }
    // Some reply with a THA of zero or of all ones, and are understood all the same.
    const isToAsker = arp.tha === askerMac || destination === askerMac;
    if (arp.operation === arpOperation.reply && arp.spa === target && isToAsker) {
      if (outgoing) sighting.repliesOut += 1;
      else sighting.repliesIn += 1;
      sighting.repliers.add(arp.sha);
    }
  };
  return { sightings, note: (frames) => frames.forEach(noteOne) };
}

/** Requests in their own direction: on a link that sees them both ways, the lesser number came back by a loop. */
export const requestsOf = ({ requests, requestsIn }: Sighting): number =>
  Math.max(requestsIn, requests - requestsIn);

/** Of those, what everybody is to hear, and what one of `macs` is: the others may go another way. */
export function requestsMeantFor(sighting: Sighting, macs: ReadonlySet<string>): number {
  const others = [...sighting.unicasts].filter(([mac]) => !macs.has(mac));
  return requestsOf(sighting) - others.reduce((sum, [, count]) => sum + count, 0);
}

/** Requests that went by and came back. */
export const returnedOf = (sighting: Sighting): number => sighting.requests - requestsOf(sighting);

export const repliesOf = ({ repliesOut, repliesIn }: Sighting): number => repliesOut + repliesIn;
