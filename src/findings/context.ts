/** What the diagnoses look at. */

import type { Finding, Host, HostResponder, Statistics } from '../generated/report-types.js';
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

/** Who asked on a link, and what was seen there beside the hosts. */
export interface LinkFacts {
  /** Sender hardware address of our questions. */
  readonly mac: string;
  /** Sender protocol address, or null where everything was asked by probe. */
  readonly ip: string | null;
  readonly prefixLength: number | null;
  /** IFLA_INFO_KIND of the interface. */
  readonly kind: string | null;
  /** Interfaces that it binds together; none unless it is a bond. */
  readonly slaves: number;
  /** Addresses, not ours, that answered a probe. */
  readonly answeredProbes: number;
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
  /** Interface names by the index of the report's links. */
  readonly interfaces: readonly string[];
  /** By the same index. */
  readonly links: readonly LinkFacts[];
  /** Every answered address and our own, by IP, then link. */
  readonly hosts: readonly Host[];
  /** Those of the hosts that there is more to say of; none on a healthy network. */
  readonly noted: readonly NotedHost[];
  /** Hardware addresses of all interfaces of this machine, permanent ones included. */
  readonly ourMacs: ReadonlySet<string>;
  /** What this machine held before and after the sweep, by IP. */
  readonly held: ReadonlyMap<string, readonly HeldAddress[]>;
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
  /** Addresses that answered, and those of them that left a question unanswered. */
  readonly answered: number;
  readonly answeredInPart: number;
}

/** Everything that was seen. */
export interface Observations extends DiagnosisContext {
  /** By the index of the report's links. */
  readonly wires: readonly WireFacts[];
}

/** Everything that the diagnoses look at. */
export interface SweepFacts extends Observations {
  /** Who answers for what is not its own, which explains what several diagnoses would make of it. */
  readonly proxies: readonly ArpProxy[];
}

export type Diagnosis = (facts: SweepFacts) => Finding[];

/** One address of a finding, and the responders that it is about. */
export interface Claim {
  readonly host: NotedHost;
  readonly responders: readonly NotedResponder[];
}

/** Claims of one link that the same set of MACs makes: one cause, hence one finding. */
export interface ClaimGroup {
  readonly link: number;
  /** Sorted. */
  readonly macs: readonly string[];
  /** By IP. */
  readonly claims: readonly Claim[];
}

/** Groups claims by link and set of MACs; groups come in the order of their first addresses. */
export function groupClaims(claims: Iterable<Claim>): ClaimGroup[] {
  const groups = new Map<string, { link: number; macs: string[]; claims: Claim[] }>();
  for (const claim of claims) {
    const macs = claim.responders.map(({ mac }) => mac).sort();
    const key = `${claim.host.link} ${macs.join()}`;
    const group = groups.get(key);
    if (group) group.claims.push(claim);
    else groups.set(key, { link: claim.host.link, macs, claims: [claim] });
  }
  return [...groups.values()];
}
