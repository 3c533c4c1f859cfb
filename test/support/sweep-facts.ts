/** Facts as a sweep gives them to the diagnoses, healthy unless a test says otherwise. */
import type {
  LinkFacts,
  NotedHost,
  NotedResponder,
  SweepFacts,
  WireFacts,
} from '../../src/findings/context.js';
import { diagnose } from '../../src/findings/diagnose.js';
import type { Statistics } from '../../src/generated/report-types.js';
import { createRoster } from '../../src/names/roster.js';
import type { Stray } from '../../src/sweep/stray.js';

export const OUR_MAC = '02:00:00:00:00:01';
export const OUR_IP = '10.0.0.254';

export const mac = (n: number) => `52:54:00:00:00:${n.toString(16).padStart(2, '0')}`;

/** When the sweep began, in ms since the epoch. */
export const start = 1_767_225_600_000;

/** A moment of the sweep, in ms from its beginning. */
export const at = (ms: number) => new Date(start + ms).toISOString();

/** One that answered two requests, a probe and a unicast. */
export function responder(of: string, more: Partial<NotedResponder> = {}): NotedResponder {
  return {
    mac: of,
    rttMs: 0.5,
    replies: 4,
    firstAt: at(0),
    confirmed: true,
    vendor: null,
    name: null,
    probeReplies: 1,
    unicasts: 1,
    laterBroadcasts: 0,
    lastAtMs: start + 500,
    ethernetSource: of,
    ...more,
  };
}

export function host(
  ip: string,
  responders: readonly (string | NotedResponder)[],
  noted: Partial<NotedHost> = {},
): NotedHost {
  return {
    ip,
    link: 0,
    self: false,
    asked: 4,
    probes: 1,
    responders: responders.map((each) => (typeof each === 'string' ? responder(each) : each)),
    sameRequest: false,
    alternated: false,
    answeredOwnProbe: [],
    ...noted,
  };
}

export function linkFacts(more: Partial<LinkFacts> = {}): LinkFacts {
  return {
    mac: OUR_MAC,
    ip: OUR_IP,
    prefixLength: 24,
    vlan: null,
    innerVlan: null,
    ourMacs: new Set([OUR_MAC]),
    held: new Map(),
    kind: null,
    slaves: 0,
    answeredProbes: 1,
    neighbours: new Set(),
    strays: [],
    ...more,
  };
}

export function stray(kind: Stray['kind'], more: Partial<Stray> = {}): Stray {
  return {
    kind,
    ip: '10.0.0.7',
    mac: OUR_MAC,
    vlan: null,
    innerVlan: null,
    count: 1,
    asked: kind === 'returned' ? 4 : 0,
    firstAt: at(10),
    lastAt: at(600),
    ...more,
  };
}

export const statistics: Statistics = {
  queued: 1200,
  transmitted: 1200,
  received: 270,
  passes: 5,
  sendErrors: 0,
  malformed: 0,
  kernelDrops: 0,
  overruns: 0,
  rate: 1843,
  lossEstimate: 0,
  expectedMissedAtLeast: 0,
};

/** A wire that loses a share of the questions, or of which that is not known. */
export function wire(lossEstimate: number | null = 0): WireFacts {
  return {
    statistics: { ...statistics, lossEstimate },
    regulation: 'auto',
    pilots: 0,
    pilotsLost: 0,
    limit: null,
    askedAgain: 0,
  };
}

/** What a sweep of two links gives, with these hosts and nothing else to note. */
export function facts(noted: readonly NotedHost[], more: Partial<SweepFacts> = {}): SweepFacts {
  return {
    interfaces: ['eth0', 'eth1'],
    links: [linkFacts(), linkFacts()],
    wires: [wire(), wire()],
    hosts: noted,
    noted,
    roster: createRoster([]),
    expected: new Map(),
    proxies: [],
    ...more,
  };
}

/** The same, by whatever is not healthy. */
export function sweepFacts(more: Partial<SweepFacts> = {}): SweepFacts {
  return facts(more.noted ?? [], more);
}

/** The kinds of all that is found in such facts. */
export const kindsOf = (...args: Parameters<typeof facts>) =>
  diagnose(facts(...args)).map(({ kind }) => kind);

/** What the first link is to have of its own; the second one is like any other. */
export const firstLink = (first: Partial<LinkFacts>) => ({ links: [linkFacts(first), linkFacts()] });

/** Addresses one after the other. */
export const addresses = (count: number, first = 1) =>
  Array.from({ length: count }, (_, i) => `10.0.0.${first + i}`);
