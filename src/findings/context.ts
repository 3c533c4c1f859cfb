/** What the diagnoses look at. */

import type { KnownHost } from '../expect/expectation.js';
import type { Finding, Host, HostResponder, Statistics } from '../generated/report-types.js';
import type { Roster } from '../names/roster.js';
import type { Regulation } from '../sweep/pace.js';
import type { Stray } from '../sweep/stray.js';
import type { ArpProxy } from './proxies.js';

/** One MAC that answers for a noted host, with what the engine counted of its answers. */
export interface NotedResponder extends HostResponder {
  /** Of `replies`, those to probes (RFC 5227); all others answer requests. */
  readonly probeReplies: number;
  /** Requests to it by unicast. */
  readonly unicasts: number;
  /** Broadcasts that it answered long after a unicast to it had stayed without an answer. */
  readonly laterBroadcasts: number;
  /** Kernel receive time of the latest answer, in ms since the epoch. */
  readonly lastAtMs: number;
  /** Where the frame of the first answer says that it came from. */
  readonly ethernetSource: string;
}

/** A host of which the engine noted more than plain answers, or that this machine holds as well. */
export interface NotedHost extends Host {
  responders: NotedResponder[];
  /** Of `asked`, the probes beside the requests. */
  readonly probes: number;
  /** Two MACs answered the same request. */
  readonly sameRequest: boolean;
  /** The answers went from one MAC to another and back. */
  readonly alternated: boolean;
  /** MACs that answered the probe for an address of ours. */
  readonly answeredOwnProbe: readonly string[];
}

/** This machine, as far as it shares the network namespace of a link: what is in another is like another machine. */
export interface OwnMachine {
  /** Hardware addresses of all its interfaces, permanent ones included. */
  readonly ourMacs: ReadonlySet<string>;
  /** What it held before and after the sweep, by IP. */
  readonly held: ReadonlyMap<string, readonly HeldAddress[]>;
}

/** Who asked on a link, and what was seen there beside the hosts. */
export interface LinkFacts extends OwnMachine {
  /** Sender hardware address of our questions. */
  readonly mac: string;
  /** Sender protocol address, or null where everything was asked by probe. */
  readonly ip: string | null;
  /** VLAN ID of the tag that was put on, the outer of two, or null; and that of the inner one. */
  readonly vlan: number | null;
  readonly innerVlan: number | null;
  readonly prefixLength: number | null;
  /** IFLA_INFO_KIND of the interface. */
  readonly kind: string | null;
  /** Interfaces that it binds together; none unless it is a bond. */
  readonly slaves: number;
  /** Addresses, not ours, that answered a probe. */
  readonly answeredProbes: number;
  /** MACs by which the kernel knew neighbours there before the sweep, at addresses that this machine does not hold. */
  readonly neighbours: ReadonlySet<string>;
  readonly strays: readonly Stray[];
}

/** An address of this machine, and where it holds it. */
export interface HeldAddress {
  readonly interface: string;
  readonly prefixLength: number;
  /** Flags of the interface that bear on it: DOWN, NOARP, LOOPBACK. */
  readonly flags: readonly string[];
}

/** Who answered, and how, and what this machine knows of itself. */
export interface DiagnosisContext {
  /**
   * Nobody was asked: responders are those who spoke for an address in whatever kind of frame, and `replies` counts all of
   * them.
   */
  readonly passive?: boolean;
  /** Links by the index of the report's, as `-I` takes them. */
  readonly interfaces: readonly string[];
  /** By the same index. */
  readonly links: readonly LinkFacts[];
  /** Every answered address and our own, by IP, then link. */
  readonly hosts: readonly Host[];
  /** Those of the hosts that there is more to say of; none on a healthy network. */
  readonly noted: readonly NotedHost[];
  /** Whose hardware addresses are known, this machine's among them. */
  readonly roster: Roster;
  /** What is expected of addresses, by IP. */
  readonly expected: ReadonlyMap<string, KnownHost>;
}

/** What the sweep of one link tells of its wire. */
export interface WireFacts {
  readonly statistics: Statistics;
  /** What the sweep could do about loss that grows with the rate. */
  readonly regulation: Regulation;
  /** Requests to addresses that had already answered, and how many of them stayed unanswered. */
  readonly pilots: number;
  readonly pilotsLost: number;
  /** Frames per second above which more is lost, or null where no such limit was met. */
  readonly limit: number | null;
  /** Frames sent again because an earlier one may have been lost. */
  readonly askedAgain: number;
}

