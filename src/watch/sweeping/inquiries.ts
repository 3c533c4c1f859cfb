/** Asks soon, and until it is decided, for the addresses of which something seems to have changed. */

import { createBell } from '../../sweep/bell.js';
import { pause } from '../../talk/metronome.js';
import type { Doubt } from '../ledger/ledger-api.js';
import type { Asked } from '../observation.js';

/** What asking some addresses of a link once came to. */
export type Answers = ReadonlyMap<number, Pick<Asked, 'macs' | 'requests' | 'contested'>>;

export interface InquiryWorld {
  /** Asks each address a few times; null where nothing can be made of it. */
  ask(link: string, ips: readonly number[]): Promise<Answers | null>;
  /** Whether a link can be asked on by now. */
  isAskable(link: string): boolean;
  /** @returns whether the ledger wants to know more */
  tell(asked: Omit<Asked, 'loss'>): boolean;
  /** As the ledger counts time. */
  nowMs(): number;
  readonly signal: AbortSignal;
}

export interface Inquiries {
  add(doubts: readonly Doubt[]): void;
  /** Asks until the signal is aborted. */
  run(): Promise<void>;
}

/** One change comes with others, which are asked for at the same time. */
const gatherMs = 100;
/** An outage of the wire that is shorter than all of it is none of the address. */
const apartMs = 1000;
/** What is not decided by then is asked for ever more rarely. */
const mostAttempts = 8;
const restMs = 10_000;
const longestRestMs = 30_000;

/** What was asked so far about one address. */
interface Inquiry extends Doubt {
  dueMs: number;
  attempts: number;
  rests: number;
  /** Since the same ones have answered. */
  fromMs: number;
  requests: number;
  macs: readonly string[] | null;
}

export function createInquiries(world: InquiryWorld): Inquiries {
  const open = new Map<string, Inquiry>();
  const bell = createBell();

  const due = (): Inquiry[] => {
    const now = performance.now();
    const ready = [...open.values()].filter(({ dueMs, link }) => dueMs <= now && world.isAskable(link));
    return ready.filter(({ link }) => link === ready[0]?.link);
  };

  const conclude = (inquiry: Inquiry, answer: NonNullable<ReturnType<Answers['get']>>, fromMs: number) => {
    const { link, ip } = inquiry;
    const isSame = inquiry.macs !== null && sameMacs(inquiry.macs, answer.macs);
    if (!isSame) {
      inquiry.fromMs = fromMs;
      inquiry.requests = 0;
      inquiry.macs = answer.macs;
    }
    inquiry.requests += answer.requests;
    inquiry.attempts += 1;
    const { requests } = inquiry;
    const unanswered = answer.macs.length === 0 ? requests : 0;
    const wantsMore = world.tell({
      link,
      ip,
      ...answer,
      requests,
      unanswered,
      fromMs: inquiry.fromMs,
      untilMs: world.nowMs(),
    });
    if (!wantsMore) {
      open.delete(keyOf(inquiry));
    } else if (inquiry.attempts < mostAttempts) {
      inquiry.dueMs = performance.now() + apartMs;
    } else {
      inquiry.dueMs = performance.now() + Math.min(restMs * 2 ** inquiry.rests, longestRestMs);
      inquiry.rests += 1;
      inquiry.attempts = 0;
      inquiry.macs = null;
    }
  };

  const askDue = async (inquiries: readonly Inquiry[]): Promise<void> => {
    const fromMs = world.nowMs();
    const link = inquiries[0]?.link ?? '';
    const answers = await world.ask(
      link,
      inquiries.map(({ ip }) => ip),
    );
    for (const inquiry of inquiries) {
      const answer = answers?.get(inquiry.ip);
      // Where it could not be asked, the next sweep sees what is the matter.
      if (answer) conclude(inquiry, answer, fromMs);
      else open.delete(keyOf(inquiry));
    }
  };

  return {
    add(doubts) {
      for (const doubt of doubts) {
        if (open.has(keyOf(doubt))) continue;
        const dueMs = performance.now() + gatherMs;
        open.set(keyOf(doubt), {
          ...doubt,
          dueMs,
          attempts: 0,
          rests: 0,
          fromMs: 0,
          requests: 0,
          macs: null,
        });
      }
      if (doubts.length > 0) bell.ring();
    },
    async run() {
      world.signal.addEventListener('abort', bell.ring, { once: true });
      while (!world.signal.aborted) {
        const inquiries = due();
        if (inquiries.length > 0) {
          await askDue(inquiries);
          continue;
        }
        const news = bell.next();
        const waits = [...open.values()].map(({ dueMs }) => dueMs - performance.now());
        const waitMs = Math.max(gatherMs, Math.min(apartMs, ...waits));
        await (open.size > 0 ? pause(waitMs, world.signal) : news);
      }
    },
  };
}

const keyOf = ({ link, ip }: Doubt): string => `${link} ${ip}`;

const sameMacs = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((mac) => other.includes(mac));
