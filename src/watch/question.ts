/** Whether the next quick question is a request or a probe. */

/**
 * A probe of another for the address that a machine is about to take tells it that the address is wanted by two (RFC 5227,
 * 2.1.1), and it would leave it alone: a failover must not fail because it is timed. So a request it is, which disturbs
 * nobody. But a kernel that holds our own address answers nothing but probes.
 */
export type QuestionKind = 'request' | 'probe';

/** The last of so many questions in vain is a probe, where requests are not known to be answered; and of how many such rounds. */
const round = 5;
const rounds = 3;

/**
 * @param answered by what the present holder was last heard to be reached, or null
 * @param vain questions since anybody answered
 */
export function nextQuestion(answered: QuestionKind | null, vain: number): QuestionKind {
  if (answered === 'request') return 'request';
  if (answered === 'probe' && vain < round) return 'probe';
  return vain % round === round - 1 && vain < round * rounds ? 'probe' : 'request';
}
