/** What a format has to do while arpsweep listens. One file beside this one for each format. */
import type { ListenReport } from '../../generated/listen-types.js';
import type { Finding } from '../../generated/report-types.js';
import type { Utterance } from '../../speakers/listen-api.js';
import type { ReporterOutput } from '../reporter.js';

export interface ListenReporter {
  /** Somebody speaks for an address, or wants it, for the first time in this kind of frame. */
  utterance?(utterance: Utterance): Promise<void> | undefined;
  /** Something is found to be wrong, or more of it than before. */
  finding?(finding: Finding): void;
  /** The end. Called once, after everything else. */
  report(report: ListenReport): Promise<void>;
}

/** Where it goes: there is nothing to sort or to choose. */
export type ListenOutput = Omit<ReporterOutput, 'sort' | 'fields'>;

export type MakeListenReporter = (output: ListenOutput) => ListenReporter;
