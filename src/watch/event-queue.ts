/** Hands events to those who iterate, each at its own pace. */

import type { WatchEvent } from '../generated/watch-event-types.js';
import { createBell } from '../sweep/bell.js';

export interface EventQueue {
  push(events: readonly WatchEvent[]): void;
  /** Nothing more will come. */
  end(): void;
  /**
   * Everything that is told from now on.
   * @param finished fails where the iteration is to fail at its end
   * @param leave called when somebody leaves early; its end is waited for
   */
  iterate(finished: Promise<unknown>, leave: () => Promise<void>): AsyncIterableIterator<WatchEvent>;
}

/** Of a reader who does not read, so many are kept, the latest. */
const mostWaiting = 65_536;

export function createEventQueue(): EventQueue {
  const bell = createBell();
  const readers = new Set<WatchEvent[]>();
  /** What is told before anybody can have begun to read is for the first one who does. */
  let early: WatchEvent[] | null = [];
  let ended = false;

  return {
    push(events) {
      if (events.length === 0) return;
      for (const waiting of [...readers, ...(early ? [early] : [])]) {
        waiting.push(...events);
        if (waiting.length > mostWaiting) waiting.splice(0, waiting.length - mostWaiting);
      }
      bell.ring();
    },
    end() {
      ended = true;
      bell.ring();
    },
    iterate(finished, leave) {
      const waiting = early ?? [];
      early = null;
      readers.add(waiting);
      let left = false;
      return {
        next: async () => {
          while (!left) {
            const value = waiting.shift();
            if (value) return { done: false, value };
            const news = bell.next();
            if (ended) break;
            await news;
          }
          readers.delete(waiting);
          if (!left) await finished;
          return { done: true, value: undefined };
        },
        return: async () => {
          left = true;
          readers.delete(waiting);
          await leave();
          return { done: true, value: undefined };
        },
        [Symbol.asyncIterator]() {
          return this;
        },
      };
    },
  };
}
