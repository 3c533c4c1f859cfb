/**
 * `/events`: server-sent events, as the HTML standard has them. Every reader has a place in one backlog and is given more when
 * it has taken what it got: a slow one costs no memory and holds nobody up. What it misses so, it is told that it missed.
 */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { createBacklog } from './backlog.js';
import { whenOver } from './response.js';

export interface EventStream {
  /** `data` goes into one line: it is JSON. */
  publish(event: string, data: string): void;
  /**
   * Streams to one more reader, from behind the message that it says it had last. `begin` is called to send the head.
   * @returns false where there are too many
   */
  attach(request: IncomingMessage, response: ServerResponse, begin: () => void): boolean;
  /** Ends all streams. */
  close(): void;
}

export const mostReaders = 64;

/** Beyond it a reader has missed something. */
const mostMessages = 4096;
const mostCharacters = 4 << 20;

/** Written to a reader at once, more or less. */
const batchCharacters = 1 << 15;

/** Proxies and browsers give up connections on which nothing comes, often after 30 s or 60 s. */
const heartbeatMs = 15_000;

/** After a lost connection a browser waits for so long. */
const retryMs = 3000;

interface Reader {
  readonly response: ServerResponse;
  /** Number of the message that it gets next. */
  place: number;
  /** What it got has not left yet. */
  isBusy: boolean;
}

/** @param process tells the numbers of this process from those of one before it, which start at 0 as well */
export function createEventStream(process = Date.now().toString(36)): EventStream {
  const backlog = createBacklog(mostMessages, mostCharacters);
  const readers = new Set<Reader>();
  let isScheduled = false;

  const heartbeat = setInterval(() => {
    for (const { response, isBusy } of readers) if (!isBusy) response.write(':\n\n');
  }, heartbeatMs);
  heartbeat.unref();

  /** The place behind the last message that a reader had; the end where it had none. */
  function placeBehind(lastId: string | undefined): number {
    if (lastId === undefined) return backlog.next;
    const [from, number] = lastId.split('.');
    const last = /^\d{1,15}$/.test(number ?? '') ? Number(number) : Number.NaN;
    // Of another process: all that this one has told comes after it, and what that one told last may be missed.
    return from === process && last < backlog.next ? last + 1 : -1;
  }

  function give(reader: Reader): void {
    while (!reader.isBusy && reader.place < backlog.next) {
      let text = '';
      if (reader.place < backlog.oldest) {
        text = 'event: missed\ndata: {}\n\n';
        reader.place = backlog.oldest;
      }
      while (reader.place < backlog.next && text.length < batchCharacters) text += backlog.at(reader.place++);
      reader.isBusy = !reader.response.write(text);
    }
  }

  function giveAll(): void {
    isScheduled = false;
    for (const reader of readers) give(reader);
  }

  return {
    publish(event, data) {
      backlog.add(`id: ${process}.${backlog.next}\nevent: ${event}\ndata: ${data}\n\n`);
      // What is told together leaves together.
      if (isScheduled || readers.size === 0) return;
      isScheduled = true;
      setImmediate(giveAll);
    },
    attach(request, response, begin) {
      if (readers.size >= mostReaders) return false;
      begin();
      const lastId = request.headers['last-event-id'];
      const place = placeBehind(typeof lastId === 'string' ? lastId : undefined);
      const reader: Reader = { response, place, isBusy: false };
      readers.add(reader);
      response.on('drain', () => {
        reader.isBusy = false;
        give(reader);
      });
      whenOver(request, response, () => readers.delete(reader));
      response.write(`retry: ${retryMs}\n\n`);
      give(reader);
      return true;
    },
    close() {
      clearInterval(heartbeat);
      for (const { response } of readers) response.end();
      readers.clear();
    },
  };
}
