import { describe, expect, test } from 'vitest';
import { isFlapping, movesIn, rivalsIn, type Turn, takeTurn } from '../../../src/speakers/turns.js';

/** `A10 B20! A20.5`: A speaks at 10 s, B announces itself at 20 s, A speaks at 20.5 s. */
function turnsOf(story: string): Turn[] {
  const turns: Turn[] = [];
  for (const [, mac = '', seconds, announces] of story.matchAll(/([A-Z])([\d.]+)(!?)/g)) {
    takeTurn(turns, mac, announces ? 'announcement' : 'request', Number(seconds) * 1000);
  }
  return turns;
}

const inShort = (turns: readonly Turn[]) => turns.map(({ mac }) => mac).join('');
const later = Number.POSITIVE_INFINITY;

describe('turns', () => {
  test.each([
    ['A1 A2! A3', 'A', 'one alone'],
    ['A1 B2 A3 C4', 'ABAC', 'each change'],
    ['A1 B2! A2.5 B3', 'AB', 'the last words of the one that leaves are none'],
    ['A1 B2 A2.1 B2.2! B3', 'ABAB', 'but before the announcement, they are'],
    ['A1 B2! A3.5 B4', 'ABAB', 'nor are words a second later the last'],
    ['A1 B2! A2.5!', 'ABA', 'nor those that announce'],
  ])('%s: %s (%s)', (story, expected) => {
    expect(inShort(turnsOf(story))).toBe(expected);
  });

  test('that are long past are forgotten', () => {
    const story = Array.from({ length: 40 }, (_, i) => `${i % 2 ? 'A' : 'B'}${i}`).join(' ');
    expect(turnsOf(story)).toHaveLength(16);
  });
});

describe('rivals', () => {
  test.each([
    ['A1 B2 A3', 'A,B', 'one comes back unannounced'],
    ['A1 B2! A4', 'A,B', 'even where the other announced itself'],
    ['A1 B2 C3 A4', 'A,B,C', 'all between'],
    ['A1 B2 A50', 'A,B', 'within a minute'],
    ['A1 B2', '', 'a hand-over'],
    ['A1 B2! A3! A9', '', 'taken back by announcement'],
    ['A1 B2! A3! B3.5! A60!', '', 'fought for by announcement'],
    ['A1 B2! A2.3 B9', '', 'last words'],
    ['A1 B2 A90', '', 'back after more than a minute'],
    ['A1 B30 A61.5', '', 'of absence'],
  ])('%s: "%s" (%s)', (story, expected) => {
    expect([...rivalsIn(turnsOf(story), later)].sort().join()).toBe(expected);
  });

  test('are not called so before the one that came back had time to announce itself', () => {
    const turns = turnsOf('A1 B2 A3');
    expect([...rivalsIn(turns, 3500)]).toEqual([]);
    expect([...rivalsIn(turns, 4001)]).toEqual(['A', 'B']);
  });
});

describe('flapping', () => {
  test.each([
    ['A1! B10! A20! B30!', true, 'three changes with a return within a minute'],
    ['A1 B2 A3', false, 'two changes'],
    ['A1! B10! A20! B75!', false, 'in more than a minute'],
    ['A1! B10! C20! D30!', false, 'without a return'],
    ['A1! B100! A110! C120! B130!', true, 'at any time'],
  ])('%s: %s (%s)', (story, expected) => {
    expect(isFlapping(turnsOf(story))).toBe(expected);
  });
});

test('moves have the time of the last word of the one and of the first of the other', () => {
  expect(movesIn(turnsOf('A1 A5 B9! A9.5 B12'))).toEqual([
    { from: 'A', lastAtMs: 9500, to: 'B', firstAtMs: 9000 },
  ]);
});
