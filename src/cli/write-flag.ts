/** `--write`: a recording beside whatever a command sends. What makes it is loaded only where it is asked for. */
import type { RecordedReport } from '../capture/recording.js';
import type { SweepOptions } from '../sweep/sweep-api.js';

/** What a run has come to. */
export interface Reported {
  readonly exitCode: number;
  readonly report: RecordedReport;
}

/**
 * Runs what sends, and records the links that a sweep with the same options takes, where a recording is asked for.
 * @param path of the recording
 * @returns the exit code: that of the run, unless it is clean and the recording is not
 * @throws ArpsweepError where these links, or the file, cannot be had: then nothing is run
 */
export async function recordedBy(
  path: string | undefined,
  options: SweepOptions,
  run: () => Promise<Reported>,
): Promise<number> {
  if (path === undefined) return (await run()).exitCode;
  const { recordWhile } = await import('./recorded-run.js');
  return recordWhile(path, options, run);
}
