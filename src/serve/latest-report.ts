/** The report of the latest sweep, written once and only where somebody asks for it. */

import type { Report } from '../generated/report-types.js';
import { documentLines } from '../reporters/json.js';
import { type Document, documentOf } from './document.js';

export interface KeptReport {
  /** An entity tag (RFC 9110), quotes included. */
  readonly tag: string;
  readonly endedAt: Date;
  document(): Promise<Document>;
}

export function keepReport(report: Report): KeptReport {
  const startedAtMs = Date.parse(report.startedAt);
  // The report itself takes more room than its text, and is let go for it.
  let held: Report | Promise<Document> = report;
  return {
    tag: `"${startedAtMs.toString(36)}-${Math.round(report.durationMs).toString(36)}"`,
    endedAt: new Date(startedAtMs + report.durationMs),
    document() {
      if (!(held instanceof Promise)) held = documentOf(documentLines(held));
      return held;
    },
  };
}
