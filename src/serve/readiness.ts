/** Whether what is served can be relied on: a sweep succeeded within two intervals. */

import type { Report } from '../generated/report-types.js';

export interface Readiness {
  swept(report: Pick<Report, 'outcome' | 'durationMs' | 'untested'>): void;
  /** A sweep could not be made. */
  notSwept(error: Error): void;
  /** A sentence for people, and whether to rely on it. */
  verdict(): { readonly isReady: boolean; readonly why: string };
}

/** A sweep that says that it may have missed something has not succeeded. */
export const hasSucceeded = ({ outcome }: Pick<Report, 'outcome'>): boolean => outcome === 'complete';

/** @param now a monotonic clock, in ms */
export function createReadiness(intervalMs: number, now: () => number): Readiness {
  let success: { readonly atMs: number; readonly patienceMs: number } | null = null;
  let complaint = 'no sweep has ended yet';

  const seconds = (sinceMs: number): string => `${Math.round((now() - sinceMs) / 1000)} s ago`;

  return {
    swept(report) {
      if (hasSucceeded(report)) {
        complaint = 'no sweep has ended since';
        // A sweep that takes longer than the interval is followed by the next as soon as may be.
        success = { atMs: now(), patienceMs: 2 * Math.max(intervalMs, report.durationMs) };
        return;
      }
      const reasons = new Set(report.untested.map(({ reason }) => reason));
      const because = reasons.size > 0 ? ` (${[...reasons].join(', ')})` : '';
      complaint = `the latest sweep is ${report.outcome}${because}`;
    },
    notSwept(error) {
      complaint = `no sweep can be made: ${error.message.replace(/\.$/, '')}`;
    },
    verdict() {
      if (success === null) return { isReady: false, why: `Not ready: ${complaint}.` };
      const { atMs, patienceMs } = success;
      if (now() - atMs <= patienceMs) return { isReady: true, why: `A sweep succeeded ${seconds(atMs)}.` };
      const since = `the last that succeeded ended ${seconds(atMs)}`;
      return { isReady: false, why: `Not ready: ${complaint}; ${since}.` };
    },
  };
}
