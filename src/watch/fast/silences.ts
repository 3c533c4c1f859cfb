/** What lies between two signs that somebody has an address, by one who asks for it all the time. */

import type { WatchedAnnouncement } from '../../generated/watch-event-types.js';

/** A frame by which a MAC speaks for the address. All times are in ms, by a clock that is never set. */
export interface Sign {
  readonly mac: string;
  readonly atMs: number;
  /** It answers a question of ours. */
  readonly isAnswer: boolean;
  /** By which operation it announces the address, or null. */
  readonly announces: WatchedAnnouncement['operation'] | null;
  /** Frames that this machine has failed to hear so far. */
  readonly lost: number;
}

/** A time in which questions stayed without an answer, or after which somebody else has the address. */
export interface Silence {
  /** Questions without an answer. */
  unanswered: number;
  /** The longest time in which no question left, in ms. */
  readonly unaskedMs: number;
  /** Frames that this machine failed to hear meanwhile. */
  readonly lost: number;
  /** The link could not be used for a part of it. */
  readonly isCut: boolean;
}

export type Announcement = Pick<WatchedAnnouncement, 'mac' | 'operation'> & { readonly atMs: number };

export interface Silences {
  /** A question left. */
  ask(atMs: number): void;
  hear(sign: Sign): void;
  /** The link went down: what was asked since the last sign proves nothing. */
  cut(): void;
  /** The silence that a frame of this MAC ended at this time, or null where there was none. */
  before(mac: string, atMs: number): Silence | null;
  /** The silence that has lasted until now. */
  open(nowMs: number, lost: number): Silence;
  /** The first few announcements since a MAC took the address at that time, or else since it began to speak for it. */
  announcementsSince(mac: string, atMs: number): Announcement[];
  /** When a MAC spoke for the address, the latest time that it did. */
  presenceOf(mac: string): Presence | null;
}

/** Events are told to the ms. */
const alikeMs = 1;
/** An event is told within a few seconds of its frames. */
const mostSilences = 64;
const mostAnnouncements = 64;
/** Of one event. */
export const mostTold = 16;
/** Whoever makes up hardware addresses gets no further. */
const mostMacs = 1024;

interface Ended extends Silence {
  readonly mac: string;
  readonly atMs: number;
  /** Number of the sign that ended it. */
  readonly sign: number;
}

/** A time in which a MAC spoke for the address again and again. */
export interface Presence {
  readonly firstMs: number;
  readonly lastMs: number;
}

interface Present extends Presence {
  lastMs: number;
  /** Number of the sign with which it began. */
  readonly from: number;
}

/** @param awayMs who does not speak for so long though asked has left */
export function createSilences(awayMs: number): Silences {
  let last: Sign | null = null;
  let signs = 0;
  let unanswered = 0;
  let askedMs = Number.NaN;
  let unaskedMs = 0;
  let isCut = false;
  /** Ended by a frame that answered none of its questions, the latest of which may yet be answered. */
  let pending: Ended | null = null;
  const ended: Ended[] = [];
  const announcements: (Announcement & { readonly sign: number })[] = [];
  const present = new Map<string, Present>();

  const longestUnasked = (nowMs: number): number => {
    const since = Math.max(askedMs || 0, last?.atMs ?? 0);
    return since === 0 ? unaskedMs : Math.max(unaskedMs, nowMs - since);
  };
  const silenceUntil = (nowMs: number, lost: number): Silence => ({
    unanswered,
    unaskedMs: longestUnasked(nowMs),
    lost: last === null ? 0 : lost - last.lost,
    isCut,
  });

  function end(sign: Sign): void {
    const silence = silenceUntil(sign.atMs, sign.lost);
    const isEndedByAnswer = sign.isAnswer && unanswered > 0;
    if (isEndedByAnswer) silence.unanswered -= 1;
    else if (sign.isAnswer && pending) pending.unanswered -= 1;
    const isOther = last?.mac !== sign.mac;
    const one: Ended = { ...silence, mac: sign.mac, atMs: sign.atMs, sign: signs };
    pending = !sign.isAnswer && unanswered > 0 ? one : sign.isAnswer ? null : pending;
    if (silence.unanswered === 0 && !isOther) return;
    ended.push(one);
    if (ended.length > mostSilences) ended.shift();
  }

  function notePresence({ mac, atMs }: Sign): void {
    const known = present.get(mac);
    if (known && atMs - known.lastMs <= awayMs) {
      known.lastMs = atMs;
      return;
    }
    if (present.size >= mostMacs) present.clear();
    present.set(mac, { from: signs, firstMs: atMs, lastMs: atMs });
  }

  const before = (mac: string, atMs: number): Ended | null =>
    ended.findLast((one) => one.mac === mac && Math.abs(one.atMs - atMs) <= alikeMs) ?? null;

  return {
    ask(atMs) {
      unaskedMs = longestUnasked(atMs);
      askedMs = atMs;
      unanswered += 1;
      pending = null;
    },
    hear(sign) {
      end(sign);
      notePresence(sign);
      if (sign.announces !== null) {
        const { mac, atMs, announces: operation } = sign;
        announcements.push({ mac, atMs, operation, sign: signs });
        if (announcements.length > mostAnnouncements) announcements.shift();
      }
      signs += 1;
      last = sign;
      unanswered = 0;
      unaskedMs = 0;
      isCut = false;
    },
    cut() {
      isCut = true;
      unanswered = 0;
      pending = null;
    },
    before,
    open: silenceUntil,
    presenceOf: (mac) => present.get(mac) ?? null,
    announcementsSince(mac, atMs) {
      const from = before(mac, atMs)?.sign ?? present.get(mac)?.from ?? signs;
      return announcements
        .filter(({ sign }) => sign >= from)
        .slice(0, mostTold)
        .map(({ sign: _, ...announcement }) => announcement);
    },
  };
}
