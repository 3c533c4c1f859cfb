/** HTTP beside a watch that a test has in its hand. */
import { type IncomingMessage, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Report } from '../../src/generated/report-types.js';
import type { WatchEvent } from '../../src/generated/watch-event-types.js';
import type { WatchState } from '../../src/generated/watch-state-types.js';
import { runServe } from '../../src/serve/run-serve.js';
import { emptyState, type FakeWatch, fakeWatch } from './fake-watch.js';

export interface ServedWatch {
  readonly port: number;
  readonly watch: FakeWatch;
  sweep(report: Report): void;
  trouble(error: Error): void;
  readonly heard: readonly WatchEvent[];
  /** Ends it as a signal does, unless it has ended; rejects with what it ended with. */
  end(): Promise<void>;
  readonly ended: Promise<void>;
}

export async function serveWatch(host = '127.0.0.1', state: WatchState = emptyState): Promise<ServedWatch> {
  const controller = new AbortController();
  const heard: WatchEvent[] = [];
  let ended = Promise.resolve();
  const begun = await new Promise<Pick<ServedWatch, 'port' | 'watch' | 'sweep' | 'trouble'>>(
    (resolve, reject) => {
      let port = 0;
      ended = runServe({
        version: '0.0.0',
        maxResponders: 4096,
        expectation: null,
        intervalMs: 60_000,
        listen: { host, port: 0 },
        signal: controller.signal,
        onListening: (url) => {
          port = Number(new URL(url).port);
        },
        onEvent: (event) => void heard.push(event),
        onSweep: () => {},
        onTrouble: () => {},
        begin: ({ onSweep, onTrouble, signal }) => {
          const watch = fakeWatch(signal, () => state);
          resolve({ port, watch, sweep: onSweep, trouble: onTrouble });
          return watch;
        },
      });
      ended.catch(reject);
    },
  );
  return {
    ...begun,
    heard,
    ended,
    end: () => {
      controller.abort();
      return ended;
    },
  };
}

export interface Answered {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
}

/** Asks on a connection of its own. */
export function ask(port: number, path: string, options: Record<string, unknown> = {}): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, agent: false, ...options }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (more: string) => {
        text += more;
      });
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
      );
    });
    asked.on('error', reject).end();
  });
}

/** A connection that says whatever a test likes. */
export interface Talk {
  readonly socket: Socket;
  /** What came so far. */
  text(): string;
  readonly closed: Promise<void>;
}

export function talk(port: number, words = ''): Talk {
  const socket = connect(port, '127.0.0.1');
  let text = '';
  socket.setEncoding('utf8').on('data', (more: string) => {
    text += more;
  });
  socket.on('error', () => {});
  socket.write(words);
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  return { socket, text: () => text, closed };
}
