/** Builds the report from what the engines of a sweep have to say at its end. */

import { getSystemErrorName } from 'node:util';
import type { Judge } from '../expect/judge.js';
import type { WireFacts } from '../findings/context.js';
import { diagnose } from '../findings/diagnose.js';
import type {
  ChangedNeighbour,
  Counts,
  LinkReport,
  Machine,
  Report,
  Statistics,
  Untested,
} from '../generated/report-types.js';
import { describeMachine } from '../links/links.js';
import { changedNeighbours, type StateOf } from '../links/machine-state.js';
import { type LinkPlan, namespacesOf, placeOf, senderMacOf } from '../links/plan.js';
import type { Roster } from '../names/roster.js';
import { type EngineStatus, RECORD_BYTES } from '../native.js';
import { type Course, mostSlices, shardName, tokenOf } from '../sweep/course.js';
import type { LinkRun } from '../sweep/link-run.js';
import type { Regulation } from '../sweep/pace.js';
import { type RecordBuffer, readRecords, recordAddress } from '../sweep/record.js';
import type { Stray } from '../sweep/stray.js';
import { noSurroundings, type Surroundings } from '../sweep/surroundings.js';
import { formatAddress } from '../targets/address.js';
import { formatRanges, type Ranges, union } from '../targets/ranges.js';
import { version } from '../version.js';
import { type AddressedHost, hostsOf } from './hosts.js';
import { linkFacts } from './link-facts.js';
import { bridgeFacts, vlanFacts } from './surroundings-facts.js';

/** How one engine ended, and what it heard. */
export interface LinkResult {
  readonly plan: LinkPlan;
  readonly regulation: Regulation;
  readonly status: EngineStatus;
  readonly records: RecordBuffer;
  /** Our own addresses among the targets that were to be asked; in order. */
  readonly ownTargets: readonly number[];
  readonly untested: Ranges;
  /** Positions of the permutation of the plan's targets that are left to ask. */
  readonly remaining: Ranges;
  /** Broadcast requests that left for each expected address. */
  readonly requests: ReadonlyMap<number, number>;
  readonly strays: readonly Stray[];
}

export interface SweepResult {
  readonly startedAt: Date;
  readonly durationMs: number;
  /** What each namespace of this machine was before the first frame, and what it is after the last. */
  readonly before: StateOf;
  readonly after: StateOf;
  /** Whose hardware addresses are known. */
  readonly roster: Roster;
  /** Knows what is expected, or null where nothing is. */
  readonly judge: Judge | null;
  readonly results: readonly LinkResult[];
  /** What was seen beside the answers. */
  readonly surroundings?: Surroundings;
  /** The machine that swept; by default the one that `before` describes. */
  readonly machine?: Machine;
  /** Absent where nothing was asked, so that nothing is left to ask either. */
  readonly course?: Course;
}

/** Beyond these, neighbouring ranges of untested addresses are merged. */
const mostUntestedRanges = 10_000;

/** What a run, or the recording of one, has to tell at its end. */
export type HeardRun = Pick<
  LinkRun,
  | 'plan'
  | 'regulation'
  | 'ownTargets'
  | 'status'
  | 'read'
  | 'untested'
  | 'remaining'
  | 'requestsTo'
  | 'strays'
>;

/**
 * @param expected addresses in host byte order
 * @param known those that somebody was known to have before; left out where nothing was
 */
export function resultOf(run: HeardRun, expected: readonly number[], known?: readonly number[]): LinkResult {
  const { plan, ownTargets, regulation } = run;
  const ended = endOf(run.status());
  const records = readRecords(run, ended.responders);
  const status = known === undefined ? ended : { ...ended, ...lossAmong(known, run, records) };
  const requests = run.requestsTo(expected);
  return {
    plan,
    regulation,
    status,
    records,
    ownTargets,
    untested: status.untested > 0 ? run.untested(mostUntestedRanges) : [],
    remaining: status.untested > 0 || status.stopped !== 'no' ? run.remaining(mostSlices) : [],
    requests: new Map(expected.map((address, i) => [address, requests[i] ?? 0])),
    strays: run.strays(),
  };
}

/** Of fewer questions no share is told. */
const fewestQuestions = 5;

/**
 * What the wire loses, by how often those were asked who were known to be there and have answered at last: each further
 * request tells of one that was lost.
 * @param known in ascending order
 */
function lossAmong(
  known: readonly number[],
  run: Pick<HeardRun, 'requestsTo'>,
  { bytes, view }: RecordBuffer,
): Pick<EngineStatus, 'pilots' | 'pilotsLost' | 'lossEstimate'> {
  // Numbers alone, for there may be 65,536 of them in every sweep of a watch.
  const answered = new Uint32Array(bytes.length / RECORD_BYTES);
  for (let i = 0; i < answered.length; i++) answered[i] = recordAddress(view, i);
  answered.sort();
  let at = 0;
  const there = known.filter((ip) => {
    while (at < answered.length && (answered[at] ?? 0) < ip) at++;
    return answered[at] === ip;
  });
  const pilots = run.requestsTo(there).reduce((sum, requests) => sum + requests, 0);
  const pilotsLost = Math.max(0, pilots - there.length);
  return { pilots, pilotsLost, lossEstimate: pilots < fewestQuestions ? Number.NaN : pilotsLost / pilots };
}

