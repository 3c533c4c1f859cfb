/** The links that a request can come by, as far as this machine's own links show. */

import { isBridge, isBundle, isPaired, isStacked } from '../links/kinds.js';
import type { NativeLink } from '../native.js';
import type { Where, World } from './world.js';

/** A link on the way. */
export interface Place {
  readonly where: Where;
  readonly link: NativeLink;
  /** Whether a request leaves this machine's kernel by it, or comes in: a reply does the opposite. */
  readonly direction: 'out' | 'in';
  /** Where the request goes from here: one place, several where a bridge floods it, none where the view ends. */
  readonly next: readonly Place[];
}

/** Each place takes a listener. */
const mostPlaces = 64;
/** A bridge of more ports than this is only followed to the port where its table has the target. */
const mostPorts = 16;

interface Explored extends Place {
  readonly next: Explored[];
  readonly from: Explored | null;
}

type Step = Pick<Place, 'where' | 'link' | 'direction'>;

/**
 * Explores from the link that asks. `target` is in host byte order; `mac` is its hardware address, as far as it is
 * known before anything is asked.
 */
export function explorePlaces(world: World, start: NativeLink, target: number, mac: string | null): Place {
  const root: Explored = { where: null, link: start, direction: 'out', next: [], from: null };
  const queue = [root];
  const seen = new Set([keyOf(root)]);
  // Grows while it is walked.
  for (const place of queue) {
    for (const step of stepsFrom(world, place, target, mac)) {
      if (queue.length === mostPlaces || seen.has(keyOf(step))) continue;
      const next: Explored = { ...step, next: [], from: place };
      seen.add(keyOf(step));
      place.next.push(next);
      queue.push(next);
    }
  }
  return root;
}

/** All places from one on. */
export function allPlaces(place: Place): Place[] {
  return [place, ...place.next.flatMap(allPlaces)];
}

export const holds = ({ link }: Pick<Place, 'link'>, target: number): boolean =>
  link.addresses.some(({ ip }) => ip === target);

const keyOf = ({ where, link }: Step): string => `${where?.path ?? ''} ${link.index}`;

function stepsFrom(world: World, place: Explored, target: number, mac: string | null): Step[] {
  const { where, link, direction } = place;
  if (direction === 'in' && holds(place, target)) return [];
  const here = world.links(where);
  if (isBridge(link)) return portsOf(world, place, mac);
  if (direction === 'in') {
    if (link.masterIndex === 0)
      return uppersOf(here, link).map((upper) => ({ where, link: upper, direction }));
    const master = here.find(({ index }) => index === link.masterIndex);
    const passes = master && (isBridge(master) || isBundle(master));
    return passes ? [{ where, link: master, direction }] : [];
  }
  if (isBundle(link)) {
    // Which of several members takes a frame, only the bundle knows.
    const members = here.filter(({ masterIndex, carrier }) => masterIndex === link.index && carrier);
    return members.length === 1 ? members.map((member) => ({ where, link: member, direction })) : [];
  }
  return farEndOf(world, place);
}

/** The peer of a pair, where the frame comes in, or the device below, where it goes out. */
function farEndOf(world: World, { where, link }: Step): Step[] {
  const { linked } = link;
  if (linked === null || !(isStacked(link) || isPaired(link))) return [];
  const there = linked.namespaceId === null ? where : world.namespaceOf(where, linked.namespaceId);
  if (there === undefined) return [];
  const end = world.links(there).find(({ index }) => index === linked.index);
  return end ? [{ where: there, link: end, direction: isStacked(link) ? 'out' : 'in' }] : [];
}

/** VLAN, macvlan and the like that take their frames from a link. */
function uppersOf(here: readonly NativeLink[], { index }: NativeLink): NativeLink[] {
  const uppers = here.filter(({ parentIndex }) => parentIndex === index);
  return uppers.length <= mostPorts ? uppers : [];
}

/** The ports by which a broadcast leaves a bridge. */
function portsOf(world: World, bridge: Explored, mac: string | null): Step[] {
  const { where, link } = bridge;
  const cameBy = bridge.from?.link.masterIndex === link.index ? bridge.from.link.index : 0;
  const ports = world
    .links(where)
    .filter(({ masterIndex, index }) => masterIndex === link.index && index !== cameBy);
  const held = mac === null ? null : portHolding(world, bridge, mac);
  const followed = ports.length <= mostPorts ? ports : ports.filter(({ index }) => index === held);
  return followed.map((port) => ({ where, link: port, direction: 'out' }));
}

/** Index of the port on which a bridge's table has a MAC address, or null. */
export function portHolding(
  world: World,
  { where, link }: Pick<Place, 'where' | 'link'>,
  mac: string,
): number | null {
  const entry = world
    .bridgeEntries(where)
    .find((one) => one.bridgeIndex === link.index && one.mac === mac && one.interfaceIndex !== link.index);
  return entry?.interfaceIndex ?? null;
}

/** What is known of the way once the target has been asked. */
export interface WayFacts {
  readonly world: World;
  readonly target: number;
  /** Of the target, as far as it is known. */
  readonly mac: string | null;
  /** Whether a reply was seen to come by a place, from the target's side. */
  readonly replied: (place: Place) => boolean;
}

export interface Way {
  readonly places: readonly Place[];
  /** Where the way could not be told: the places that it may go on by. */
  readonly open: readonly Place[];
}

/**
 * The way to the target: where several places follow, the one that a reply came by, else one that leads to the target's
 * own link, else the one that the bridge's table has it on.
 */
export function chooseWay(root: Place, facts: WayFacts): Way {
  const places = [root];
  for (let last = root; ; ) {
    const next = chooseNext(last, facts);
    if (next === undefined) return { places, open: last.next };
    places.push(next);
    last = next;
  }
}

function chooseNext(place: Place, { world, target, mac, replied }: WayFacts): Place | undefined {
  const { next } = place;
  if (next.length <= 1) return next[0];
  const leading = (fits: (one: Place) => boolean) => next.filter((one) => allPlaces(one).some(fits));
  const [answering] = leading(replied);
  if (answering) return answering;
  const held = mac !== null && isBridge(place.link) ? portHolding(world, place, mac) : null;
  const candidates = [
    leading((one) => one.direction === 'in' && holds(one, target)),
    next.filter(({ link }) => link.index === held),
  ];
  return candidates.find(({ length }) => length === 1)?.[0];
}
