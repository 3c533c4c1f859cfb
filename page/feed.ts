/** What comes from the server for as long as the page is open: the state, and then what changes. */

import { eventStreamParser } from './event-stream.js';
import { createInbox, type InboxListener, refusal } from './inbox.js';
import type { Connection, Readiness } from './verdict.js';

export interface FeedListener extends InboxListener {
  connection(connection: Connection): void;
  readiness(readiness: Readiness): void;
}

export interface Feed {
  /** The server's time, as far as it is known, in ms since the epoch: a phone's own may be minutes off. */
  now(): number;
  /** The reader is back: what went by unnoticed, such as a night's sleep, is found out at once. */
  wake(): void;
}

/** The server is asked so often whether it is there, and whether its sweeps succeed. */
const pulseMs = 10_000;
/** For so long it may take to begin an answer, */
const answerMs = 8_000;
/** and for so long the stream of events may be silent: a comment comes every 15 s. */
const silenceMs = 40_000;
const backOffMs = [1_000, 2_000, 4_000, 8_000, 15_000, 30_000];

export function openFeed(listener: FeedListener): Feed {
  let aheadMs = 0;
  const now = (): number => Date.now() + aheadMs;
  let session: AbortController | null = null;
  let deadlineMs = 0;
  let heardAtMs: number | null = null;
  let failures = 0;
  /** One that no server has given: it is followed by all that the server still knows, which are the recent events. */
  let lastId = 'none';
  let retry = (): void => undefined;

  /** Follows one stream, until it fails. */
  async function follow(stop: AbortController): Promise<never> {
    const headers = { accept: 'text/event-stream', 'last-event-id': lastId };
    const response = await fetch('/events', { headers, cache: 'no-store', signal: stop.signal });
    if (!response.ok || !response.body) throw await refusal(response);
    const inbox = createInbox({ ...listener, state: live }, stop);
    inbox.refresh();
    const parser = eventStreamParser(lastId);
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      heardAtMs = now();
      deadlineMs = Date.now() + silenceMs;
      const { done, value } = await reader.read();
      if (done) throw new DOMException('the stream has ended', 'AbortError');
      for (const message of parser.take(value)) inbox.take(message);
      lastId = parser.lastId;
    }
  }

  const live: InboxListener['state'] = (state, since) => {
    failures = 0;
    listener.state(state, since);
    listener.connection({ kind: 'live' });
  };

  async function run(): Promise<never> {
    for (;;) {
      const stop = new AbortController();
      session = stop;
      deadlineMs = Date.now() + answerMs;
      const why = await follow(stop).catch(reasonOf);
      session = null;
      stop.abort();
      // Not all readers come back at the same moment when a server does.
      const pauseMs = (backOffMs[failures++] ?? 30_000) * (0.8 + 0.4 * Math.random());
      const lost = { kind: 'lost', sinceMs: heardAtMs, why } as const;
      listener.connection({ ...lost, retryAtMs: now() + pauseMs });
      await new Promise<void>((resolve) => {
        retry = resolve;
        setTimeout(resolve, pauseMs);
      });
      listener.connection({ ...lost, retryAtMs: null });
    }
  }

  async function pulse(): Promise<void> {
    try {
      const response = await fetch('/readyz', { cache: 'no-store', signal: AbortSignal.timeout(answerMs) });
      const why = (await response.text()).trim().slice(0, 300);
      if (response.status === 200 || response.status === 503) listener.readiness({ ready: response.ok, why });
      // The header has whole seconds.
      const ahead = Date.parse(response.headers.get('date') ?? '') + 500 - Date.now();
      if (Math.abs(ahead - aheadMs) > 1500) aheadMs = ahead;
    } catch {
      session?.abort();
    }
  }

  /** A stream that is silent may be dead without an end: a phone changes its network. */
  function check(): void {
    if (session && Date.now() > deadlineMs) session.abort();
  }

  void run();
  void pulse();
  setInterval(pulse, pulseMs);
  setInterval(check, 1_000);
  return {
    now,
    wake() {
      check();
      retry();
      void pulse();
    },
  };
}

/** What the server said; a browser's own words say no more than that the connection is lost. */
function reasonOf(error: unknown): string {
  return error instanceof Error && error.constructor === Error ? error.message : '';
}
