import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSilences, type Sign, type Silences } from '../../../../src/watch/fast/silences.js';

const A = '02:00:00:00:00:0a';
const B = '02:00:00:00:00:0b';

/** `?` is a question of ours; a letter answers it, and a small one announces the address. One step each. */
function play(words: string, stepMs = 10): Silences {
  const silences = createSilences(1000);
  for (const [i, word] of [...words].entries()) {
    const atMs = i * stepMs;
    if (word === '?') silences.ask(atMs);
    else if (word === '!') silences.cut();
    else silences.hear(signOf(word, atMs));
  }
  return silences;
}

const signOf = (letter: string, atMs: number): Sign => ({
  mac: letter.toUpperCase() === 'A' ? A : B,
  atMs,
  isAnswer: letter === letter.toUpperCase(),
  announces: letter === letter.toUpperCase() ? null : 'request',
  lost: 0,
});

describe('silences', () => {
  it('count the questions without an answer, by the definition', () => {
    const words = fc
      .array(fc.constantFrom('?', '?', '?', 'A', 'B', 'a', 'b'), { maxLength: 60 })
      .map((list) => list.join(''));
    fc.assert(
      fc.property(words, (text) => {
        const silences = play(text);
        const letters = [...text];
        const isAnswered = (question: number): boolean => {
          const next = text.indexOf('?', question + 1);
          return /[AB]/.test(text.slice(question + 1, next < 0 ? undefined : next));
        };
        for (const [i, letter] of letters.entries()) {
          const last = Math.max(...letters.slice(0, i).map((each, j) => (each === '?' ? -1 : j)), -1);
          const isOther = last >= 0 && letters[last]?.toLowerCase() !== letter.toLowerCase();
          if (letter === '?' || !isOther) continue;
          const between = letters.slice(last + 1, i).map((_, j) => last + 1 + j);
          const unanswered = between.filter((question) => !isAnswered(question)).length;
          expect(silences.before(signOf(letter, 0).mac, i * 10)?.unanswered).toBe(unanswered);
        }
      }),
    );
  });

  it('find the one that a frame ended to the whole ms, and no other', () => {
    const silences = play('?A???B', 10.4);
    expect(silences.before(B, Math.floor(5 * 10.4))).toMatchObject({ unanswered: 2 });
    expect(silences.before(A, 5 * 10.4)).toBeNull();
    expect(silences.before(B, 5 * 10.4 - 5)).toBeNull();
  });

  it('tell announcements from a change of hands on, or from when somebody began to speak', () => {
    const macs = (silences: Silences, mac: string, atMs: number) =>
      silences.announcementsSince(mac, atMs).map((announcement) => announcement.mac);
    expect(macs(play('aA??baB'), B, 40)).toEqual([B, A]);
    // It was away for more than a second, and came back.
    expect(macs(play('b?A???????b', 200), B, 7)).toEqual([B]);
    expect(play(`b${'b'.repeat(1000)}`).announcementsSince(B, 0)).toHaveLength(16);
    expect(macs(play('?A'), B, 0)).toEqual([]);
  });

  it('know the longest time without a question, and that a link was down', () => {
    const silences = createSilences(1000);
    silences.hear(signOf('A', 0));
    for (const atMs of [100, 200, 900, 1000]) silences.ask(atMs);
    expect(silences.open(1050, 0)).toMatchObject({ unanswered: 4, unaskedMs: 700, isCut: false });
    silences.cut();
    silences.ask(1100);
    silences.hear(signOf('B', 1101));
    expect(silences.before(B, 1101)).toMatchObject({ unanswered: 0, isCut: true });
    silences.ask(1200);
    expect(silences.open(1250, 0)).toMatchObject({ unanswered: 1, isCut: false });
  });
});
