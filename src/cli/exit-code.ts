import type { Report } from '../generated/report-types.js';
import { couldNotRunExit } from './failure.js';

/** What the exit code of a sweep depends on besides its report. */
export interface Ending {
  /** 130 or 143 where a signal ended the sweep. */
  readonly signalExit: number | null;
  /** The reader of standard output went away: it has what it wanted. */
  readonly readerGone: boolean;
  /** Kinds of findings that `--fail-on` names. */
  readonly failOn: ReadonlySet<string>;
}

/** The exit code of a sweep that ran: the first reason that applies. */
export function exitCodeOfSweep(report: Report, { signalExit, readerGone, failOn }: Ending): number {
  if (signalExit !== null) return signalExit;
  if (readerGone) return 0;
  if (report.findings.some(({ kind }) => failOn.has(kind))) return 1;
  return report.outcome === 'complete' ? 0 : couldNotRunExit;
}
