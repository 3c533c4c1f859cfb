/** Listens and reports what is heard as it is, and when it has ended; and the exit code that it comes to. */
import type { ListenReport } from '../generated/listen-types.js';
import type { Finding } from '../generated/report-types.js';
import { native } from '../native.js';
import { keepOnly, namesNamespaces } from '../privileges/keep-only.js';
import { loadListenReporter } from '../reporters/listen/formats.js';
import type { ListenReporter } from '../reporters/listen/reporter.js';
import { counted, wrapped } from '../reporters/text.js';
import type { ListenOptions, Utterance } from '../speakers/listen-api.js';
import { deviceName, type ListenLinks } from '../speakers/listen-links.js';
import { runListen } from '../speakers/run-listen.js';
import type { VendorOf } from '../vendors.js';
import { list } from '../wording.js';
import { couldNotRunExit } from './failure.js';
import type { Interruption } from './interruption.js';
import type { ListenFlags } from './listen-command.js';
import { keepDrawing } from './listen-screen.js';
import type { Output } from './output.js';
import { redrawnLines } from './redrawn-lines.js';
import { standardOutput } from './standard-output.js';
import { canRedraw, columnsOf, wantsColour } from './terminal.js';
import type { Reported } from './write-flag.js';

/** How it was asked for. */
export interface ListenRequest {
  readonly flags: ListenFlags;
  readonly options: ListenOptions;
  /** Kinds of findings that make the exit code 1. */
  readonly failOn: ReadonlySet<string>;
  readonly vendors: VendorOf;
  /** The file of `--output`, or null for standard output. */
  readonly file: Output | null;
  readonly interruption: Interruption;
}

/**
 * @returns the exit code, and what a recording takes of the report
 * @throws ArpsweepError where it could not start, or where what was heard could not be written
 */
export async function reportListening(request: ListenRequest): Promise<Reported> {
  const { flags, options, failOn, vendors, file, interruption } = request;
  const { stdout, stderr } = process;
  const toTerminal = file === null && stdout.isTTY === true;
  const redraws = toTerminal && canRedraw(stdout);
  const format = flags.format ?? (redraws ? 'table' : 'plain');
  const colour = toTerminal && wantsColour(stdout, flags.color);
  const live = redraws && format === 'table' ? redrawnLines(stdout) : null;
  const note = (text: string): void => {
    live?.clear();
    for (const part of wrapped(text, columnsOf(stderr))) stderr.write(`${part}\n`);
  };
  let readerGone = false;
  const onReaderGone = (): void => {
    readerGone = true;
    interruption.stop();
  };
  const output = file ?? standardOutput({ beforeWrite: () => live?.clear(), onReaderGone });
  let stopDrawing = (): void => {};
  try {
    const makeReporter = await loadListenReporter(format);
    const reporter = makeReporter({
      write: output.write,
      note,
      // As it is when the report is made.
      get columns() {
        return toTerminal ? columnsOf(stdout) : null;
      },
      colour,
      quiet: flags.quiet ?? false,
    });
    const findings = new Map<string, Finding>();
    const onFinding = (finding: Finding): void => {
      const { kind, link, macs } = finding;
      findings.set([kind, link, ...macs].join(' '), finding);
      reporter.finding?.(finding);
    };
    const saysLinks = stderr.isTTY === true && !flags.quiet && live === null;
    const onOpen = (links: ListenLinks): void => {
      const files = file !== null || flags.write !== undefined;
      keepOnly({ namespaces: namesNamespaces(options), files });
      noteLinks(links, saysLinks, note);
    };
    const run = runListen(native, { ...options, signal: interruption.signal, onFinding }, { onOpen });
    if (live) stopDrawing = keepDrawing(live, { run, vendorOf: vendors, colour, findings });
    if (reporter.utterance) await streamUtterances(run, reporter, vendors);
    const report = await run.report();
    stopDrawing();
    nameVendors(report, vendors);
    if (!readerGone) await reporter.report(report);
    await output.finish();
    const exitCode = exitCodeOf(report, { signalExit: interruption.exitCode(), readerGone, failOn });
    return { exitCode, report: { ...report, targets: [] } };
  } catch (error) {
    stopDrawing();
    interruption.stop();
    await output.discard();
    throw error;
  }
}

/** Where it listens is said to a person who does not see it in the table, and always how much was left out. */
function noteLinks({ links, leftOut }: ListenLinks, says: boolean, note: (text: string) => void): void {
  if (says) note(`listening on ${list(links.map(deviceName))}; Ctrl-C ends it`);
  if (leftOut > 0) {
    note(`listening on ${counted(links.length, 'interface')}, ${leftOut} more left out; choose with -I`);
  }
}

/** A slow reader slows the loop, and nothing is lost by it. */
async function streamUtterances(
  run: AsyncIterable<Utterance>,
  reporter: ListenReporter,
  vendors: VendorOf,
): Promise<void> {
  for await (const utterance of run) {
    const full = reporter.utterance?.({ ...utterance, vendor: vendors(utterance.mac) });
    if (full) await full;
  }
}

/** Fills vendors into a report, in place. */
function nameVendors({ hosts }: ListenReport, vendors: VendorOf): void {
  for (const { speakers } of hosts) for (const speaker of speakers) speaker.vendor = vendors(speaker.mac);
}

interface Ending {
  readonly signalExit: number | null;
  readonly readerGone: boolean;
  readonly failOn: ReadonlySet<string>;
}

/** The first reason that applies, as for a sweep. */
function exitCodeOf(report: ListenReport, { signalExit, readerGone, failOn }: Ending): number {
  if (signalExit !== null) return signalExit;
  if (readerGone) return 0;
  if (report.findings.some(({ kind }) => failOn.has(kind))) return 1;
  return report.outcome === 'complete' ? 0 : couldNotRunExit;
}
