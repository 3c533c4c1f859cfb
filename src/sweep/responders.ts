/** Yields the responders of running engines. The engines' own tables are the queue: nothing is kept twice. */

import { type Place, placeOf } from '../links/plan.js';
import type { Roster } from '../names/roster.js';
import { isEcho } from '../report/hosts.js';
import { timestamp } from '../report/timestamp.js';
import { formatAddress } from '../targets/address.js';
import type { Bell } from './bell.js';
import type { LinkRun } from './link-run.js';
import { decodeRecord, type ResponderRecord, recordBuffer } from './record.js';
import type { Responder } from './sweep-api.js';

export interface ResponderSource {
  /** Rings when responders were heard, or the sweep has ended. */
  readonly bell: Bell;
  /** Empty until the engines are open. */
  runs(): readonly Pick<LinkRun, 'plan' | 'read'>[];
  /** Names hardware addresses; asked once there are runs. */
  roster(): Roster;
  ended(): boolean;
}

type ResponderIterator = Required<Pick<AsyncIterator<Responder, undefined>, 'next' | 'return'>>;

const recordsAtOnce = 1024;

/**
 * Everything from the first responder on, whenever it is asked; of each link in the order of first answers.
 *
 * It is no async generator: that would need several promises for each responder, of which there may be a million.
 */
export function respondersOf({ bell, runs, roster, ended }: ResponderSource): ResponderIterator {
  const buffer = recordBuffer(recordsAtOnce);
  const positions: number[] = [];
  let batch: Responder[] = [];
  let taken = 0;
  let left = false;

  /** Fills the batch with what is new, which may be nothing but echoes; returns how many records that took. */
  const look = (): number => {
    batch = [];
    taken = 0;
    let heard = 0;
    for (const [link, run] of runs().entries()) {
      const place = placeOf(run.plan);
      const from = positions[link] ?? 0;
      const count = run.read(from, buffer.bytes);
      positions[link] = from + count;
      heard += count;
      for (let i = 0; i < count; i++) {
        const record = decodeRecord(buffer.view, i);
        if (!isEcho(record, run.plan)) batch.push(responderOf(record, place, link, roster()));
      }
    }
    return heard;
  };

  return {
    next: async () => {
      while (!left) {
        const value = batch[taken++];
        if (value) return { done: false, value };
        const news = bell.next();
        const last = ended();
        if (look() > 0) continue;
        if (last) break;
        await news;
      }
      return { done: true, value: undefined };
    },
    return: async () => {
      left = true;
      return { done: true, value: undefined };
    },
  };
}

/** Field by field, for there may be a million. */
function responderOf(record: ResponderRecord, place: Place, link: number, roster: Roster): Responder {
  const ip = formatAddress(record.ip);
  const responder = {
    ip,
    mac: record.mac,
    rttMs: record.rttMs,
    firstAt: timestamp(record.firstAtMs),
    link,
    interface: place.interface,
    netns: place.netns,
    vlan: place.vlan,
    vendor: null,
    name: roster.nameOf(record.mac, ip),
  };
  return place.innerVlan === undefined ? responder : { ...responder, innerVlan: place.innerVlan };
}

/** The same for a loop: its end waits for `finished`, and fails as that does. */
export function iterationOf(
  responders: ResponderIterator,
  finished: Promise<unknown>,
): AsyncIterableIterator<Responder> & ResponderIterator {
  return {
    next: async () => {
      const result = await responders.next();
      if (result.done) await finished;
      return result;
    },
    return: responders.return,
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
