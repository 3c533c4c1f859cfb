/** Takes the messages of one stream of events, and fetches the state that they follow on. */

import type { WatchEvent } from '../src/generated/watch-event-types.js';
import type { WatchState } from '../src/generated/watch-state-types.js';
import type { Message } from './event-stream.js';
import type { SweepSummary } from './model.js';

export type News =
  | { readonly type: 'change'; readonly change: WatchEvent }
  | { readonly type: 'sweep'; readonly sweep: SweepSummary };

export interface InboxListener {
  /** `since`: what came after the state was asked for. It may or may not be in the state, and holds in either case. */
  state(state: WatchState, since: readonly News[]): void;
  news(news: News): void;
}

export interface Inbox {
  take(message: Message): void;
  /** Fetches the state; where that fails, `stop` is aborted. */
  refresh(): void;
}

/** The state is fetched anew after a sweep where that takes no more of the time than this share: of a /16 it is 14 MB. */
const stateShare = 0.01;

export function createInbox(listener: InboxListener, stop: AbortController): Inbox {
  let meanwhile: News[] | null = null;
  let fetchedAtMs = 0;
  let tookMs = 0;

  async function fetchState(): Promise<void> {
    const since: News[] = [];
    meanwhile = since;
    const startMs = Date.now();
    const response = await fetch('/state', { cache: 'no-store', signal: stop.signal });
    if (!response.ok) throw new Error(`/state is answered with ${response.status}`);
    const state = (await response.json()) as WatchState;
    meanwhile = null;
    fetchedAtMs = Date.now();
    tookMs = fetchedAtMs - startMs;
    listener.state(state, since);
  }

  function refresh(): void {
    if (meanwhile === null) void fetchState().catch((error) => stop.abort(error));
  }

  return {
    refresh,
    take(message) {
      const news = newsOf(message);
      if (!news) return;
      meanwhile?.push(news);
      listener.news(news);
      if (news.type === 'sweep' && (Date.now() - fetchedAtMs) * stateShare > tookMs) refresh();
    },
  };
}

function newsOf({ type, data }: Message): News | null {
  if (type === 'change') return { type, change: JSON.parse(data) as WatchEvent };
  if (type === 'sweep') return { type, sweep: JSON.parse(data) as SweepSummary };
  return null;
}
