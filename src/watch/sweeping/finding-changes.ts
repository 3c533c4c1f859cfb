/** What a sweep finds, as it begins and ends. */

import type { Finding } from '../../generated/report-types.js';
import type { WatchEvent } from '../../generated/watch-event-types.js';
import type { WatchedFinding } from '../../generated/watch-state-types.js';

export interface FindingChanges {
  /**
   * Notes what a sweep has found.
   * @param found with the names of their links
   * @param isWhole whether what it did not find of a kind on a link is not there
   */
  note(
    found: readonly FoundOnLink[],
    isWhole: (link: string, kind?: Finding['kind']) => boolean,
    at: string,
  ): WatchEvent[];
  /** What is wrong at the moment. */
  all(): WatchedFinding[];
}

export interface FoundOnLink {
  readonly link: string;
  readonly finding: Finding;
}

/** The ledger tells these itself, as they happen. */
const toldOtherwise: ReadonlySet<string> = new Set(['duplicate-address', 'address-moved', 'flapping']);

/** Estimates of chance: so many sweeps in a row that do not find them do not end them yet. */
const wavering: ReadonlyMap<string, number> = new Map([
  ['loss', 5],
  ['answered-by-fabric', 1],
]);

interface Known {
  link: string;
  since: string;
  finding: Finding;
  /** Sweeps in a row that did not find it. */
  misses: number;
}

/** @param before what an earlier watch knew: the first sweep tells what has changed since */
export function createFindingChanges(before: readonly WatchedFinding[] | null): FindingChanges {
  let known: Known[] = (before ?? []).map((each) => ({ ...each, misses: 0 }));
  /** Links on which it is known by now what has changed since. */
  const seen = new Set<string>();
  const isAway = (link: string): boolean => before !== null && !seen.has(link);

  return {
    note(found, isWhole, at) {
      const told = found.filter(({ finding }) => !toldOtherwise.has(finding.kind));
      const events: WatchEvent[] = [];
      const left = new Set(known);
      const now: Known[] = [];
      for (const { link, finding } of told) {
        const same = [...left].find((each) => each.link === link && isSame(each.finding, finding));
        if (same) left.delete(same);
        else events.push(eventOf('finding-begins', link, finding, at, isAway(link)));
        now.push({ link, finding, since: same?.since ?? at, misses: 0 });
      }
      for (const each of left) {
        each.misses += Number(isWhole(each.link, each.finding.kind));
        const isOver = each.misses > (wavering.get(each.finding.kind) ?? 0);
        if (isOver) events.push(eventOf('finding-ends', each.link, each.finding, at, isAway(each.link)));
        else now.push(each);
      }
      known = now;
      for (const { link } of [...found, ...left]) if (isWhole(link)) seen.add(link);
      return events;
    },
    all: () => known.map(({ link, since, finding }) => ({ link, since, finding })),
  };
}

/** A finding that grows or shrinks is the same. */
function isSame(one: Finding, other: Finding): boolean {
  if (one.kind !== other.kind) return false;
  const isAlike = (a: readonly string[], b: readonly string[]) =>
    a.length + b.length === 0 || a.some((x) => b.includes(x));
  return one.ips.length + other.ips.length > 0 ? isAlike(one.ips, other.ips) : isAlike(one.macs, other.macs);
}

function eventOf(
  type: 'finding-begins' | 'finding-ends',
  link: string,
  finding: Finding,
  at: string,
  whileAway: boolean,
): WatchEvent {
  const [ip = null, ...others] = finding.ips;
  const over = type === 'finding-ends' ? `No longer found (${finding.kind}): ` : '';
  return {
    schemaVersion: 1,
    type,
    at,
    link,
    ip: others.length === 0 ? ip : null,
    macs: [...finding.macs],
    previous: null,
    gapMs: null,
    finding,
    whileAway,
    message: `${over}${finding.message}`,
  };
}
