/** What a reader of `/events` is told of each sweep. */

import type { Report } from '../generated/report-types.js';

/** JSON in one line. */
export function sweepSummary({
  startedAt,
  durationMs,
  outcome,
  counts,
  findings,
  statistics,
}: Report): string {
  const number = { error: 0, warning: 0, info: 0 };
  for (const { severity } of findings) number[severity]++;
  const { lossEstimate } = statistics;
  return JSON.stringify({ startedAt, durationMs, outcome, counts, findings: number, lossEstimate });
}

/** Of a sweep that could not be made. */
export function troubleSummary({ message }: Error, at: Date): string {
  return JSON.stringify({ startedAt: at.toISOString(), outcome: 'not-started', message });
}
