/** `arpsweep sweep`: from words to a sweep under way. What reports it is loaded while the first questions travel. */
import { native } from '../native.js';
import { keepOnly, namesNamespaces } from '../privileges/keep-only.js';
import { runSweep } from '../sweep/run-sweep.js';
import type { Progress, Sweep } from '../sweep/sweep-api.js';
import { catchInterruption } from './interruption.js';
import { knowledgeOf, targetsAmongNames, vendorsIn } from './knowledge-flags.js';
import { layoutOf } from './layout.js';
import { openOutput } from './output-flag.js';
import { failOnOf, type SweepFlags, sweepOptionsOf } from './sweep-flags.js';
import { readTargets } from './targets-input.js';
import { type Reported, recordedBy } from './write-flag.js';

/**
 * Sweeps and reports.
 * @returns the exit code of a sweep that ran
 * @throws ArpsweepError where it could not start, or where what it found could not be written
 */
export async function runSweepCommand(words: readonly string[], flags: SweepFlags): Promise<number> {
  if (flags.read !== undefined) {
    const { runReplayCommand } = await import('./replay-command.js');
    return runReplayCommand(words, flags);
  }
  // Whatever can be wrong with the words is found before anything is opened.
  const checked = sweepOptionsOf(flags);
  const layout = await layoutOf(flags);
  const failOn = await failOnOf(flags);
  const targets = await readTargets([...words, ...targetsAmongNames(flags)], flags.targetsFile);
  const knowledge = await knowledgeOf(flags);
  const vendors = flags.vendors && (await vendorsIn(flags.vendors));
  const options = { ...checked, ...knowledge };
  if (flags.dryRun) {
    const { runDry } = await import('./dry-run.js');
    await runDry(targets, options);
    return 0;
  }
  const interruption = catchInterruption();
  try {
    const file = await openOutput(flags.output);
    let show = (_: Progress): void => {};
    const onProgress = (progress: Progress): void => show(progress);
    let run: Sweep | undefined;
    const onOpen = (): void =>
      keepOnly({
        rawSockets: options.fingerprint === true,
        namespaces: namesNamespaces(options),
        files: file !== null || flags.write !== undefined,
      });
    const begin = (): Sweep => {
      run ??= runSweep(native, targets, { ...options, signal: interruption.signal, onProgress }, { onOpen });
      return run;
    };
    const sweepAndReport = async (): Promise<Reported> => {
      // At full rate the senders need every processor: then what reports is loaded first.
      if (options.rate !== 'max') begin();
      const { reportSweep } = await import('./sweep-report.js');
      const exitCode = await reportSweep(begin, {
        flags,
        layout,
        options,
        expectation: knowledge.expect ?? null,
        failOn,
        ...(vendors && { vendors }),
        file,
        interruption,
        onProgress: (listener) => {
          show = listener;
        },
      });
      return { exitCode, report: await begin().report() };
    };
    return await recordedBy(flags.write, options, sweepAndReport);
  } finally {
    interruption.release();
  }
}
