/** The one line that says how things are, and whether that is still so. */

import { countAddresses } from '../src/targets/ranges.js';
import { list } from '../src/wording.js';
import type { Problems } from './conflicts.js';
import { countAnswering, type Model } from './model.js';
import { ago, duration } from './times.js';

/** Whether what comes from the server can be relied on. */
export type Connection =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'live' }
  | {
      readonly kind: 'lost';
      /** When the server was last heard, if ever. */
      readonly sinceMs: number | null;
      /** When it is tried again, or null if that is under way. */
      readonly retryAtMs: number | null;
      readonly why: string;
    };

/** Whether a sweep succeeded of late, as the server says. */
export interface Readiness {
  readonly ready: boolean;
  /** A sentence. */
  readonly why: string;
}

export interface Knowledge {
  readonly model: Model | null;
  readonly connection: Connection;
  /** Null where the server did not say. */
  readonly readiness: Readiness | null;
  /** By the server's clock. */
  readonly nowMs: number;
}

export interface Verdict {
  /** `stale`: it may be otherwise by now. `unknown`: nothing is known yet. */
  readonly level: 'unknown' | 'stale' | 'error' | 'warning' | 'well';
  readonly headline: string;
  /** What else there is to say, with what changes by the second. */
  readonly details: readonly string[];
  /** What needs somebody, by number: for the title. */
  readonly troubles: number;
}

export function verdictOf(knowledge: Knowledge, problems: Problems): Verdict {
  const { model, connection, readiness, nowMs } = knowledge;
  if (connection.kind === 'lost') return verdictWithout(connection, knowledge, problems);
  if (!model) return { level: 'unknown', headline: 'Loading', details: [], troubles: 0 };
  const troubles = countTroubles(model, problems);
  const said = summary(model, problems);
  const atMs = sweptAtMs(model);
  const swept = atMs === null ? 'not swept yet' : `swept ${ago(nowMs - atMs)}`;
  const down = [...model.links.values()].filter(({ up }) => !up).map(({ name }) => name);
  if (down.length > 0) {
    const headline = `${list(down)} ${down.length === 1 ? 'is' : 'are'} down`;
    return {
      level: 'stale',
      headline,
      details: ['nothing is heard there', swept, `before: ${lower(said)}`],
      troubles,
    };
  }
  const unready = readiness?.ready === false;
  const why = unready && readiness.why !== '' ? [readiness.why] : [];
  if (atMs === null)
    return { level: 'unknown', headline: 'Waiting for the first sweep', details: why, troubles };
  if (unready) {
    const details = [...why, swept, `last known: ${lower(said)}`];
    return { level: 'stale', headline: 'No good sweep of late', details, troubles };
  }
  const level = levelOf(problems);
  const answers = level === 'well' ? [] : [answering(model)];
  return { level, headline: said, details: [swept, ...answers, ...asides(model, problems)], troubles };
}

/** Nothing that is shown need be so any more, and this says so first. */
function verdictWithout(
  { sinceMs, retryAtMs, why }: Extract<Connection, { kind: 'lost' }>,
  { model, nowMs }: Knowledge,
  problems: Problems,
): Verdict {
  return {
    level: 'stale',
    headline: sinceMs === null ? 'No connection' : 'Connection lost',
    details: [
      ...(sinceMs === null ? [] : [`last heard ${ago(nowMs - sinceMs)}`]),
      ...(why === '' ? [] : [why]),
      retryAtMs === null ? 'trying again now' : `trying again in ${duration(retryAtMs - nowMs + 999)}`,
      ...(model ? [`then: ${lower(summary(model, problems))}`] : []),
    ],
    troubles: 0,
  };
}

function levelOf({ conflicts, findings }: Problems): 'error' | 'warning' | 'well' {
  if (conflicts.length > 0 || findings.some(({ finding }) => finding.severity === 'error')) return 'error';
  return findings.some(({ finding }) => finding.severity === 'warning') ? 'warning' : 'well';
}

function countIps(problems: Problems, kind: 'conflict' | 'flapping'): number {
  const ofKind = problems.conflicts.filter((conflict) => conflict.kind === kind);
  return ofKind.reduce((sum, { ips }) => sum + Math.max(1, ips.length), 0);
}

const serious = ({ findings }: Problems): number =>
  findings.filter(({ finding }) => finding.severity !== 'info').length;

function countTroubles({ links }: Model, problems: Problems): number {
  const down = [...links.values()].filter(({ up }) => !up).length;
  return countIps(problems, 'conflict') + countIps(problems, 'flapping') + serious(problems) + down;
}

/** `2 conflicts, 1 finding`, or `All well: 20 of 254 addresses answer`. */
function summary(model: Model, problems: Problems): string {
  const wrong = [
    counted(countIps(problems, 'conflict'), 'conflict', 'conflicts'),
    counted(countIps(problems, 'flapping'), 'address flaps', 'addresses flap'),
    counted(serious(problems), 'finding', 'findings'),
  ].filter((text) => text !== null);
  return wrong.length > 0 ? wrong.join(', ') : `All well: ${answering(model)}`;
}

function counted(count: number, one: string, several: string): string | null {
  return count === 0 ? null : `${grouped(count)} ${count === 1 ? one : several}`;
}

/** `65,536` */
export function grouped(count: number): string {
  return count.toLocaleString('en');
}

function answering({ links }: Model): string {
  let answer = 0;
  let targets = 0;
  for (const link of links.values()) {
    answer += countAnswering(link);
    targets += countAddresses(link.ranges);
  }
  return targets === 0
    ? `${grouped(answer)} answer`
    : `${grouped(answer)} of ${grouped(targets)} addresses answer`;
}

function asides(model: Model, { findings }: Problems): string[] {
  const gone = [...model.links.values()].reduce(
    (sum, { addresses }) => sum + [...addresses.values()].filter(({ state }) => state === 'gone').length,
    0,
  );
  const notes = findings.filter(({ finding }) => finding.severity === 'info').length;
  const untested = model.lastSweep?.counts.untested ?? 0;
  return [
    ...(gone > 0 ? [`${grouped(gone)} gone`] : []),
    ...(notes > 0 ? [`${grouped(notes)} ${notes === 1 ? 'note' : 'notes'}`] : []),
    ...(untested > 0 ? [`${grouped(untested)} untested`] : []),
  ];
}

/** When the link that was swept longest ago was; null where one was not at all. */
function sweptAtMs({ links }: Model): number | null {
  let least: number | null = null;
  for (const { sweptAtMs: at } of links.values()) {
    if (at === null) return null;
    least = Math.min(least ?? at, at);
  }
  return least;
}

const lower = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