/** An engine that was never started, because the sweep was interrupted before, has ended all the same. */
function endOf(status: EngineStatus): EngineStatus {
  return status.state === 'idle'
    ? { ...status, state: 'done', phase: 'done', stopped: 'interrupted' }
    : status;
}

/**
 * Builds the report. With several links, a target counts once for each link that asks it: what is counted is
 * (link, IP), as for conflicts.
 */
export function buildReport(result: SweepResult): Report {
  const {
    startedAt,
    durationMs,
    before,
    after,
    roster,
    judge,
    results,
    surroundings = noSurroundings,
    machine,
    course,
  } = result;
  const plans = results.map(({ plan }) => plan);
  const facts = linkFacts(results, before, after);
  const perLink = results.map(({ plan, status, records, ownTargets }, link) => {
    const isHeld = (ip: string) => facts[link]?.held.has(ip) ?? false;
    return hostsOf({ plan, link, records, ownTargets, ownProbes: ownProbesOf(status), roster, isHeld });
  });
  // Each link's hosts are sorted and come in the order of links, so that a stable sort by address is a merge.
  const addressed =
    perLink.length === 1 ? (perLink[0] ?? []) : perLink.flat().sort((a, b) => a.address - b.address);
  const hosts = addressed.map(({ host }) => host);
  const wires = results.map(wireOf);
  const swept = plans.map((plan, i) => ({ plan, hosts: perLink[i] ?? [] }));
  const findings = diagnose({
    interfaces: plans.map(({ name }) => name),
    links: facts,
    wires,
    hosts,
    noted: addressed.map(({ noted }) => noted).filter((noted) => noted !== null),
    roster,
    expected: judge?.hosts ?? new Map(),
    bridges: bridgeFacts(swept, before, surroundings),
    vlans: vlanFacts(swept, before, surroundings),
  });
  const remaining = results.map((each) => each.remaining);
  const resume = course ? tokenOf(plans, course, remaining) : null;
  return {
    schemaVersion: 1,
    tool: { name: 'arpsweep', version },
    startedAt: startedAt.toISOString(),
    durationMs: Math.round(durationMs * 10) / 10,
    outcome: outcomeOf(results.map(({ status }) => status)),
    machine: machine ?? machineOf(plans, before),
    links: results.map((result, i) => linkReport(result, changesOf(result, perLink[i] ?? [], before, after))),
    targets: formatRanges(plans.reduce<Ranges>((sum, { targets }) => union(sum, targets), [])),
    ...(course && partOf(course)),
    counts: results.map((result, i) => countsOf(result, perLink[i] ?? [])).reduce(sumCounts),
    hosts,
    findings: [...findings, ...(judge?.judge(results, hosts) ?? [])],
    statistics: statisticsOf(results.map(({ status }) => status)),
    untested: results.flatMap(untestedOf),
    ...(resume !== null && { resume }),
  };
}

/** What of the targets was to be asked, where that was not all. */
function partOf({ shard, resume }: Course): Pick<Report, 'part'> {
  return shard || resume ? { part: { shard: shardName(shard), resumed: resume !== null } } : {};
}

/**
 * The first that applies:
 * - `interrupted`: a link was stopped from outside before its work was done;
 * - `failed`: no link came to its end, all were ended by a fault of the link or of a system call;
 * - `inconclusive`: a link ended early or was blocked, or an address was not asked, or frames never left, or an
 *   answer was not recorded, or frames were dropped here and nothing was asked again;
 * - `complete`.
 */
export function outcomeOf(statuses: readonly EngineStatus[]): Report['outcome'] {
  if (statuses.some(({ stopped }) => stopped === 'interrupted')) return 'interrupted';
  if (statuses.every(({ stopped }) => stopped !== 'no' && stopped !== 'send-blocked')) return 'failed';
  const clean = statuses.every(
    ({ stopped, untested, unsent, overruns, unmendedDrops }) =>
      stopped === 'no' && untested === 0 && unsent === 0 && overruns === 0 && unmendedDrops === 0,
  );
  return clean ? 'complete' : 'inconclusive';
}

/** The neighbours of one link whose entries its answers changed. */
function changesOf(
  { plan }: LinkResult,
  hosts: readonly AddressedHost[],
  before: StateOf,
  after: StateOf,
): ChangedNeighbour[] {
  const now = after(plan.namespace);
  if (now.neighbours.length === 0) return [];
  const answered = new Set(hosts.filter(({ host }) => !host.self).map(({ address }) => address));
  return changedNeighbours(before(plan.namespace), now, plan.holderIndex, (ip) => answered.has(ip));
}

