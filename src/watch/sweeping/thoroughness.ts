/** How thoroughly to sweep next: at first to learn who is there and what the wire bears, then no more than it takes to see changes. */

import type { Report } from '../../generated/report-types.js';
import type { SweepOptions } from '../../sweep/sweep-api.js';

export interface Thoroughness {
  /** Whether the next sweep is to ask gently, and how fast. */
  next(nowMs: number): Gentleness | null;
  /** Notes a sweep that came to its end. */
  note(report: Report, gently: boolean, nowMs: number): void;
  /** Something has changed that only a thorough sweep can tell about. */
  doubt(): void;
}

/** Of a sweep that asks each address once. */
export interface Gentleness {
  readonly rate?: number;
}

/** What no single pass shows (a fabric that answers for the dead, say) is seen this late at the most. */
const thoroughEveryMs = 3_600_000;

/** Twice the burst of a sweep at its start: fewer frames tell nothing of the rate that a wire bears. */
const fewestFrames = 1024;

/** More than this is lost only where something is wrong. */
const harmlessLoss = 0.02;

/** @param options as they were given: an exact number of passes is kept to, and a rate that is not `auto` as well */
export function createThoroughness({ passes = 'auto', rate = 'auto' }: SweepOptions): Thoroughness {
  const regulates = typeof rate === 'string' && rate.startsWith('auto');
  let thoroughAtMs = Number.NEGATIVE_INFINITY;
  let learned: number | null = null;

  const doubt = (): void => {
    thoroughAtMs = Number.NEGATIVE_INFINITY;
  };
  return {
    next(nowMs) {
      if (passes !== 'auto' || nowMs - thoroughAtMs >= thoroughEveryMs) return null;
      return learned === null ? {} : { rate: learned };
    },
    note(report, gently, nowMs) {
      if (report.outcome !== 'complete') doubt();
      else if (gently && (report.statistics.lossEstimate ?? 0) > harmlessLoss) doubt();
      else if (!gently) {
        thoroughAtMs = nowMs;
        learned = regulates ? rateOf(report) : null;
      }
    },
    doubt,
  };
}

/** Frames per second that every link bore, or null where too few left to tell. */
function rateOf({ links }: Report): number | null {
  const rates = links.map(({ statistics }) => statistics);
  if (rates.some(({ transmitted }) => transmitted < fewestFrames)) return null;
  return Math.max(1, Math.floor(Math.min(...rates.map((each) => each.rate))));
}
