/** `arpsweep sweep`: from words to an exit code. */
import { listInterfaces } from '../links/links.js';
import { loadReporter } from '../reporters/formats.js';
import { statisticsLines } from '../reporters/remarks.js';
import { wrapped } from '../reporters/text.js';
import { paceOf } from '../sweep/pace.js';
import { sweep } from '../sweep/sweep.js';
import type { Progress, SweepOptions } from '../sweep/sweep-api.js';
import type { TargetSet } from '../targets/parse.js';
import { exitCodeOfSweep } from './exit-code.js';
import { fileOutput } from './file-output.js';
import { catchInterruption, type Interruption } from './interruption.js';
import { progressLine } from './progress-line.js';
import { rangeNotice } from './range-notice.js';
import { completeReport, streamResponders } from './responder-stream.js';
import { reverseDns } from './reverse-dns.js';
import { standardOutput } from './standard-output.js';
import { failOnOf, type SweepFlags, sweepOptionsOf } from './sweep-flags.js';
import { readTargets } from './targets-input.js';
import { canRedraw, columnsOf, wantsColour } from './terminal.js';

/** How long names may still come in once the sweep has ended. */
const namesGraceMs = 2000;

/**
 * Sweeps and reports.
 * @returns the exit code of a sweep that ran
 * @throws ArpsweepError where it could not start, or where what it found could not be written
 */
export async function runSweepCommand(words: readonly string[], flags: SweepFlags): Promise<number> {
  // Whatever can be wrong with the words is found before anything is opened.
  const options = sweepOptionsOf(flags);
  const failOn = failOnOf(flags);
  const targets = await readTargets(words, flags.targetsFile);
  const interruption = catchInterruption();
  try {
    return await sweepAndReport(targets, options, failOn, flags, interruption);
  } finally {
    interruption.release();
  }
}

async function sweepAndReport(
  targets: TargetSet | undefined,
  options: SweepOptions,
  failOn: ReadonlySet<string>,
  flags: SweepFlags,
  interruption: Interruption,
): Promise<number> {
  const { stdout, stderr } = process;
  const toTerminal = flags.output === undefined && stdout.isTTY === true;
  const showsProgress = flags.progress && !flags.quiet && canRedraw(stderr);
  const line = progressLine(showsProgress ? stderr : null);
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
  const output =
    flags.output === undefined
      ? standardOutput({ beforeWrite, onReaderGone })
      : await fileOutput(flags.output);
  try {
    const makeReporter = await loadReporter(flags.format ?? (toTerminal ? 'table' : 'plain'));
    const reporter = makeReporter({
      write: output.write,
      note,
      columns: toTerminal ? columnsOf(stdout) : null,
      colour: toTerminal && wantsColour(stdout, flags.color),
      quiet: flags.quiet ?? false,
    });
    const saysRange = flags.verbose || (stderr.isTTY === true && !flags.quiet);
    const onProgress = progressHandler(options, line.draw, saysRange ? note : null);
    const run = sweep(targets, { ...options, signal: interruption.signal, onProgress });
    const names = flags.resolve ? reverseDns() : null;
    const { named } = await streamResponders(run, reporter, names);
    const report = await run.report();
    line.clear();
    names?.closeAfter(interruption.signal.aborted ? 0 : namesGraceMs);
    await named;
    // Who reads no further wants no findings either, on standard error least of all.
    if (!readerGone) {
      await completeReport(report, names);
      await reporter.report(report);
    }
    await output.finish();
    if (flags.verbose && !readerGone) for (const text of statisticsLines(report)) note(text);
    return exitCodeOfSweep(report, { signalExit: interruption.exitCode(), readerGone, failOn });
  } catch (error) {
    line.clear();
    interruption.stop();
    await output.discard();
    throw error;
  }
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
      const notice = rangeNotice(progress.targets, rateOf(options));
      if (notice) note(notice);
    }
    first = false;
    draw(progress);
  };
}

/** Frames per second over all links, as far as the options tell. */
function rateOf({ links, rate = 'auto', profile }: SweepOptions): number {
  const chosen = listInterfaces().filter(({ name, carrier, type }) =>
    links ? links.includes(name) : carrier && type === 'ethernet',
  );
  const wireless = chosen.length > 0 && chosen.every((link) => link.wireless);
  return paceOf(rate, profile ?? null, wireless).rate * (links?.length ?? 1);
}
