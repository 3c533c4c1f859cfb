/** When one address was asked often enough to tell who has it, and who that is: quick questions in, outcomes out. */

import type { Asked } from '../observation.js';

export type Outcome = Omit<Asked, 'link' | 'ip'>;

export interface Rounds {
  /**
   * A question left at this time (ms).
   * @returns what the ones before it came to, once they are enough
   */
  ask(atMs: number): Outcome | null;
  /** The latest question was answered. */
  answer(mac: string): void;
  /** What was asked so far proves nothing. */
  restart(): void;
}

/** Nobody who has the address leaves so many questions without an answer, over so long; what the wire loses, the ledger weighs. */
export const fewestQuestions = 5;
export const shortestMs = 1000;

/** Whoever makes up hardware addresses gets no further. */
const mostMacs = 64;

interface Question {
  readonly atMs: number;
  /** Who answered, by first answer. */
  readonly macs: string[];
}

/** So many questions are enough to say what share of them the wire loses; of more, the earlier ones count for half. */
const fewestForLoss = 20;
const mostForLoss = 600;

export function createRounds(): Rounds {
  /** Of this round, up to the latest question that was answered. */
  let answered: Question[] = [];
  /** Since then: the first few and the latest, and how many. */
  let silent: Question[] = [];
  let silences = 0;
  /** When a silence was told last. */
  let toldMs = Number.NEGATIVE_INFINITY;
  let holder: string | null = null;
  const wire = { questions: 0, lost: 0 };

  function restart(): void {
    answered = [];
    silent = [];
    silences = 0;
  }

  function conclude(first: Question, untilMs: number): Outcome | null {
    const macs = [...new Set(answered.flatMap((question) => question.macs))];
    const contested = contestIn(answered);
    if (macs.length > 1 && contested === null) {
      answered = sinceHandOver(answered);
      return null;
    }
    const requests = answered.length + silences;
    answered = [];
    const loss = wire.questions < fewestForLoss ? 0 : wire.lost / wire.questions;
    return {
      macs,
      requests,
      unanswered: silences,
      fromMs: first.atMs,
      untilMs,
      ...(loss > 0 && { loss }),
      ...(contested && { contested }),
    };
  }

  /** Between two answers of the same machine questions are lost on the way, unless they are so many that it was away. */
  function noteLoss(mac: string): void {
    if (mac === holder && silences <= 2 * fewestQuestions) {
      wire.questions += silences;
      wire.lost += silences - 1;
    }
    holder = mac;
    if (wire.questions < mostForLoss) return;
    wire.questions /= 2;
    wire.lost /= 2;
  }

  return {
    ask(atMs) {
      const first = answered[0] ?? silent[0];
      const isEnough =
        first !== undefined &&
        answered.length + silences >= fewestQuestions &&
        atMs - Math.max(first.atMs, toldMs) >= shortestMs;
      const outcome = isEnough ? conclude(first, atMs) : null;
      if (outcome?.macs.length === 0) toldMs = atMs;
      silences += 1;
      if (silent.length > fewestQuestions) silent.pop();
      silent.push({ atMs, macs: [] });
      return outcome;
    },
    answer(mac) {
      const latest = silent.at(-1);
      if (latest) {
        noteLoss(mac);
        // What was told as a silence is over.
        answered.push(...(silences > fewestQuestions ? [latest] : silent));
        silent = [];
        silences = 0;
      }
      const macs = answered.at(-1)?.macs;
      if (macs && !macs.includes(mac) && macs.length < mostMacs) macs.push(mac);
    },
    restart,
  };
}

/** Around a hand-over a single question may be answered by both; who has it as well answers on. */
function contestIn(questions: readonly Question[]): Outcome['contested'] | null {
  if (questions.filter(({ macs }) => macs.length > 1).length > 1) return 'same-request';
  const alone = questions.flatMap(({ macs }) => (macs.length === 1 ? macs : []));
  const turns = alone.filter((mac, i) => mac !== alone[i - 1]);
  return turns.length > new Set(turns).size ? 'alternating' : null;
}

/** What was asked since the newest of them has had the address alone. */
function sinceHandOver(questions: readonly Question[]): Question[] {
  const newest = [...new Set(questions.flatMap(({ macs }) => macs))].at(-1);
  const last = questions.findLastIndex(({ macs }) => macs.some((mac) => mac !== newest));
  // What both have answered just now may be the beginning of more.
  const isOpen = last === questions.length - 1;
  return questions.slice(isOpen ? last : last + 1);
}
