/** Takes the messages of one stream of events, and fetches the state that they change. */

import type { WatchEvent } from '../src/generated/watch-event-types.js';
import type { WatchState } from '../src/generated/watch-state-types.js';
import type { Message } from './event-stream.js';
import type { SweepSummary } from './model.js';

export type News =
  | { readonly type: 'change'; readonly change: WatchEvent }
  | { readonly type: 'sweep'; readonly sweep: SweepSummary }
  /** The server could not keep all that there was to tell. */
  | { readonly type: 'missed' };

export interface InboxListener {
  /** `since`: what may have come about after the state was taken. It may be in the state as well, and holds in either case. */
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
/** What came about so long before a state was taken is in it. */
const toldWithinMs = 120_000;
const mostNews = 2000;

export function createInbox(listener: InboxListener, stop: AbortController): Inbox {
  const latest: News[] = [];
  let isFetching = false;
  let fetchedAtMs = 0;
  let tookMs = 0;

  async function fetchState(): Promise<void> {
    isFetching = true;
    const startMs = Date.now();
    const response = await fetch('/state', { cache: 'no-store', signal: stop.signal });
    if (!response.ok) throw await refusal(response);
    const state = (await response.json()) as WatchState;
    isFetching = false;
    fetchedAtMs = Date.now();
    tookMs = fetchedAtMs - startMs;
    const fromMs = Date.parse(state.savedAt) - toldWithinMs;
    listener.state(
      state,
      latest.filter((news) => atMs(news) >= fromMs),
    );
  }

  function refresh(): void {
    if (!isFetching) void fetchState().catch((error) => stop.abort(error));
  }

  return {
    refresh,
    take(message) {
      const news = newsOf(message);
      if (!news) return;
      latest.push(news);
      if (latest.length > 2 * mostNews) latest.splice(0, mostNews);
      listener.news(news);
      const isCheap = (Date.now() - fetchedAtMs) * stateShare > tookMs;
      if (news.type === 'missed' || (news.type === 'sweep' && isCheap)) refresh();
    },
  };
}

function newsOf({ type, data }: Message): News | null {
  if (type === 'change') return { type, change: JSON.parse(data) as WatchEvent };
  if (type === 'sweep') return { type, sweep: JSON.parse(data) as SweepSummary };
  return type === 'missed' ? { type } : null;
}

function atMs(news: News): number {
  if (news.type === 'change') return Date.parse(news.change.at);
  return news.type === 'sweep' ? Date.parse(news.sweep.startedAt) : 0;
}

/** An answer that is none, with what the server says of it in a sentence. */
export async function refusal(response: Response): Promise<Error> {
  const isText = response.headers.get('content-type')?.startsWith('text/plain');
  const said = isText ? (await response.text()).trim().slice(0, 300) : '';
  const path = new URL(response.url).pathname;
  return new Error(said === '' ? `${path} is answered with ${response.status}` : said);
}
