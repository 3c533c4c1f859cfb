/** What a format has to do, and what it is given to do it with. One file beside this one for each format. */
import type { Report } from '../generated/report-types.js';
import type { Responder } from '../sweep/sweep-api.js';
import type { FieldName } from './field-names.js';
import type { SortKey } from './order.js';

/** Takes text; a promise says that no more is welcome until it resolves. */
export type Write = (text: string) => Promise<void> | undefined;

/** Where a report goes, and what is known of the place. */
export interface ReporterOutput {
  /** Results: standard output, or the file of `--output`. */
  readonly write: Write;
  /** What a person must know but a program that reads the results does not expect: standard error. */
  readonly note: (line: string) => void;
  /** Width of the terminal that the results go to, or null where they go to none. */
  readonly columns: number | null;
  readonly colour: boolean;
  /** Leaves the summary out. */
  readonly quiet: boolean;
  /** Order of the lines, or null for the format's own. */
  readonly sort: SortKey | null;
  /** Columns of `plain` and `csv`, or null for the format's own. */
  readonly fields: readonly FieldName[] | null;
}

export interface Reporter {
  /** A responder that is heard for the first time; formats that only report at the end have no use for it. */
  responder?(responder: Responder): Promise<void> | undefined;
  /** The end of the sweep. Called once, after every responder. */
  report(report: Report): Promise<void>;
}

export type MakeReporter = (output: ReporterOutput) => Reporter;

/** Large enough that a system call per chunk does not count, small enough to hold several. */
const chunkLength = 1 << 16;

/** Writes many lines in few pieces, so that a report of any size passes through little memory. */
export async function writeLines(write: Write, lines: Iterable<string>): Promise<void> {
  let chunk = '';
  for (const line of lines) {
    chunk += `${line}\n`;
    if (chunk.length < chunkLength) continue;
    await write(chunk);
    chunk = '';
  }
  if (chunk !== '') await write(chunk);
}
