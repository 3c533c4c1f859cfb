/**
 * Keeps what a watch knows in its file: soon after it changes, not all the time, and at the end.
 *
 *     const file = await openStateFile(path);
 *     const run = watch(targets, { ...(file.known && { state: file.known }) });
 *     const keeper = keepState(file, run.stateInParts, { onTrouble });
 *     for await (const event of run) keeper.changed();
 *     await keeper.finish();
 */

import type { ArpsweepError } from '../../errors.js';
import type { StateFile } from './state-file.js';
import type { StateInParts } from './state-parts.js';

export interface StateKeeper {
  /** What is known has changed, or may have. */
  changed(): void;
  /**
   * Writes what is known by now, and lets go of the file.
   * @returns whether it is written, where there is anything
   */
  finish(): Promise<boolean>;
}

export interface KeepStateOptions {
  /** Told when the state cannot be written; of the same trouble again only after it was over. It is tried again. */
  readonly onTrouble: (trouble: ArpsweepError) => void;
  /** Between two writes, in ms; default 5000. */
  readonly everyMs?: number;
}

/** Share of the time that is spent writing at the most, where there is much to write or the disk is slow. */
const largestShare = 0.05;

/** Changes seldom come alone, and what a sweep has left behind is cleared away by then. */
const settleMs = 1000;

/** The longest pause between two attempts that fail, in ms. */
const longestPause = 60_000;

/**
 * Keeps from now on what `known` gives, and forgets what the file held.
 * @param known asked for at each write
 */
export function keepState(
  file: StateFile,
  known: () => StateInParts,
  { onTrouble, everyMs = 5000 }: KeepStateOptions,
): StateKeeper {
  file.forget();
  let isDue = false;
  let isFinished = false;
  let writing: Promise<boolean> | null = null;
  let timer: NodeJS.Timeout | null = null;
  let restUntil = 0;
  let failures = 0;
  let trouble: string | null = null;

  function schedule(): void {
    if (!isDue || isFinished || writing || timer) return;
    timer = setTimeout(
      () => {
        timer = null;
        writing = write().finally(() => {
          writing = null;
          schedule();
        });
      },
      Math.max(settleMs, restUntil - performance.now()),
    );
    // Nothing is lost with the process: whoever ends it in order calls finish().
    timer.unref();
  }

  async function write(): Promise<boolean> {
    isDue = false;
    const state = known();
    // A watch that never found its links knows nothing: the next one would take that for what there was.
    const [link] = state.links;
    if (link === undefined) return true;
    const begun = performance.now();
    const isWritten = await file.replace(state).then(succeeded, failed);
    const now = performance.now();
    const pause =
      failures === 0 ? everyMs : Math.max(everyMs, Math.min(everyMs * 2 ** failures, longestPause));
    restUntil = now + Math.max(pause, (now - begun) / largestShare);
    return isWritten;
  }

  function succeeded(): true {
    failures = 0;
    trouble = null;
    return true;
  }

  function failed(error: ArpsweepError): false {
    isDue = true;
    failures += 1;
    if (error.code !== trouble) onTrouble(error);
    trouble = error.code;
    return false;
  }

  return {
    changed() {
      isDue = true;
      schedule();
    },
    async finish() {
      isFinished = true;
      await writing;
      if (timer) clearTimeout(timer);
      timer = null;
      const isWritten = await write();
      await file.release().catch(() => undefined);
      return isWritten;
    },
  };
}
