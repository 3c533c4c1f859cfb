/** `arpsweep listen`: from words to listening under way. */
import type { FormatName } from '../reporters/formats.js';
import type { ListenOptions } from '../speakers/listen-api.js';
import { parseFrameCount, parseListenDuration } from '../speakers/listen-options.js';
import { vendorOf } from '../vendors.js';
import { catchInterruption } from './interruption.js';
import { knowledgeOf, refuseTargetsAmongNames, vendorsIn } from './knowledge-flags.js';
import { reportListening } from './listen-report.js';
import type { Output } from './output.js';
import { failOnOf } from './sweep-flags.js';
import type { Reported } from './write-flag.js';

/** As commander hands them over. */
export interface ListenFlags {
  readonly interface?: readonly string[];
  readonly netns?: string;
  readonly vlan?: string;
  readonly for?: string;
  readonly count?: string;
  readonly names?: readonly string[];
  readonly vendors?: readonly string[];
  readonly format?: FormatName;
  readonly output?: string;
  readonly write?: string;
  readonly failOn?: string;
  readonly quiet?: true;
  /** False with `--no-color`. */
  readonly color: boolean;
}

/**
 * Listens and reports.
 * @returns the exit code
 * @throws ArpsweepError where it could not start, or where what was heard could not be written
 */
export async function runListenCommand(flags: ListenFlags): Promise<number> {
  // Whatever can be wrong with the words is found before anything is opened.
  const checked = listenOptionsOf(flags);
  const failOn = await failOnOf(flags);
  refuseTargetsAmongNames(flags, 'listen');
  const { names } = await knowledgeOf({ names: flags.names ?? [] });
  const vendors = flags.vendors ? await vendorsIn(flags.vendors) : vendorOf;
  const interruption = catchInterruption();
  try {
    const options = { ...checked, ...(names && { names }) };
    const file = await openFile(flags.output);
    const run = (): Promise<Reported> =>
      reportListening({ flags, options, failOn, vendors, file, interruption });
    if (flags.write === undefined) return (await run()).exitCode;
    const { recordListening } = await import('./recorded-run.js');
    return await recordListening(flags.write, options, run);
  } finally {
    interruption.release();
  }
}

function listenOptionsOf(flags: ListenFlags): ListenOptions {
  const { interface: links, netns, vlan, for: duration, count } = flags;
  return {
    ...(links && { links }),
    ...(netns !== undefined && { netns }),
    ...(vlan !== undefined && { vlan }),
    ...(duration !== undefined && { durationMs: parseListenDuration(duration) }),
    ...(count !== undefined && { frames: parseFrameCount(count) }),
  };
}

/** Opened before anything is heard, so that it is not heard in vain. */
async function openFile(path: string | undefined): Promise<Output | null> {
  if (path === undefined) return null;
  const { fileOutput } = await import('./file-output.js');
  return fileOutput(path);
}
