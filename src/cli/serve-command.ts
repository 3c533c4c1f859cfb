/** `arpsweep serve`: from words to a watch with HTTP beside it. */
import { OptionError } from '../errors.js';
import { createRoster } from '../names/roster.js';
import { keepOnly, needsOfWatch } from '../privileges/keep-only.js';
import { duration } from '../reporters/text.js';
import { eventLines } from '../reporters/watch/event-lines.js';
import { defaultListen, parseListenAddress } from '../serve/listen-address.js';
import { runServe } from '../serve/run-serve.js';
import { vendorOf } from '../vendors.js';
import { version } from '../version.js';
import { watch } from '../watch/watch.js';
import { checkWatchOptions, parseWatchDuration } from '../watch/watch-options.js';
import { createEventLog } from './event-log.js';
import { couldNotRunExit, describeError } from './failure.js';
import { catchInterruption, type Interruption } from './interruption.js';
import { knowledgeOf, targetsAmongNames } from './knowledge-flags.js';
import { collectSoon, keepMemoryLean } from './lean-memory.js';
import { type AskingFlags, sweepOptionsOf } from './sweep-flags.js';
import { readTargets } from './targets-input.js';
import { type OutletFlags, openWatchOutlets } from './watch-outlets.js';

/** As commander hands them over. */
export interface ServeFlags extends AskingFlags, OutletFlags {
  readonly listen?: string;
  readonly interval?: string;
  readonly maxSeries?: string;
  readonly format?: 'plain' | 'ndjson';
}

const usualSeries = 4096;
const mostSeries = 1_000_000;

/** A reader of the log who has stopped reading is waited for so long at the end. */
const farewellMs = 500;

/**
 * Serves until a signal ends it.
 * @returns the exit code
 * @throws ArpsweepError where it could not start
 */
export async function runServeCommand(words: readonly string[], flags: ServeFlags): Promise<number> {
  keepMemoryLean();
  // Before anything that takes time: the kernel gives process 1 of a container only the signals that it catches.
  const interruption = catchInterruption();
  try {
    await serve(words, flags, interruption);
    return exitCodeOf(interruption.exitCode());
  } finally {
    interruption.release();
  }
}

async function serve(words: readonly string[], flags: ServeFlags, { signal }: Interruption): Promise<void> {
  const listen = parseListenAddress(flags.listen ?? defaultListen);
  const maxResponders = flags.maxSeries === undefined ? usualSeries : parseSeries(flags.maxSeries);
  const asked = sweepOptionsOf(flags);
  const given =
    flags.interval === undefined ? {} : { intervalMs: parseWatchDuration(flags.interval, 'intervalMs') };
  const { intervalMs } = checkWatchOptions({ ...asked, ...given });
  const targets = await readTargets([...words, ...targetsAmongNames(flags)], flags.targetsFile);
  const knowledge = await knowledgeOf(flags);
  const outlets = await openWatchOutlets(flags, (sentence) => say(`${sentence}.`));
  const log = createEventLog(process.stdout, (lines) =>
    say(`${lines} events were not printed: nobody read them.`),
  );
  const { nameOf } = createRoster(knowledge.names ?? []);
  const lineOf = eventLines(flags.format ?? 'plain', { colour: false, nameOf, vendorOf });
  let trouble = '';
  try {
    await runServe({
      version,
      maxResponders,
      expectation: knowledge.expect ?? null,
      intervalMs,
      listen,
      signal,
      begin(hooks) {
        keepOnly(needsOfWatch(asked, flags));
        const state = outlets.known && { state: outlets.known };
        const run = watch(targets, { ...asked, ...knowledge, intervalMs, ...state, ...hooks });
        outlets.begin(run);
        return run;
      },
      onListening: (url) =>
        say(`serving on ${url}, watching ${watched(words, flags)} every ${duration(intervalMs)}.`),
      onEvent(event) {
        outlets.tell(event);
        log.write(lineOf(event));
      },
      onSweep() {
        outlets.swept();
        collectSoon();
        if (trouble !== '') say('sweeping again.');
        trouble = '';
      },
      onTrouble(error) {
        const text = describeError(error, false);
        // The same again is no news.
        if (text !== trouble) process.stderr.write(text);
        trouble = text;
      },
    });
  } finally {
    await Promise.all([outlets.finish(), log.finish(farewellMs)]);
  }
}

const say = (text: string): void => void process.stderr.write(`arpsweep: ${text}\n`);

/** @throws OptionError */
function parseSeries(text: string): number {
  const series = /^\d{1,7}$/.test(text) ? Number(text) : Number.NaN;
  if (series <= mostSeries) return series;
  throw new OptionError(
    'maxSeries',
    `The number of series ${JSON.stringify(text)} cannot be right.`,
    `Give a whole number up to ${mostSeries}; 0 names no responder.`,
  );
}

function watched(words: readonly string[], { interface: links = [], targetsFile = '' }: ServeFlags): string {
  const what = [...words, targetsFile].filter((word) => word !== '');
  const where = links.length > 0 ? links.join(', ') : 'the link of the default route';
  return what.length > 0 ? `${what.join(', ')} on ${where}` : where;
}

/** Whoever runs a service ends it by SIGTERM: that is no failure. */
function exitCodeOf(signalExit: number | null): number {
  return signalExit === 143 ? 0 : (signalExit ?? couldNotRunExit);
}
