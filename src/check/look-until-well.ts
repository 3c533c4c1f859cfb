/** Looks again and again, until all is well or time is up. */

import { InterfaceError } from '../errors.js';
import { type Look, type LookPlan, look } from './look.js';

/** Between two looks: soon enough for whoever waits, and no burden to a network on which many wait. */
const pauseMs = 500;

export interface Patience {
  /** No look begins later than this after the first; 0 looks once. */
  readonly waitMs: number;
  /** A number of passes or a cooldown was asked for: each look keeps to it, and none is quick. */
  readonly exact: boolean;
  readonly signal: AbortSignal;
}

/**
 * The first look at which all is well, or the last one.
 * @param plan is made anew for each look, because the links may come up meanwhile
 * @throws ArpsweepError as the last look did
 */
export async function lookUntilWell(
  plan: () => LookPlan,
  { waitMs, exact, signal }: Patience,
): Promise<Look> {
  const deadline = performance.now() + waitMs;
  for (;;) {
    const isLast = (): boolean => signal.aborted || performance.now() + pauseMs > deadline;
    try {
      const quick = exact ? null : await look(plan(), 'quick');
      const seen = quick?.isWell || signal.aborted ? quick : null;
      const found = seen ?? (await look(plan(), 'patient'));
      if (found.isWell || isLast()) return found;
    } catch (error) {
      // A container may start before its links are there.
      if (!(error instanceof InterfaceError) || isLast()) throw error;
    }
    const { setTimeout: delay } = await import('node:timers/promises');
    await delay(pauseMs, undefined, { signal }).catch(() => undefined);
  }
}
