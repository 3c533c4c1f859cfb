import { expect, test } from 'vitest';
import {
  createQuestioning,
  type Questioning,
  type QuestionKind,
} from '../../../../src/watch/fast/question.js';

const A = '02:00:00:00:00:0a';
const B = '02:00:00:00:00:0b';

/** The next questions, none of which is answered. */
function inVain(questioning: Questioning, questions: number): string {
  return Array.from({ length: questions }, (_, i) => {
    const kind = questioning.next(20_000 + i * 100);
    questioning.ask();
    return kind === 'probe' ? 'p' : 'r';
  }).join('');
}

function after(...heard: readonly (readonly [string, QuestionKind | null])[]): Questioning {
  const questioning = createQuestioning();
  for (const [mac, answered] of heard) questioning.hear(mac, answered, 20_000);
  return questioning;
}

test('who answers requests is asked by them, for a probe keeps a machine from taking the address over', () => {
  expect(inVain(after([A, 'request']), 200)).toBe(`${'r'.repeat(40)}p${'r'.repeat(159)}`);
});

test('who has not answered yet may answer probes only, of which it gets three', () => {
  const few = `rrrrprrrrprrrrp${'r'.repeat(35)}`;
  expect(inVain(after(), 50)).toBe(few);
  expect(inVain(after([A, null]), 50)).toBe(few);
  expect(inVain(after([A, 'request'], [B, null], [A, null]), 50)).toBe(few);
});

test('who answers probes only is asked by them, until it is silent', () => {
  const probed = after([A, null], [A, 'probe']);
  expect(inVain(probed, 3)).toBe('ppp');
  probed.hear(A, 'probe', 20_300);
  expect(inVain(probed, 40)).toBe(`ppppprrrrprrrrp${'r'.repeat(25)}`);
});

test('what somebody else probes for is left to it', () => {
  const wanted = after();
  wanted.hearProbe(20_000);
  expect(inVain(wanted, 99)).toBe('r'.repeat(99));
});

test('a flood of MACs that answer nothing is not kept in mind', () => {
  const flooded = after([A, 'request']);
  for (let i = 0; i < 100_000; i++) flooded.hear(`02:00:00:00:${i}`, null, 20_000);
  flooded.hear(B, 'request', 20_000);
  expect(inVain(flooded, 5)).toBe('rrrrp');
});
