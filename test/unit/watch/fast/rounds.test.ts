import { describe, expect, it } from 'vitest';
import { createRounds, type Outcome } from '../../../../src/watch/fast/rounds.js';

const A = '02:00:00:00:00:0a';
const B = '02:00:00:00:00:0b';
const C = '02:00:00:00:00:0c';

/** A word for each question: who answers it, `-` where nobody does. Outcomes come with the question that ends the round. */
function play(words: string, periodMs = 100): (Outcome & { readonly question: number })[] {
  const macs: Record<string, string> = { A, B, C };
  const rounds = createRounds();
  const outcomes: (Outcome & { readonly question: number })[] = [];
  for (const [question, word] of words.split(' ').entries()) {
    const outcome = rounds.ask(question * periodMs);
    if (outcome) outcomes.push({ ...outcome, question });
    if (word === '!') rounds.restart();
    else for (const letter of word.replace('-', '')) rounds.answer(macs[letter] ?? '');
  }
  return outcomes;
}

const times = (n: number, word: string) => Array.from({ length: n }, () => word).join(' ');

describe('rounds of quick questions', () => {
  it('tell who answers after five questions and a second', () => {
    expect(play(times(11, 'A'))).toEqual([
      { macs: [A], requests: 10, unanswered: 0, fromMs: 0, untilMs: 1000, question: 10 },
    ]);
    expect(play(times(6, 'A'), 1000)).toMatchObject([{ requests: 5, untilMs: 5000, question: 5 }]);
    expect(play(times(5, 'A'), 1000)).toEqual([]);
  });

  it('tell of nobody once five questions of more than a second had no answer, and go on doing so', () => {
    expect(play(`A A ${times(30, '-')}`)).toMatchObject([
      { macs: [A], requests: 10, unanswered: 8, untilMs: 1000 },
      { macs: [], requests: 10, unanswered: 10, fromMs: 200, untilMs: 1200 },
      { macs: [], requests: 20, unanswered: 20, fromMs: 200, untilMs: 2200 },
    ]);
    expect(play(`A ${times(6, '-')}`, 1000).at(-1)).toMatchObject({ macs: [], requests: 5, fromMs: 1000 });
  });

  it('tell of an address that nobody ever had', () => {
    expect(play(times(11, '-'))).toMatchObject([{ macs: [], requests: 10, unanswered: 10 }]);
  });

  it('begin anew with whoever takes over, so that the one before is not among them', () => {
    const [first, second] = play(`${times(4, 'A')} - - ${times(20, 'B')}`);
    expect(first).toMatchObject({ macs: [B], fromMs: 400, untilMs: 1400, requests: 10 });
    expect(second).toMatchObject({ macs: [B] });
    expect(first?.contested).toBeUndefined();
  });

  it('take one question that both answer for a hand-over', () => {
    for (const crossing of ['AB', 'BA']) {
      const outcomes = play(`${times(4, 'A')} ${crossing} ${times(16, 'B')}`);
      expect(outcomes).toMatchObject([{ macs: [B] }]);
      expect(outcomes[0]?.contested).toBeUndefined();
    }
  });

  it('tell of two that answer the same questions, and of one that comes back', () => {
    expect(play(`${times(7, 'A')} ${times(4, 'AB')}`)).toMatchObject([
      { macs: [A, B], contested: 'same-request', requests: 10 },
    ]);
    expect(play(`A A A A B A B A A A A`)).toMatchObject([{ macs: [A, B], contested: 'alternating' }]);
    expect(play(times(11, 'ABC'))).toMatchObject([{ macs: [A, B, C], contested: 'same-request' }]);
  });

  it('see an overlap though a round ends in it', () => {
    expect(play(`${times(9, 'A')} AB AB ${times(19, 'B')}`)).toMatchObject([
      { macs: [A, B], contested: 'same-request', fromMs: 900 },
      { macs: [B] },
    ]);
  });

  it('know the share of questions that the wire loses', () => {
    const lossy = play(times(12, 'A A -')).at(-1);
    expect(lossy?.loss).toBeCloseTo(1 / 3, 1);
    // An outage is no loss, and nor is anything before there is enough to tell it by.
    expect(play(`${times(30, 'A')} ${times(20, '-')} ${times(20, 'A')}`).at(-1)?.loss).toBeUndefined();
    expect(play(times(5, 'A A -')).at(-1)?.loss).toBeUndefined();
  });

  it('forget what a dead link swallowed', () => {
    expect(play(`${times(9, '-')} ! ${times(10, '-')}`)).toEqual([]);
    expect(play(`${times(9, '-')} ! ${times(11, '-')}`)).toMatchObject([{ fromMs: 1000, requests: 10 }]);
  });
});
