/** Holds events back until what belongs to them has been heard as well. */

import type { WatchEvent } from '../../generated/watch-event-types.js';

export interface HeldBack {
  take(event: WatchEvent): void;
  /** Tells all that are held, now. */
  flush(): void;
}

/** Whoever takes an address over announces it within this of its first frame, if it does. */
const settleMs = 1000;

/** By these somebody has come to have the address. */
export const arrivals: ReadonlySet<WatchEvent['type']> = new Set(['new', 'back', 'moved', 'conflict-begins']);

/**
 * Tells events in the order in which they came.
 * @param complete adds to an event what is known by then; of one that waits for nothing, when it is taken
 */
export function holdBack(
  complete: (event: WatchEvent) => WatchEvent,
  tell: (event: WatchEvent) => void,
): HeldBack {
  const held: { readonly event: WatchEvent; readonly dueMs: number }[] = [];
  let timer: NodeJS.Timeout | undefined;

  /** Tells the first ones that are due. */
  function tellDue(nowMs: number): void {
    clearTimeout(timer);
    for (let first = held[0]; first && first.dueMs <= nowMs; first = held[0]) {
      held.shift();
      tell(arrivals.has(first.event.type) ? complete(first.event) : first.event);
    }
    const next = held[0];
    if (next) timer = setTimeout(() => tellDue(performance.now()), Math.ceil(next.dueMs - nowMs));
  }

  return {
    take(event) {
      const nowMs = performance.now();
      const sinceMs = Date.now() - Date.parse(event.at);
      // Where the clock was set meanwhile, its times say nothing.
      const leftMs = Math.min(Math.max(settleMs - sinceMs, 0), settleMs);
      if (arrivals.has(event.type)) held.push({ event, dueMs: nowMs + leftMs });
      else held.push({ event: complete(event), dueMs: nowMs });
      tellDue(nowMs);
    },
    flush: () => tellDue(Number.POSITIVE_INFINITY),
  };
}
