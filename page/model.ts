/** What the page knows: the state that the server gave, and the events that came after it. */

import type { WatchEvent } from '../src/generated/watch-event-types.js';
import type {
  Holder,
  WatchedAddress,
  WatchedFinding,
  WatchedLink,
  WatchState,
} from '../src/generated/watch-state-types.js';
import { parseAddress } from '../src/targets/address.js';
import { parseNumericTarget } from '../src/targets/numeric-target.js';
import { octetIntervals } from '../src/targets/octets.js';
import { contains, normalize, type Ranges } from '../src/targets/ranges.js';

/** What the server says of a sweep that has ended, or that could not be made. */
export type SweepSummary =
  | {
      readonly outcome: 'complete' | 'inconclusive' | 'interrupted' | 'failed';
      readonly startedAt: string;
      readonly durationMs: number;
      readonly counts: { readonly untested: number };
    }
  | { readonly outcome: 'not-started'; readonly startedAt: string; readonly message: string };

export interface LinkModel {
  readonly name: string;
  readonly targets: readonly string[];
  readonly ranges: Ranges;
  up: boolean;
  sweptAtMs: number | null;
  /** By address in host byte order. */
  readonly addresses: Map<number, WatchedAddress>;
}

export interface Model {
  readonly version: string;
  readonly links: ReadonlyMap<string, LinkModel>;
  findings: readonly WatchedFinding[];
  lastSweep: SweepSummary | null;
}

export function modelOf({ tool, links, addresses, findings }: WatchState): Model {
  const models = new Map(links.map((link) => [link.link, linkModel(link)]));
  for (const address of addresses) {
    const ip = parseAddress(address.ip);
    if (ip !== null) models.get(address.link)?.addresses.set(ip, address);
  }
  return { version: tool.version, links: models, findings, lastSweep: null };
}

function linkModel({ link, up, targets, sweptAt }: WatchedLink): LinkModel {
  return {
    name: link,
    targets,
    ranges: normalize(targets.flatMap(rangesOf)),
    up,
    sweptAtMs: sweptAt === null ? null : Date.parse(sweptAt),
    addresses: new Map(),
  };
}

/** A target that is no number, a host's name, has no place of its own: its address is shown when it is known. */
function rangesOf(target: string): Ranges {
  try {
    const parsed = parseNumericTarget(target, () => {
      throw new SyntaxError(target);
    });
    return 'range' in parsed ? [parsed.range] : octetIntervals(parsed.octets);
  } catch {
    return [];
  }
}

/** How many of its targets somebody has. */
export function countAnswering({ addresses, ranges }: LinkModel): number {
  let count = 0;
  for (const [ip, { state }] of addresses) if (state !== 'gone' && contains(ranges, ip)) count++;
  return count;
}

/** Takes in a change; what it says already holds where the state is younger than it. */
export function applyEvent(model: Model, event: WatchEvent): void {
  const link = model.links.get(event.link);
  switch (event.type) {
    case 'link-up':
    case 'link-down':
      if (link) link.up = event.type === 'link-up';
      return;
    case 'finding-begins':
    case 'finding-ends':
      applyFinding(model, event);
      return;
    default:
      if (link) applyToAddress(link, event);
      if (event.type === 'conflict-ends') clear(model, event, 'duplicate-address');
      if (event.type === 'flapping-ends') clear(model, event, 'flapping');
  }
}

export function applySweep(model: Model, sweep: SweepSummary): void {
  model.lastSweep = sweep;
  if (sweep.outcome === 'not-started' || sweep.outcome === 'failed') return;
  const endedAtMs = Date.parse(sweep.startedAt) + sweep.durationMs;
  for (const link of model.links.values()) {
    if (link.up) link.sweptAtMs = Math.max(link.sweptAtMs ?? 0, endedAtMs);
  }
}

const stateAfter = {
  new: 'up',
  back: 'up',
  moved: 'up',
  gone: 'gone',
  'conflict-begins': 'conflict',
  'conflict-ends': 'up',
  'flapping-begins': 'flapping',
  'flapping-ends': 'up',
} as const;

function applyToAddress(link: LinkModel, event: WatchEvent): void {
  const ip = event.ip === null ? null : parseAddress(event.ip);
  if (ip === null || event.ip === null || !(event.type in stateAfter)) return;
  const known = link.addresses.get(ip);
  // A conflict may end because all who fought are gone.
  const nobodyLeft = event.type === 'conflict-ends' && event.macs.length === 0;
  const macs = event.macs.length > 0 ? event.macs : (known?.holders ?? event.previous?.macs ?? []).map(macOf);
  link.addresses.set(ip, {
    link: link.name,
    ip: event.ip,
    state: nobodyLeft ? 'gone' : stateAfter[event.type as keyof typeof stateAfter],
    since: event.at,
    holders: macs.map((mac) => holderAfter(mac, known, event)),
  });
}

const macOf = (holder: Holder | string): string => (typeof holder === 'string' ? holder : holder.mac);

function holderAfter(
  mac: string,
  known: WatchedAddress | undefined,
  { type, at, previous }: WatchEvent,
): Holder {
  const before = known?.holders.find((holder) => holder.mac === mac);
  const heardAt = type === 'gone' ? (previous?.lastAt ?? at) : at;
  // The state may know of later times than the event.
  const isLater = before === undefined || Date.parse(heardAt) > Date.parse(before.lastAt);
  return { mac, firstAt: before?.firstAt ?? heardAt, lastAt: isLater ? heardAt : before.lastAt };
}

function applyFinding(model: Model, { type, link, at, finding }: WatchEvent): void {
  if (!finding) return;
  const others = model.findings.filter((known) => known.link !== link || !isSame(known.finding, finding));
  model.findings = type === 'finding-begins' ? [...others, { link, since: at, finding }] : others;
}

/** A finding that grows or shrinks is the same, as the watch sees it. */
function isSame(one: WatchedFinding['finding'], other: WatchedFinding['finding']): boolean {
  const [a, b] = one.ips.length + other.ips.length > 0 ? [one.ips, other.ips] : [one.macs, other.macs];
  return one.kind === other.kind && (a.length + b.length === 0 || a.some((each) => b.includes(each)));
}

/** An address that is well again is taken out of what a sweep found of it before. */
function clear(model: Model, { link, ip }: WatchEvent, kind: string): void {
  model.findings = model.findings.flatMap((known) => {
    const { finding } = known;
    if (known.link !== link || finding.kind !== kind || ip === null || !finding.ips.includes(ip))
      return [known];
    const ips = finding.ips.filter((other) => other !== ip);
    return ips.length === 0 ? [] : [{ ...known, finding: { ...finding, ips } }];
  });
}
