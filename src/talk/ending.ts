/** What ends a piece of work early. */

import { setMaxListeners } from 'node:events';

export interface Ending {
  /** Aborted by the signal of the caller, by the deadline or by `now()`. */
  readonly signal: AbortSignal;
  now(): void;
  /** Lets go of the caller's signal and of the deadline. */
  release(): void;
}

export function endingOf(signal: AbortSignal | undefined, deadlineMs = Number.POSITIVE_INFINITY): Ending {
  const controller = new AbortController();
  // Any number of addresses may wait on it.
  setMaxListeners(0, controller.signal);
  const now = (): void => controller.abort();
  const timer = Number.isFinite(deadlineMs) ? setTimeout(now, deadlineMs) : undefined;
  if (signal?.aborted) now();
  signal?.addEventListener('abort', now, { once: true });
  return {
    signal: controller.signal,
    now,
    release() {
      clearTimeout(timer);
      signal?.removeEventListener('abort', now);
    },
  };
}
