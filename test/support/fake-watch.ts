/** A watch that tells what a test has it tell. */
import type { WatchEvent } from '../../src/generated/watch-event-types.js';
import type { WatchState } from '../../src/generated/watch-state-types.js';
import type { Watch } from '../../src/watch/watch-api.js';

export const emptyState: WatchState = {
  schemaVersion: 1,
  command: 'watch',
  tool: { name: 'arpsweep', version: '0.0.0' },
  savedAt: '2026-03-01T12:00:00.000Z',
  links: [],
  addresses: [],
  findings: [],
};

export function change(ip: string, rest: Partial<WatchEvent> = {}): WatchEvent {
  return {
    schemaVersion: 1,
    type: 'new',
    at: '2026-03-01T12:00:00.100Z',
    link: 'eth0',
    ip,
    macs: ['02:00:00:00:00:05'],
    previous: null,
    gapMs: null,
    whileAway: false,
    message: `${ip} is there.`,
    ...rest,
  };
}

export interface FakeWatch extends Watch {
  tell(event: WatchEvent): void;
  /** Ends it, with an error where one is given. */
  end(error?: Error): void;
}

export function fakeWatch(signal: AbortSignal, state: () => WatchState = () => emptyState): FakeWatch {
  const queue: WatchEvent[] = [];
  let wake = (): void => {};
  let isOver = false;
  let failure: Error | undefined;
  const { promise: finished, resolve, reject } = deferred<WatchState>();
  finished.catch(() => {});
  const end = (error?: Error): void => {
    isOver = true;
    failure = error;
    if (error) reject(error);
    else resolve(state());
    wake();
  };
  signal.addEventListener('abort', () => end());

  async function* events(): AsyncGenerator<WatchEvent> {
    for (;;) {
      while (queue.length > 0) yield queue.shift() as WatchEvent;
      if (failure) throw failure;
      if (isOver) return;
      await new Promise<void>((resume) => {
        wake = resume;
      });
    }
  }

  return {
    finished,
    state,
    stateInParts: state,
    tell(event) {
      queue.push(event);
      wake();
    },
    end,
    [Symbol.asyncIterator]: events,
    async [Symbol.asyncDispose]() {
      end();
    },
  };
}

function deferred<Value>() {
  let resolve: (value: Value) => void = () => {};
  let reject: (error: Error) => void = () => {};
  const promise = new Promise<Value>((...ends) => {
    [resolve, reject] = ends;
  });
  return { promise, resolve, reject };
}
