/** Who answered the same question: each request is answered by one machine, and by more only where they share the address. */

export interface Questions {
  /** Somebody asks; what was asked before by the same asker is over. */
  ask(key: string, atMs: number): void;
  /**
   * Somebody replies.
   * @returns everybody who has replied to that question, once they are several
   */
  answer(key: string, mac: string, atMs: number): readonly string[];
}

/** A later reply is not taken for one to this question; kernels ask again after so long (arp(7), retrans_time_ms). */
const openMs = 1000;

/** When there are so many, those before them are forgotten. */
const mostQuestions = 4096;

const none: readonly string[] = [];

interface Question {
  readonly atMs: number;
  readonly by: string[];
}

export function createQuestions(): Questions {
  let open = new Map<string, Question>();
  let before = new Map<string, Question>();
  return {
    ask(key, atMs) {
      open.set(key, { atMs, by: [] });
      if (open.size < mostQuestions) return;
      before = open;
      open = new Map();
    },
    answer(key, mac, atMs) {
      const question = open.get(key) ?? before.get(key);
      if (question === undefined || atMs - question.atMs > openMs) return none;
      if (!question.by.includes(mac)) question.by.push(mac);
      return question.by.length > 1 ? question.by : none;
    },
  };
}
