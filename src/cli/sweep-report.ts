/** Follows a sweep that is under way: progress, responders, the report, and the exit code that they come to. */
import type { Expectation } from '../expect/expectation.js';
import type { Report } from '../generated/report-types.js';
import { native } from '../native.js';
import { type FormatName, loadReporter } from '../reporters/formats.js';
import type { LiveTable } from '../reporters/live-table.js';
import { statisticsLines } from '../reporters/remarks.js';
import { wrapped } from '../reporters/text.js';
import { paceOf } from '../sweep/pace.js';
import { linksOf } from '../sweep/preparation.js';
import type { Progress, Sweep, SweepOptions } from '../sweep/sweep-api.js';
import type { VendorOf } from '../vendors.js';
import { exitCodeOfSweep } from './exit-code.js';
import type { Interruption } from './interruption.js';
import type { Layout } from './layout.js';
import type { Output } from './output.js';
import { progressLine } from './progress-line.js';
import { rangeNotice } from './range-notice.js';
import { completeReport, streamResponders } from './responder-stream.js';
import { standardOutput } from './standard-output.js';
import type { SweepFlags } from './sweep-flags.js';
import { canRedraw, columnsOf, wantsColour } from './terminal.js';

/** How long names may still come in once the sweep has ended. */
const namesGraceMs = 2000;

/** How the sweep was asked for. */
export interface SweepRequest {
  readonly flags: SweepFlags;
  readonly layout: Layout;
  readonly options: SweepOptions;
  /** What should answer, or null where nothing is expected. */
  readonly expectation: Expectation | null;
  /** Kinds of findings that make the exit code 1. */
  readonly failOn: ReadonlySet<string>;
  /** Who names vendors, where `--vendors` has its say. */
  readonly vendors?: VendorOf;
  /** The file of `--output`, or null for standard output. */
  readonly file: Output | null;
  readonly interruption: Interruption;
  /** Sets what hears of the progress. */
  readonly onProgress: (listener: (progress: Progress) => void) => void;
}

/**
 * Reports a sweep as it goes and when it has ended.
 * @param begin gives the sweep, which starts now if it has not yet
 * @returns the exit code
 * @throws ArpsweepError where the sweep could not start, or where what it found could not be written
 */
export async function reportSweep(begin: () => Sweep, request: SweepRequest): Promise<number> {
  const { flags, layout, options, failOn, vendors, file, interruption } = request;
  const { stdout, stderr } = process;
  const toTerminal = file === null && stdout.isTTY === true;
  const format = layout.format ?? (toTerminal ? 'table' : 'plain');
  const showsProgress = flags.progress && !flags.quiet && canRedraw(stderr);
  // At full rate the senders need every processor, and nobody reads as fast as that.
  const showsLive = showsProgress && toTerminal && format === 'table' && options.rate !== 'max';
  const live = showsLive ? await openLiveTable(wantsColour(stderr, flags.color)) : null;
  const line = progressLine(showsProgress ? stderr : null, live);
  const note = (text: string): void => {
    line.clear();
    for (const part of wrapped(text, columnsOf(stderr))) stderr.write(`${part}\n`);
  };

  let readerGone = false;
  const onReaderGone = (): void => {
    readerGone = true;
    interruption.stop();
  };
  const beforeWrite = stdout.isTTY ? line.clear : () => {};
  const output = file ?? standardOutput({ beforeWrite, onReaderGone });
  try {
    const saysRange = flags.verbose || (stderr.isTTY === true && !flags.quiet);
    request.onProgress(progressHandler(options, line.draw, saysRange ? note : null));
    const makeReporter = await loadReporter(format);
    const reporter = makeReporter({
      write: output.write,
      note,
      // As it is when the report is made.
      get columns() {
        return toTerminal ? columnsOf(stdout) : null;
      },
      colour: toTerminal && wantsColour(stdout, flags.color),
      quiet: flags.quiet ?? false,
      sort: layout.sort,
      fields: layout.fields,
    });
    const names = flags.resolve ? (await import('./reverse-dns.js')).reverseDns() : null;
    const run = begin();
    const heard = live ? { responder: live.heard } : reporter;
    const { named } = await streamResponders(run, heard, names, vendors);
    const report = await run.report();
    line.clear();
    names?.closeAfter(interruption.signal.aborted ? 0 : namesGraceMs);
    await named;
    // Who reads no further wants no findings either, on standard error least of all.
    if (!readerGone) {
      await completeReport(report, names, vendors);
      await reporter.report(report);
    }
    await output.finish();
    if (!readerGone && report.resume !== undefined && !inDocument(format)) note(resumeLine(report.resume));
    if (!readerGone) await noteUnjudged(report, request.expectation, note);
    if (flags.verbose && !readerGone) for (const text of statisticsLines(report)) note(text);
    return exitCodeOfSweep(report, { signalExit: interruption.exitCode(), readerGone, failOn });
  } catch (error) {
    line.clear();
    interruption.stop();
    await output.discard();
    throw error;
  }
}

/** What a program reads holds the token itself. */
function inDocument(format: FormatName): boolean {
  return format === 'json' || format === 'ndjson';
}

function resumeLine(token: string): string {
  return `To ask what is left, add this to the same command: --resume ${token}`;
}

/** Expected addresses that no finding speaks of must not pass for well. */
async function noteUnjudged(
  report: Report,
  expectation: Expectation | null,
  note: (text: string) => void,
): Promise<void> {
  if (expectation === null) return;
  const [{ unjudgedOf }, { unjudgedLines }] = await Promise.all([
    import('../expect/unjudged.js'),
    import('../reporters/unjudged-lines.js'),
  ]);
  for (const line of unjudgedLines(unjudgedOf(report, expectation))) note(line);
}

/** Draws progress, and at first says how long a large range takes. */
function progressHandler(
  options: SweepOptions,
  draw: (progress: Progress) => void,
  note: ((text: string) => void) | null,
): (progress: Progress) => void {
  let first = true;
  return (progress) => {
    if (first && note) {
      const rate = rateOf(options);
      const notice = rate && rangeNotice(progress.targets, rate);
      if (notice) note(notice);
    }
    first = false;
    draw(progress);
  };
}

/** Frames per second over all links, as it starts; null where a link has just gone, which the sweep says itself. */
function rateOf(options: SweepOptions): number | null {
  const { rate = 'auto', profile = null } = options;
  try {
    const paces = linksOf(native(), options).map(({ device }) => paceOf(rate, profile, device.wireless));
    return paces.reduce((sum, pace) => sum + pace.rate, 0);
  } catch {
    return null;
  }
}

/** Loaded only where somebody looks. */
async function openLiveTable(colour: boolean): Promise<LiveTable> {
  return (await import('../reporters/live-table.js')).liveTable(colour);
}
