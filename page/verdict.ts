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
  const said = (level: Verdict['level'], headline: string, details: readonly string[]): Verdict => {
    return { level, headline, details, troubles: countTroubles(model, problems) };
  };
  const wrong = whatIsWrong(model, problems);
  const before = `before: ${known(problems)}`;
  const atMs = sweptAtMs(model);
  const swept = atMs === null ? 'not swept yet' : `swept ${ago(nowMs - atMs)}`;
  if (model.links.size > 0 && linksUp(model).length === 0) {
    return said('stale', areDown(linksDown(model)), ['nothing is heard there', swept, before]);
  }
  const isReady = readiness?.ready !== false;
  const why = isReady || readiness.why === '' ? [] : [readiness.why];
  if (atMs === null && wrong.length === 0) return said('unknown', 'Waiting for the first sweep', why);
  if (!isReady && wrong.length === 0) return said('stale', 'No good sweep of late', [...why, swept, before]);
  const doubt = isReady ? doubtOf(model) : 'no good sweep of late';
  const details = [swept, ...(doubt === null ? [] : [doubt, ...why]), ...asides(model, problems)];
  if (wrong.length > 0)
    return said(levelOf(model, problems), wrong.join(', '), [...details, answering(model)]);
  if (doubt !== null)
    return said('warning', 'Nothing wrong seen, but not all was asked', [...details, answering(model)]);
  return said('well', `All well: ${answering(model)}`, details);
}

/** Nothing that is shown need be so any more, and this says so first. */
function verdictWithout(
  { sinceMs, retryAtMs, why }: Extract<Connection, { kind: 'lost' }>,
  { model, nowMs }: Knowledge,
  problems: Problems,
): Verdict {
  return {
    level: 'stale',
    headline: why !== '' ? 'Not live' : sinceMs === null ? 'No connection' : 'Connection lost',
    details: [
      ...(sinceMs === null ? [] : [`last heard ${ago(nowMs - sinceMs)}`]),
      ...(why === '' ? [] : [why]),
      retryAtMs === null ? 'trying again now' : `trying again in ${duration(retryAtMs - nowMs + 999)}`,
      ...(model ? [`before: ${known(problems)}`] : []),
    ],
    troubles: 0,
  };
}

function levelOf(model: Model, { conflicts, findings }: Problems): 'error' | 'warning' {
  const isError = findings.some(({ finding }) => finding.severity === 'error');
  return conflicts.length > 0 || isError || linksDown(model).length > 0 ? 'error' : 'warning';
}

const namesOf = ({ links }: Model, isUp: boolean): string[] =>
  [...links.values()].filter(({ up }) => up === isUp).map(({ name }) => name);
const linksUp = (model: Model): string[] => namesOf(model, true);
const linksDown = (model: Model): string[] => namesOf(model, false);

const areDown = (names: readonly string[]): string =>
  `${list(names)} ${names.length === 1 ? 'is' : 'are'} down`;

function countIps(problems: Problems, kind: 'conflict' | 'flapping'): number {
  const ofKind = problems.conflicts.filter((conflict) => conflict.kind === kind);
  return ofKind.reduce((sum, { ips }) => sum + Math.max(1, ips.length), 0);
}

const serious = ({ findings }: Problems): number =>
  findings.filter(({ finding }) => finding.severity !== 'info').length;

function countTroubles(model: Model, problems: Problems): number {
  return (
    countIps(problems, 'conflict') +
    countIps(problems, 'flapping') +
    serious(problems) +
    linksDown(model).length
  );
}

/** `eth1 is down`, `2 conflicts`, `1 finding` */
function whatIsWrong(model: Model, problems: Problems): string[] {
  const down = linksDown(model);
  return [...(down.length > 0 ? [areDown(down)] : []), ...numbersOf(problems)];
}

function numbersOf(problems: Problems): string[] {
  return [
    counted(countIps(problems, 'conflict'), 'conflict', 'conflicts'),
    counted(countIps(problems, 'flapping'), 'address flaps', 'addresses flap'),
    counted(serious(problems), 'finding', 'findings'),
  ].filter((text) => text !== null);
}

const known = (problems: Problems): string => numbersOf(problems).join(', ') || 'all well';

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
  return [
    ...(gone > 0 ? [`${grouped(gone)} gone`] : []),
    ...(notes > 0 ? [`${grouped(notes)} ${notes === 1 ? 'note' : 'notes'}`] : []),
  ];
}

/** Why the latest sweep does not prove that all is well; null where it does, or where none has ended since the page is open. */
function doubtOf({ lastSweep }: Model): string | null {
  if (lastSweep === null || lastSweep.outcome === 'complete') return null;
  if (lastSweep.outcome === 'not-started') return `no sweep can be made: ${lastSweep.message}`;
  const { untested } = lastSweep.counts;
  const what =
    untested > 0 ? `, ${grouped(untested)} ${untested === 1 ? 'address is' : 'addresses are'} untested` : '';
  return `the latest sweep is ${lastSweep.outcome}${what}`;
}

/** When the link that was swept longest ago was, of those that are up; null where one was not at all. */
function sweptAtMs({ links }: Model): number | null {
  let least: number | null = null;
  for (const { up, sweptAtMs: at } of links.values()) {
    if (!up) continue;
    if (at === null) return null;
    least = Math.min(least ?? at, at);
  }
  return least;
}