/** The interfaces of the present namespace, and of those that were swept. */
function machineOf(plans: readonly LinkPlan[], stateOf: StateOf): Machine {
  const here = describeMachine(stateOf(null).links);
  const others = namespacesOf(plans).map((where) => describeMachine(stateOf(where).links, where.name));
  return { ...here, interfaces: [here, ...others].flatMap(({ interfaces }) => interfaces) };
}

function linkReport({ plan, status }: LinkResult, changed: ChangedNeighbour[]): LinkReport {
  return {
    ...placeOf(plan),
    mac: senderMacOf(plan),
    ip: plan.sourceIp === 0 ? null : formatAddress(plan.sourceIp),
    prefixLength: plan.prefixLength,
    statistics: statisticsOf([status]),
    ...(Object.keys(plan.fields.given).length > 0 && { frame: { ...plan.fields.given } }),
    ...(changed.length > 0 && { changedNeighbours: changed }),
    ...(status.fault && { fault: { ...status.fault, code: getSystemErrorName(-status.fault.errno) } }),
  };
}

/** The first two passes begin with a probe for each (Conductor::RunPasses of native/core/sweep/conductor.cc). */
function ownProbesOf({ queued, passes }: EngineStatus): number {
  return queued > 0 ? Math.min(passes, 2) : 0;
}

function countsOf({ status, ownTargets }: LinkResult, hosts: readonly AddressedHost[]): Counts {
  const { targets } = status;
  const self = ownTargets.length;
  const recorded = hosts.reduce((sum, { host }) => sum + Number(!host.self), 0);
  // Where the table of responders was full, more addresses answered than have a record; they are not silent.
  const answered =
    status.overruns > 0 ? Math.max(recorded, Math.min(status.answered, targets - self)) : recorded;
  const untested = Math.min(status.untested, targets - self - answered);
  return { targets, answered, self, silent: targets - self - answered - untested, untested };
}

function sumCounts(a: Counts, b: Counts): Counts {
  return {
    targets: a.targets + b.targets,
    answered: a.answered + b.answered,
    self: a.self + b.self,
    silent: a.silent + b.silent,
    untested: a.untested + b.untested,
  };
}

/** Links are swept at the same time, so that their rates add up and their passes do not. */
function statisticsOf(statuses: readonly EngineStatus[]): Statistics {
  const sum = (value: (status: EngineStatus) => number) => statuses.reduce((all, s) => all + value(s), 0);
  return {
    queued: sum(({ queued }) => queued),
    transmitted: sum(({ transmitted }) => transmitted),
    received: sum(({ received }) => received),
    passes: Math.max(...statuses.map(({ passes }) => passes)),
    sendErrors: sum(({ sendErrors }) => sendErrors),
    malformed: sum(({ malformed }) => malformed),
    kernelDrops: sum(({ kernelDrops }) => kernelDrops),
    overruns: sum(({ overruns }) => overruns),
    rate: Math.round(sum(({ rate }) => rate)),
    ...estimatesOf(statuses),
  };
}

/**
 * What was lost and missed, on several links together: missed hosts add up, and the loss is the share over all
 * pilots. Null where a link that was swept cannot tell, for then nothing is known of what was missed there.
 */
function estimatesOf(
  statuses: readonly EngineStatus[],
): Pick<Statistics, 'lossEstimate' | 'expectedMissedAtLeast'> {
  let pilots = 0;
  let lost = 0;
  let missed = 0;
  for (const status of statuses) {
    if (status.queued === 0) continue;
    pilots += status.pilots;
    lost += status.lossEstimate * status.pilots;
    missed += status.expectedMissed;
  }
  const loss = lost / pilots;
  // What was missed is not told by a single pass, even where its losses are.
  const told = (value: number): number | null => (Number.isFinite(value) ? threeDigits(value) : null);
  return { lossEstimate: told(loss), expectedMissedAtLeast: Number.isFinite(loss) ? told(missed) : null };
}

/** Three significant digits are all that an estimate is good for, and make no little one nought. */
const threeDigits = (value: number): number => Number(value.toPrecision(3));

function wireOf({ status, regulation }: LinkResult): WireFacts {
  return {
    statistics: statisticsOf([status]),
    regulation,
    pilots: status.pilots,
    pilotsLost: status.pilotsLost,
    limit: status.limit > 0 ? threeDigits(status.limit) : null,
    askedAgain: status.askedAgain,
  };
}

function untestedOf({ status, untested }: LinkResult, link: number): Untested[] {
  if (untested.length === 0) return [];
  return [{ link, targets: formatRanges(untested), reason: reasonOf(status) }];
}

function reasonOf({ stopped, linkFlaps }: EngineStatus): string {
  if (stopped !== 'no') return stopped;
  return linkFlaps > 0 ? 'link-down' : 'not-transmitted';
}
