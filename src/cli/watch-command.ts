/** `arpsweep watch`: from words to a watch under way, and each event to where it is told. */
import { createRoster, type Roster } from '../names/roster.js';
import { keepOnly, needsOfWatch } from '../privileges/keep-only.js';
import { type EventFormat, eventLines } from '../reporters/watch/event-lines.js';
import { type VendorOf, vendorOf } from '../vendors.js';
import { watch } from '../watch/watch.js';
import type { Watch, WatchOptions } from '../watch/watch-api.js';
import { checkWatchOptions, parseFast, parseWatchDuration } from '../watch/watch-options.js';
import { couldNotRunExit } from './failure.js';
import { catchInterruption, type Interruption } from './interruption.js';
import { knowledgeOf, targetsAmongNames, vendorsIn } from './knowledge-flags.js';
import { collectSoon, keepMemoryLean } from './lean-memory.js';
import { standardOutput } from './standard-output.js';
import { type AskingFlags, sweepOptionsOf } from './sweep-flags.js';
import { readTargets } from './targets-input.js';
import { wantsColour } from './terminal.js';
import { createWatchNotes } from './watch-notes.js';
import { type OutletFlags, openWatchOutlets, type WatchOutlets } from './watch-outlets.js';

/** In the fast mode a state is kept so often though nothing happens. */
const keepMs = 60_000;

/** As commander hands them over. */
export interface WatchFlags extends AskingFlags, OutletFlags {
  readonly interval?: string;
  readonly fast?: string;
  readonly for?: string;
  readonly vendors?: readonly string[];
  readonly format?: EventFormat;
  readonly quiet?: true;
  readonly verbose?: true;
  /** False with `--no-color`. */
  readonly color: boolean;
}

/**
 * Watches until a signal or `--for` ends it.
 * @returns the exit code
 * @throws ArpsweepError where it could not start
 */
export async function runWatchCommand(words: readonly string[], flags: WatchFlags): Promise<number> {
  // Whatever can be wrong with the words is found before anything is opened.
  const checked = watchOptionsOf(flags);
  const { intervalMs } = checkWatchOptions(checked);
  const durationMs = flags.for === undefined ? null : parseWatchDuration(flags.for, 'for');
  const targets = await readTargets([...words, ...targetsAmongNames(flags)], flags.targetsFile);
  const knowledge = await knowledgeOf(flags);
  const vendors = flags.vendors ? await vendorsIn(flags.vendors) : vendorOf;
  keepMemoryLean();
  const interruption = catchInterruption();
  const notes = createWatchNotes(flags, intervalMs);
  let outlets: WatchOutlets | null = null;
  let failure: Error | null = null;
  let hasBegun = false;
  let timer: NodeJS.Timeout | undefined;
  let keeping: NodeJS.Timeout | undefined;
  try {
    outlets = await openWatchOutlets(flags, notes.say);
    keepOnly(needsOfWatch(checked, flags));
    if (durationMs !== null) timer = setTimeout(interruption.stop, durationMs);
    const run = watch(targets, {
      ...checked,
      ...knowledge,
      ...(outlets.known && { state: outlets.known }),
      signal: interruption.signal,
      onBegin() {
        hasBegun = true;
        if (checked.fast === undefined) return;
        notes.asking(targets, checked.fast);
        // Of those who have not changed it is known all the time that they are there.
        keeping = setInterval(() => outlets?.swept(), keepMs);
      },
      onSweep(report) {
        notes.swept(report);
        outlets?.swept();
        collectSoon();
      },
      onTrouble(error) {
        if (hasBegun) {
          notes.failed(error);
          return;
        }
        // What keeps it from starting is told, and waited for by nobody.
        failure = error;
        interruption.stop();
      },
    });
    outlets.begin(run);
    const roster = createRoster(knowledge.names ?? []);
    const isRead = await tellEvents(run, { flags, roster, vendors, interruption, outlets });
    await run.finished;
    const signalExit = interruption.exitCode();
    if (signalExit !== null) return signalExit;
    if (failure !== null) throw failure;
    return !isRead || notes.hasSucceeded() || flags.fast !== undefined ? 0 : couldNotRunExit;
  } finally {
    clearTimeout(timer);
    clearInterval(keeping);
    await outlets?.finish();
    interruption.release();
  }
}

function watchOptionsOf(flags: WatchFlags): WatchOptions {
  const { interval, fast } = flags;
  return {
    ...sweepOptionsOf(flags),
    ...(interval !== undefined && { intervalMs: parseWatchDuration(interval, 'intervalMs') }),
    ...(fast !== undefined && { fast: parseFast(fast) }),
  };
}

interface Telling {
  readonly flags: WatchFlags;
  readonly roster: Roster;
  readonly vendors: VendorOf;
  readonly interruption: Interruption;
  readonly outlets: WatchOutlets;
}

/** @returns whether somebody read it to its end */
async function tellEvents(run: Watch, telling: Telling): Promise<boolean> {
  const { flags, roster, vendors, interruption, outlets } = telling;
  const { stdout } = process;
  let isRead = true;
  const output = standardOutput({
    beforeWrite: () => {},
    onReaderGone: () => {
      isRead = false;
      interruption.stop();
    },
  });
  const lineOf = eventLines(flags.format ?? (stdout.isTTY ? 'table' : 'plain'), {
    colour: wantsColour(stdout, flags.color),
    nameOf: roster.nameOf,
    vendorOf: vendors,
  });
  for await (const event of run) {
    outlets.tell(event);
    const full = output.write(`${lineOf(event)}\n`);
    if (full) await full;
  }
  await output.finish();
  return isRead;
}
