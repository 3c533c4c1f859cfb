import { native } from '../native.js';
import { createBell } from '../sweep/bell.js';
import type { Targets } from '../targets/resolve.js';
import type { Ping, PingOptions, PingReply, PingReport } from './ping-api.js';
import { runPing } from './run-ping.js';

/** Replies that wait for a slow reader: a second of the busiest ping, with room. */
const mostWaiting = 8192;

/**
 * Asks for addresses again and again, and tells every reply. Starts at once.
 *
 * Nothing is thrown here: whatever keeps a ping from starting rejects `report()` and ends the iteration, and does not
 * disturb a program that looks at neither.
 *
 * @param targets in the forms of the command line, or parsed; at most 1024 addresses
 */
export function ping(targets: Targets, options: PingOptions = {}): Ping {
  const bell = createBell();
  const end = new AbortController();
  const waiting: PingReply[] = [];
  let isRead = false;
  let hasEnded = false;
  let unread = 0;

  const stop = (): void => end.abort();
  const { signal } = options;
  if (signal?.aborted) stop();
  signal?.addEventListener('abort', stop, { once: true });

  const onReply = (reply: PingReply): void => {
    if (!isRead) return;
    if (waiting.length < mostWaiting) waiting.push(reply);
    else unread += 1;
    bell.ring();
  };
  const finished: Promise<PingReport> = runPing(
    native,
    targets,
    { ...options, signal: end.signal },
    { onReply, onRefusal: () => {} },
  )
    .then((report) => ({ ...report, unread }))
    .finally(() => {
      hasEnded = true;
      signal?.removeEventListener('abort', stop);
      bell.ring();
    });
  const settled = finished.then(
    () => {},
    () => {},
  );

  async function* replies(): AsyncGenerator<PingReply, undefined> {
    isRead = true;
    try {
      for (;;) {
        const news = bell.next();
        yield* waiting.splice(0);
        if (waiting.length > 0) continue;
        if (hasEnded) break;
        await news;
      }
      await finished;
    } finally {
      stop();
      await settled;
    }
  }

  return {
    [Symbol.asyncIterator]: replies,
    report: () => finished,
    [Symbol.asyncDispose]: () => {
      stop();
      return settled;
    },
  };
}
