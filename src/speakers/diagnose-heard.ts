/**
 * What is wrong by what was heard, with nobody asked: the rules of src/findings where frames alone fulfil them. What needs
 * a question, as loss or a proxy does, is not told; nor what compares two looks a moment apart, as mac-on-wrong-port does.
 */

import { diagnoseArpFlux } from '../findings/arp-flux.js';
import { diagnoseClaimsOurAddress } from '../findings/claims-our-address.js';
import type { HeldAddress, LinkFacts, NotedHost, SweepFacts } from '../findings/context.js';
import { diagnoseDuplicateAddress } from '../findings/duplicate-address.js';
import { diagnoseOtherVlan } from '../findings/other-vlan.js';
import { diagnoseOwnMacOnWire } from '../findings/own-mac-on-wire.js';
import { diagnoseSenderMismatch } from '../findings/sender-mismatch.js';
import { diagnoseShadowedAddress } from '../findings/shadowed-address.js';
import type { Finding } from '../generated/report-types.js';
import type { Roster } from '../names/roster.js';
import { linkName } from '../reporters/link-name.js';
import type { Stray } from '../sweep/stray.js';
import { parseAddress } from '../targets/address.js';
import { diagnoseChanges } from './changes.js';
import { claimantsOf, heardHost } from './heard-hosts.js';
import type { ListenedLink } from './listen-links.js';
import type { MachineWatch, OwnLink } from './machine-watch.js';
import type { HeardAddress, Observer, Speaker } from './observer.js';
import type { OwnFrames } from './own-frames.js';
import type { ListenPlace } from './places.js';
import { rivalsIn } from './turns.js';

/** Everything that there is to judge by. */
export interface Heard {
  readonly observer: Observer;
  readonly places: readonly ListenPlace[];
  readonly listened: readonly ListenedLink[];
  /** By the index of what is listened on. */
  readonly ownFrames: readonly OwnFrames[];
  readonly machine: MachineWatch;
  readonly roster: Roster;
  /** Whether the link itself holds an address that was heard there. */
  isOwn(address: HeardAddress): boolean;
  /** Frames that were lost on this machine so far. */
  lost(): number;
}

/** In a hand-over both sides speak for a moment: an address that this machine has just taken, or may give up, is not judged yet. */
const handOverMs = 1000;

/**
 * Makes the diagnosis of one listening; what it has once seen of a fight it does not forget.
 * @returns tells what is wrong by now, in ms since the epoch; Infinity where nothing more will be heard
 */
export function diagnosisOf(heard: Heard): (nowMs: number) => Finding[] {
  const { observer, places, roster, isOwn } = heard;
  const rivals = new Map<HeardAddress, Set<string>>();
  const claimants = new Map<HeardAddress, Set<string>>();

  return (nowMs) => {
    for (const address of observer.notable) {
      mark(rivals, address, rivalsIn(address.turns, nowMs));
      mark(rivals, address, address.sameQuestion ?? new Set());
    }
    for (const [address, macs] of foreignClaims(heard)) mark(claimants, address, macs);

    const only = (address: HeardAddress, macs: ReadonlySet<string>): Speaker[] =>
      claimantsOf(address).filter(({ mac }) => macs.has(mac));
    const claimed = [...claimants].map(([address, macs]) =>
      heardHost(address, only(address, macs), roster, { self: true, answeredOwnProbe: [...macs] }),
    );
    const contested = [...rivals]
      .filter(([address]) => !isOwn(address))
      .map(([address, macs]) =>
        heardHost(address, only(address, macs), roster, {
          sameRequest: address.sameQuestion !== null,
          alternated: true,
        }),
      );
    const strange = [...observer.notable].map((address) =>
      heardHost(
        address,
        claimantsOf(address).filter(({ foreignSource }) => foreignSource !== null),
        roster,
      ),
    );
    const moved = [...observer.notable].filter((address) => !rivals.has(address) && !isOwn(address));
    const shadowed = shadowedHosts(heard);
    const facts = factsOf(heard, ({ heldThroughout }) => heldThroughout);
    const seen = (noted: readonly NotedHost[]): SweepFacts => ({ ...facts, noted });
    return [
      ...diagnoseClaimsOurAddress(seen(claimed)),
      ...diagnoseDuplicateAddress(seen(contested)),
      ...diagnoseOwnMacOnWire(factsOf(heard, ({ everHeld }) => everHeld)),
      ...diagnoseShadowedAddress({ ...seen(shadowed), hosts: shadowed.length > 0 ? allHosts(heard) : [] }),
      ...diagnoseArpFlux(seen(contested)),
      ...diagnoseOtherVlan(facts),
      ...diagnoseSenderMismatch(seen(strange)),
      ...diagnoseChanges(places.map(linkName), moved, nowMs),
    ];
  };
}

