/** Who fights for which addresses, and what else is wrong: what a state says by its addresses and by its findings. */

import type { Holder, WatchedAddress, WatchedFinding } from '../src/generated/watch-state-types.js';
import { parseAddress } from '../src/targets/address.js';
import type { Model } from './model.js';

type Finding = WatchedFinding['finding'];

/** Addresses of a link that the same machines have at once, or that wander between the same ones. */
export interface Conflict {
  readonly link: string;
  readonly kind: 'conflict' | 'flapping';
  readonly ips: readonly string[];
  readonly holders: readonly Holder[];
  /** MACs that a finding names, where the addresses do not have them. */
  readonly macs: readonly string[];
  /** When the first of them came into it. */
  readonly since: string;
  /** As a finding says it. */
  readonly messages: readonly string[];
}

export interface Problems {
  readonly conflicts: readonly Conflict[];
  /** Errors, then warnings, then what is merely worth knowing; the latest of each first. */
  readonly findings: readonly WatchedFinding[];
}

const conflictKinds: Partial<Record<Finding['kind'], Conflict['kind']>> = {
  'duplicate-address': 'conflict',
  'claims-our-address': 'conflict',
  flapping: 'flapping',
};

const ranks = { error: 0, warning: 1, info: 2 } as const;

export function problemsOf(model: Model): Problems {
  const about = model.findings.filter(({ finding }) => conflictKinds[finding.kind]);
  const findings = model.findings
    .filter(({ finding }) => !conflictKinds[finding.kind])
    .sort(
      (a, b) =>
        ranks[a.finding.severity] - ranks[b.finding.severity] || Date.parse(b.since) - Date.parse(a.since),
    );
  const conflicts = [...conflictsOfAddresses(model, about), ...conflictsOfFindings(model, about)];
  const rank = ({ kind }: Conflict): number => (kind === 'conflict' ? 0 : 1);
  return {
    conflicts: conflicts.sort((a, b) => rank(a) - rank(b) || Date.parse(b.since) - Date.parse(a.since)),
    findings,
  };
}

function conflictsOfAddresses(model: Model, findings: readonly WatchedFinding[]): Conflict[] {
  const groups = new Map<string, WatchedAddress[]>();
  for (const { addresses } of model.links.values()) {
    for (const address of addresses.values()) {
      if (address.state !== 'conflict' && address.state !== 'flapping') continue;
      const key = [address.link, address.state, ...address.holders.map(({ mac }) => mac).sort()].join(' ');
      const group = groups.get(key);
      if (group) group.push(address);
      else groups.set(key, [address]);
    }
  }
  return [...groups.values()].map((group) => conflictOf(group, findings));
}

function conflictOf(group: readonly WatchedAddress[], findings: readonly WatchedFinding[]): Conflict {
  const [{ link, state, holders, since } = never()] = group;
  const ips = sortedIps(group.map(({ ip }) => ip));
  const has = new Set(ips);
  const about = findings.filter(
    (known) =>
      known.link === link &&
      conflictKinds[known.finding.kind] === state &&
      known.finding.ips.some((ip) => has.has(ip)),
  );
  return {
    link,
    kind: state === 'flapping' ? 'flapping' : 'conflict',
    ips,
    holders,
    macs: [],
    since: earliest([since, ...group.map((address) => address.since)]),
    messages: about.map(({ finding }) => finding.message),
  };
}

/** Of addresses that are not in that state themselves: our own, say. */
function conflictsOfFindings(model: Model, findings: readonly WatchedFinding[]): Conflict[] {
  return findings.flatMap(({ link, since, finding }) => {
    const kind = conflictKinds[finding.kind] ?? 'conflict';
    const ips = finding.ips.filter((ip) => stateOf(model, link, ip) !== kind);
    if (ips.length === 0 && finding.ips.length > 0) return [];
    return [{ link, kind, ips, holders: [], macs: finding.macs, since, messages: [finding.message] }];
  });
}

function stateOf(model: Model, link: string, ip: string): WatchedAddress['state'] | undefined {
  return model.links.get(link)?.addresses.get(parseAddress(ip) ?? -1)?.state;
}

function earliest(times: readonly string[]): string {
  return times.reduce((least, time) => (Date.parse(time) < Date.parse(least) ? time : least));
}

function sortedIps(ips: readonly string[]): string[] {
  return ips.toSorted((a, b) => (parseAddress(a) ?? 0) - (parseAddress(b) ?? 0));
}

function never(): never {
  throw new Error('a group has a member');
}
