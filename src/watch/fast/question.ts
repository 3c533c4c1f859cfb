/** Whether the next quick question for an address is a request or a probe. */

/**
 * A probe of another for the address that a machine is about to take tells it that the address is wanted by two (RFC 5227,
 * 2.1.1), and it would leave it alone: a failover must not fail because it is timed. So a request it is, which disturbs
 * nobody. But a kernel that holds our own address answers nothing but probes.
 */
export type QuestionKind = 'request' | 'probe';

export interface Questioning {
  /** Somebody has spoken for the address by this kind of frame. */
  hear(mac: string, answered: QuestionKind | null, atMs: number): void;
  /** Somebody else has probed for it. */
  hearProbe(atMs: number): void;
  /** A question left. */
  ask(): void;
  next(nowMs: number): QuestionKind;
}

/** The last of so many questions in vain is a probe where requests may not be answered, in so many such rounds. */
const round = 5;
const rounds = 3;
/** Where they were answered before, a single one is so late that hardly anybody is only now about to take the address. */
const lateProbe = 40;
/** RFC 5227, 1.1: from a probe to the end of ANNOUNCE_WAIT, with all that may come between. */
const wantedMs = 10_000;
/** Who has not spoken for so long has left. */
const awayMs = 60_000;

interface Speaker {
  answers: QuestionKind | null;
  lastMs: number;
}

export function createQuestioning(): Questioning {
  const speakers = new Map<string, Speaker>();
  let vain = 0;
  let probedMs = Number.NEGATIVE_INFINITY;

  return {
    hear(mac, answered, atMs) {
      if (answered !== null) vain = 0;
      const known = speakers.get(mac);
      if (known) {
        known.answers = answered ?? known.answers;
        known.lastMs = atMs;
        return;
      }
      for (const [other, { lastMs }] of speakers) if (atMs - lastMs > awayMs) speakers.delete(other);
      // Of a flood of invented MACs none answers.
      if (answered !== null || speakers.size < round) speakers.set(mac, { answers: answered, lastMs: atMs });
    },
    hearProbe(atMs) {
      probedMs = atMs;
    },
    ask() {
      vain += 1;
    },
    next(nowMs) {
      if (nowMs - probedMs < wantedMs) return 'request';
      const all = [...speakers.values()].map(({ answers }) => answers);
      if (all.includes('probe') && vain < round) return 'probe';
      if (all.length > 0 && all.every((answers) => answers === 'request'))
        return vain === lateProbe ? 'probe' : 'request';
      return vain % round === round - 1 && vain < round * rounds ? 'probe' : 'request';
    },
  };
}
