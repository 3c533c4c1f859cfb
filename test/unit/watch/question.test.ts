import { expect, test } from 'vitest';
import { nextQuestion } from '../../../src/watch/question.js';

const asked = (answered: 'request' | 'probe' | null, questions: number) =>
  Array.from({ length: questions }, (_, vain) => (nextQuestion(answered, vain) === 'probe' ? 'p' : 'r')).join(
    '',
  );

test('who answers requests is never asked by probe: that would keep a machine from taking the address over', () => {
  expect(asked('request', 100)).toBe('r'.repeat(100));
});

test('who has not answered yet may answer probes only, of which it gets three', () => {
  expect(asked(null, 40)).toBe(`rrrrprrrrprrrrp${'r'.repeat(25)}`);
});

test('who answers probes only is asked by them, until it is silent', () => {
  expect(asked('probe', 40)).toBe(`ppppprrrrprrrrp${'r'.repeat(25)}`);
});