/** An entry of a bridge's table. */
export interface HeldMac {
  readonly mac: string;
  readonly vlan: number | null;
  /** Name of the port. */
  readonly port: string;
}

/** What the bridge that a link's frames pass holds of the machines that answered there. */
export interface BridgeFacts {
  /** Index of the report's link. */
  readonly link: number;
  readonly bridge: string;
  /** The link itself, where it is a port of the bridge; else null. */
  readonly port: string | null;
  /** Learnt and static entries before and after the sweep, on ports that still forward at its end. */
  readonly before: readonly HeldMac[];
  readonly after: readonly HeldMac[];
  /** Time between the two. */
  readonly apartMs: number;
  /** Addresses by the MAC that answered for them; only of MACs that are in the table. */
  readonly answers: ReadonlyMap<string, readonly string[]>;
}

/** An address, and who has it. */
export interface AddressHolder {
  readonly ip: string;
  readonly mac: string;
}

/** What is known of a VLAN link that was swept, and of its tag elsewhere. */
export interface VlanFacts {
  /** Index of the report's link. */
  readonly link: number;
  readonly id: number;
  /** Device below. */
  readonly parent: string;
  /** Network namespace of both, or null for the present one. */
  readonly netns: string | null;
  /** A VLAN interface was swept, and not its device with a tag. */
  readonly isInterface: boolean;
  /** Addresses that were asked for, and that answered. */
  readonly asked: number;
  readonly answered: number;
  /** The first of those that answered. */
  readonly answers: readonly AddressHolder[];
  /** Whether an address was asked for. */
  readonly covers: (ip: string) => boolean;
  /** Other devices on which machines of the addresses asked for spoke with this tag. */
  readonly heard: readonly {
    readonly device: string;
    readonly how: 'heard' | 'answered';
    readonly hosts: readonly AddressHolder[];
  }[];
  /** Frames with this tag that came in by the device below. */
  readonly heardOnParent: number;
}

/** Everything that was seen. */
export interface Observations extends DiagnosisContext {
  /** Every host of the report: by IP, then link. */
  readonly hosts: readonly Host[];
  /** By the index of the report's links. */
  readonly wires: readonly WireFacts[];
  /** Of links whose frames pass a bridge of this machine. */
  readonly bridges?: readonly BridgeFacts[];
  /** Of VLAN links. */
  readonly vlans?: readonly VlanFacts[];
}

/** Everything that the diagnoses look at. */
export interface SweepFacts extends Observations {
  /** Who answers for what is not its own, which explains what several diagnoses would make of it. */
  readonly proxies: readonly ArpProxy[];
}

export type Diagnosis = (facts: SweepFacts) => Finding[];

/** One address of a finding, and the responders that it is about. */
export interface Claim<H extends Host = NotedHost> {
  readonly host: H;
  readonly responders: readonly H['responders'][number][];
}

/** Claims of one link that the same set of MACs makes: one cause, hence one finding. */
export interface ClaimGroup<H extends Host = NotedHost> {
  readonly link: number;
  /** Sorted. */
  readonly macs: readonly string[];
  /** By IP. */
  readonly claims: readonly Claim<H>[];
}

/** How often a responder was heard and when first, as evidence. */
export function heardOften(
  { passive }: Pick<DiagnosisContext, 'passive'>,
  { replies, firstAt }: Pick<HostResponder, 'replies' | 'firstAt'>,
): Record<string, unknown> {
  return { ...(passive ? { frames: replies } : { replies }), firstAt };
}

/** Groups claims by link and set of MACs; groups come in the order of their first addresses. */
export function groupClaims<H extends Host>(claims: Iterable<Claim<H>>): ClaimGroup<H>[] {
  const groups = new Map<string, { link: number; macs: string[]; claims: Claim<H>[] }>();
  for (const claim of claims) {
    const macs = claim.responders.map(({ mac }) => mac).sort();
    const key = `${claim.host.link} ${macs.join()}`;
    const group = groups.get(key);
    if (group) group.claims.push(claim);
    else groups.set(key, { link: claim.host.link, macs, claims: [claim] });
  }
  return [...groups.values()];
}
