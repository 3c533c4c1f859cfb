/** Which question a reply answers, for one address: the accounts of a ping. */

import { broadcastMac } from '../talk/frames.js';
import { createRoundTrips, microseconds, type RoundTripSummary } from './round-trips.js';

/** A request for the address that left this machine with the sender's addresses of the ping. */
export interface Question {
  /** By the kernel's clock, in ms. */
  readonly atMs: number;
  /** Times with different numbers cannot be compared. */
  readonly clockSteps: number;
  /** Ethernet destination. */
  readonly destination: string;
  /** Not one of the kernel's own, or of another program's. */
  readonly ours: boolean;
}

/** A reply to the sender of the ping. */
export interface Answer {
  readonly mac: string;
  readonly atMs: number;
  readonly clockSteps: number;
}

/** What a reply comes to. */
export interface Told {
  /** Null where it could belong to several questions, or to none that is still open. */
  readonly rttMs: number | null;
  /** 1 for the MAC that answered first, 2 for the second. */
  readonly responder: number;
}

export interface Tally {
  ask(question: Question): void;
  /** @returns null where the reply answers what others have asked, or is of one MAC too many */
  take(answer: Answer): Told | null;
  /** Our questions that left. */
  sent(): number;
  /** Those of them that somebody answered. */
  answered(): number;
  /** Nothing is open any more: the last of our questions was answered, or none has left. */
  isSettled(): boolean;
  /** Replies of more MACs than are told apart. */
  unrecorded(): number;
  /** In the order of their first replies. */
  responders(): {
    readonly mac: string;
    readonly replies: number;
    readonly rttMs: RoundTripSummary | null;
  }[];
}

/** An answer may come so late: Linux' proxies take up to 0.8 s (arp(7), proxy_delay). In ms. */
export const latestAnswerMs = 1500;
/** A question older than this, or than four round trips, is taken for lost when a later one is answered, as in a sweep. */
const quietMs = 40;
/** Whoever makes up hardware addresses gets no further. */
const mostResponders = 1024;

interface OpenQuestion extends Question {
  isAnswered: boolean;
}

/** A question that a responder may yet answer. */
interface Claim {
  readonly question: OpenQuestion;
  /** An earlier reply may have been the answer to it. */
  inDoubt: boolean;
}

interface Responder {
  readonly mac: string;
  /** From 1, in the order of first replies. */
  readonly number: number;
  replies: number;
  readonly trips: ReturnType<typeof createRoundTrips>;
  claims: Claim[];
}

export function createTally(): Tally {
  let recent: OpenQuestion[] = [];
  let last: OpenQuestion | null = null;
  let sent = 0;
  let answered = 0;
  let unrecorded = 0;
  const responders = new Map<string, Responder>();

  const toAnswer = ({ destination }: Question, mac: string): boolean =>
    destination === broadcastMac || destination === mac;
  const newcomer = (mac: string): Responder => ({
    mac,
    number: responders.size + 1,
    replies: 0,
    trips: createRoundTrips(),
    claims: recent
      .filter((question) => toAnswer(question, mac))
      .map((question) => ({ question, inDoubt: false })),
  });

  /** Forgets what can no longer be answered, now and then, so that it costs each question little. */
  function forgetBefore({ atMs, clockSteps }: Question): void {
    const isWithin = (question: Question | undefined, ms: number): boolean =>
      question?.clockSteps === clockSteps && atMs - question.atMs <= ms;
    if (isWithin(recent[0], 2 * latestAnswerMs)) return;
    recent = recent.filter((question) => isWithin(question, latestAnswerMs));
    for (const responder of responders.values()) {
      responder.claims = responder.claims.filter(({ question }) => isWithin(question, latestAnswerMs));
    }
  }

  /** Of the questions that a reply may answer, the newest; with it what is not settled by its being so. */
  function candidates({ claims, trips }: Responder, { atMs, clockSteps }: Answer): Claim[] {
    const isOpen = ({ question }: Claim) =>
      question.clockSteps !== clockSteps || atMs - question.atMs <= latestAnswerMs;
    const open = claims.filter(isOpen);
    const newest = open.at(-1);
    if (!newest) return [];
    const known = trips.longest();
    const gapMs = known > 0 ? Math.min(Math.max(quietMs, 4 * known), latestAnswerMs) : latestAnswerMs;
    return open.filter(({ question }) => newest.question.atMs - question.atMs <= gapMs);
  }

  return {
    ask(question) {
      const open = { ...question, isAnswered: false };
      forgetBefore(question);
      recent.push(open);
      for (const { mac, claims } of responders.values()) {
        if (toAnswer(open, mac)) claims.push({ question: open, inDoubt: false });
      }
      if (!question.ours) return;
      sent += 1;
      last = open;
    },

    take(answer) {
      const responder = responders.get(answer.mac) ?? newcomer(answer.mac);
      const possible = candidates(responder, answer);
      const chosen = possible.findLast(({ question }) => question.ours);
      if (!chosen && possible.length > 0) {
        responder.claims = possible.slice(0, -1);
        return null;
      }
      if (responders.size >= mostResponders && !responders.has(answer.mac)) {
        unrecorded += 1;
        return null;
      }
      responders.set(answer.mac, responder);
      responder.replies += 1;
      const { number } = responder;
      // Once more, to what it has answered already.
      if (!chosen) return { rttMs: null, responder: number };

      const { question } = chosen;
      const isExact = possible.length === 1 && !chosen.inDoubt && question.clockSteps === answer.clockSteps;
      const trip = microseconds(answer.atMs - question.atMs);
      const rttMs = isExact && trip > 0 ? trip : null;
      if (rttMs !== null) responder.trips.add(rttMs);
      if (!question.isAnswered) answered += 1;
      question.isAnswered = true;
      responder.claims = possible.filter((claim) => claim !== chosen);
      for (const claim of responder.claims) claim.inDoubt = true;
      return { rttMs, responder: number };
    },

    sent: () => sent,
    answered: () => answered,
    isSettled: () => last?.isAnswered ?? true,
    unrecorded: () => unrecorded,
    responders: () =>
      [...responders.values()].map(({ mac, replies, trips }) => ({ mac, replies, rttMs: trips.summary() })),
  };
}