function mark(marks: Map<HeardAddress, Set<string>>, address: HeardAddress, macs: ReadonlySet<string>): void {
  if (macs.size > 0) marks.set(address, new Set([...(marks.get(address) ?? []), ...macs]));
}

function factsOf(
  heard: Heard,
  held: (link: OwnLink) => ReadonlyMap<string, readonly HeldAddress[]>,
): SweepFacts {
  return {
    passive: true,
    interfaces: heard.places.map(linkName),
    links: heard.places.map((place) => linkFactsOf(heard, place, held)),
    hosts: [],
    noted: [],
    roster: heard.roster,
    expected: new Map(),
    wires: [],
    proxies: [],
  };
}

function linkFactsOf(
  { listened, ownFrames, machine, lost }: Heard,
  place: ListenPlace,
  held: (link: OwnLink) => ReadonlyMap<string, readonly HeldAddress[]>,
): LinkFacts {
  const link = machine.links[place.listened];
  const strays = ownFrames[place.listened]?.strays() ?? [];
  const hasLost = lost() > 0;
  return {
    mac: place.mac,
    ip: null,
    vlan: place.vlan,
    innerVlan: null,
    prefixLength: null,
    kind: listened[place.listened]?.device.kind ?? null,
    slaves: link?.slaves ?? 0,
    answeredProbes: 0,
    neighbours: link?.neighbours ?? new Set(),
    ourMacs: link?.macs ?? new Set(),
    held: link ? held(link) : new Map(),
    strays: strays
      .filter(({ askedIn, stray }) => askedIn === place.vlan && !(hasLost && isWithinLoss(stray)))
      .map(({ stray }) => stray),
  };
}

/** Where frames are lost here, questions that were sent may be among them: then only many more copies are too many. */
function isWithinLoss({ kind, count, asked }: Stray): boolean {
  return kind === 'returned' && count <= 2 * asked;
}

/** Of some addresses, what was heard of them on a link, untagged: what has a tag is another network. */
function heardAt({ observer, places }: Heard, listened: number, ips: Iterable<number>): HeardAddress[] {
  const place = places.find((each) => each.listened === listened && each.vlan === null);
  if (place === undefined) return [];
  return [...ips].map((ip) => observer.find(place, ip)).filter((address) => address !== undefined);
}

/** Of addresses that a link holds, the MACs of others that spoke for them while it did so beyond doubt. */
function foreignClaims(heard: Heard): [HeardAddress, Set<string>][] {
  const until = heard.machine.lookedAtMs - handOverMs;
  return heard.machine.links.flatMap(({ macs, heldSince }, i) =>
    heardAt(heard, i, heldSince.keys()).map((address): [HeardAddress, Set<string>] => {
      const from = (heldSince.get(address.ip) ?? Number.POSITIVE_INFINITY) + handOverMs;
      const claims = claimantsOf(address).filter(({ claimedFromMs, claimedUntilMs }) =>
        [claimedFromMs, claimedUntilMs].some((atMs) => atMs >= from && atMs <= until),
      );
      return [address, new Set(claims.map(({ mac }) => mac).filter((mac) => !macs.has(mac)))];
    }),
  );
}

/** Addresses that this machine has held all the time, on another interface than the one on which somebody speaks for them. */
function shadowedHosts(heard: Heard): NotedHost[] {
  const { machine, roster, isOwn } = heard;
  const until = machine.lookedAtMs - handOverMs;
  return machine.links.flatMap(({ heldThroughout }, i) => {
    const held = [...heldThroughout.keys()].map((ip) => parseAddress(ip) ?? 0);
    const others = heardAt(heard, i, held).filter((address) => !isOwn(address));
    return others.map((address) => {
      const settled = claimantsOf(address).filter(({ claimedFromMs }) => claimedFromMs <= until);
      return heardHost(address, settled, roster);
    });
  });
}

function allHosts({ observer, roster }: Heard): NotedHost[] {
  return [...observer.addresses].map((address) => heardHost(address, claimantsOf(address), roster));
}
