import { describe, expect, test } from 'vitest';
import type { WatchEvent } from '../../../../src/generated/watch-event-types.js';
import { createLedger } from '../../../../src/watch/ledger/ledger.js';
import type { Ledger, LedgerRules } from '../../../../src/watch/ledger/ledger-api.js';
import type { Asked, Spoken } from '../../../../src/watch/observation.js';

const link = 'eth0';
const ip = 0x0a_00_00_05;
const [A, B, C] = ['02:00:00:00:00:0a', '02:00:00:00:00:0b', '02:00:00:00:00:0c'] as const;
const macs: Readonly<Record<string, string>> = { A, B, C, V: '00:00:5e:00:01:07' };

const seconds = (s: number): number => 1_800_000_000_000 + s * 1000;

/** `A1` A replies at 1 s, `A1!` it announces itself, `A1?` it asks for others. */
function said(word: string): Spoken {
  const [, who = '', at, mark] = /^([A-Z])([\d.]+)([!?]?)$/.exec(word) ?? [];
  const kind = mark === '!' ? 'announcement' : mark === '?' ? 'request' : 'reply';
  const operation = kind === 'reply' ? 'reply' : 'request';
  return { link, ip, mac: macs[who] ?? '', kind, operation, atMs: seconds(Number(at)) };
}

interface Outcome extends Partial<Pick<Asked, 'requests' | 'loss' | 'contested'>> {
  readonly who: string;
  readonly from: number;
  readonly until: number;
}

function asked({ who, from, until, requests = 6, ...more }: Outcome): Asked {
  const found = [...who].map((each) => macs[each] ?? '');
  const unanswered = found.length === 0 ? requests : 0;
  return {
    link,
    ip,
    macs: found,
    requests,
    unanswered,
    fromMs: seconds(from),
    untilMs: seconds(until),
    ...more,
  };
}

/** What is told by a story of words, outcomes of asking and, as numbers, the passing of time. */
function story(ledger: Ledger, ...steps: (string | Outcome | number)[]): WatchEvent[] {
  return steps.flatMap((step) => {
    if (typeof step === 'number') return ledger.tick(seconds(step));
    if (typeof step !== 'string') return ledger.asked(asked(step));
    return step.split(' ').flatMap((word) => ledger.spoken(said(word)));
  });
}

const ledger = (rules: Partial<LedgerRules> = {}): Ledger => createLedger([], rules);
/** One whom A holds, as was known from the beginning. */
const heldByA = (rules: Partial<LedgerRules> = {}): Ledger => {
  const made = ledger({ ...rules, askedBefore: () => 'never' });
  expect(story(made, 'A1')).toEqual([]);
  return made;
};
const inShort = (events: readonly WatchEvent[]) =>
  events.map(({ type, macs: now }) => [type, ...now.map((mac) => mac.at(-1))].join(' '));

describe('an address', () => {
  test('that is spoken for first is new, unless it was never asked for', () => {
    expect(inShort(story(ledger(), 'A1'))).toEqual(['new a']);
    expect(story(ledger({ askedBefore: () => 'never' }), 'A1')).toEqual([]);
    const [event] = story(ledger({ askedBefore: () => 'away' }), 'A1');
    expect(event).toMatchObject({ type: 'new', whileAway: true, previous: null, gapMs: null });
  });

  test('is gone once it was asked for often enough since it was last heard', () => {
    const made = heldByA();
    expect(story(made, { who: '', from: 10, until: 12, requests: 4 })).toEqual([]);
    expect(made.takeDoubts()).toEqual([{ link, ip }]);
    const [event] = story(made, { who: '', from: 10, until: 14 });
    expect(event).toMatchObject({
      type: 'gone',
      macs: [],
      previous: { macs: [A], lastAt: new Date(seconds(1)).toISOString() },
      gapMs: null,
    });
    expect(story(made, { who: '', from: 20, until: 24 })).toEqual([]);
  });

  test.each([
    ['it speaks meanwhile', {}, 'A11?'],
    ['so much is lost that it may have answered', { loss: 0.5, requests: 9 }, ''],
    ['everything is lost', { loss: 1, requests: 60 }, ''],
  ])('is not gone where %s', (_, more, word) => {
    const made = heldByA();
    if (word) story(made, word);
    expect(story(made, { who: '', from: 10, until: 14, ...more })).toEqual([]);
  });

  test('comes back to whom it was with, or to another, with the gap between', () => {
    for (const [word, type, gapMs] of [
      ['A30.25', 'back', 29_250],
      ['B30.25', 'moved', 29_250],
      ['B30.25!', 'moved', 29_250],
    ] as const) {
      const made = heldByA();
      const [gone, then, ...more] = story(made, { who: '', from: 10, until: 14 }, word, {
        who: word.slice(0, 1),
        from: 31,
        until: 33,
      });
      expect(gone?.type).toBe('gone');
      expect(then).toMatchObject({ type, gapMs, previous: { macs: [A] } });
      expect(more).toEqual([]);
    }
  });

  test('of one that speaks and never answers does not come and go', () => {
    const made = ledger();
    const silence = (from: number) => ({ who: '', from, until: from + 3 });
    expect(inShort(story(made, 'A1?', silence(2), 'A20?', silence(21), 'A40?'))).toEqual([
      'new a',
      'gone',
      'back a',
    ]);
    expect(made.unheard(link, seconds(100))).toEqual([]);
    // Once it has answered, its silence means something again.
    expect(inShort(story(made, 'A110', silence(120)))).toEqual(['gone']);
  });
});

describe('somebody else who speaks for it', () => {
  test.each(['B10', 'B10!', 'B10?'])('has it (%s) once the one before does not answer any more', (word) => {
    const made = heldByA();
    expect(story(made, 'A9.5', word)).toEqual([]);
    expect(made.takeDoubts()).toEqual([{ link, ip }]);
    const [moved, ...more] = story(made, { who: 'B', from: 11, until: 14 });
    expect(moved).toMatchObject({
      type: 'moved',
      macs: [B],
      gapMs: 500,
      at: new Date(seconds(10)).toISOString(),
    });
    expect(more).toEqual([]);
    expect(story(made, { who: 'B', from: 21, until: 24 }, 'B30', 500)).toEqual([]);
  });

  test('has it beside the one who answers the same request', () => {
    const made = heldByA();
    const both = { who: 'AB', contested: 'same-request' } as const;
    expect(inShort(story(made, 'B10', { ...both, from: 11, until: 12, requests: 2 }))).toEqual([
      'conflict-begins a b',
    ]);
    expect(story(made, 'A20 B20 A80 B80', { ...both, from: 79, until: 81 }, 200)).toEqual([]);
    expect(inShort(story(made, 'B300', { who: 'B', from: 299, until: 303 }))).toEqual(['conflict-ends b']);
  });

  test('who answers in turn with it, announced, is taking it over', () => {
    const made = heldByA();
    const turn = { who: 'AB', contested: 'alternating', from: 9, until: 12 } as const;
    expect(story(made, 'A9.5 B10!', turn)).toEqual([]);
    expect(inShort(story(made, { who: 'B', from: 12, until: 14 }))).toEqual(['moved b']);
  });

  test('in vain is none', () => {
    const made = heldByA();
    expect(story(made, 'B10!', { who: 'A', from: 11, until: 14 }, 'A70', 500)).toEqual([]);
    expect(made.addresses()).toMatchObject([{ state: 'up', holders: [{ mac: A }] }]);
  });

  test('again and again, without an answer, has it beside the one who answers', () => {
    const made = heldByA();
    const answer = (from: number) => ({ who: 'A', from, until: from + 3 });
    const events = story(made, 'B10?', answer(11), 'B20?', answer(21), 'B30?', answer(31));
    expect(inShort(events)).toEqual(['conflict-begins a b']);
    expect(inShort(story(made, 'A95', { who: 'A', from: 95, until: 98 }))).toEqual(['conflict-ends a']);
  });

  test('is overtaken where its words are older than what is known', () => {
    const made = heldByA();
    story(made, 'A9', 'B10!', { who: 'B', from: 11, until: 14 });
    expect(story(made, 'A9.9')).toEqual([]);
    expect(made.takeDoubts()).toEqual([]);
  });

  test('may have it beside the other where that is meant', () => {
    const made = heldByA({ mayShare: () => true });
    expect(story(made, 'B10', { who: 'AB', contested: 'same-request', from: 11, until: 14 })).toEqual([]);
    expect(story(made, { who: 'B', from: 21, until: 24 })).toEqual([]);
    expect(made.addresses()).toMatchObject([{ state: 'up', holders: [{ mac: B }] }]);
  });

  test('where nobody asks is believed once the one before has been quiet', () => {
    const made = heldByA({ settleMs: 5000 });
    expect(story(made, 'B10', 14)).toEqual([]);
    expect(inShort(story(made, 15.5))).toEqual(['moved b']);
  });
});

describe('two who take it from each other', () => {
  test('make it flap at the third change, until it has rested for a minute', () => {
    const made = heldByA();
    const events = story(
      made,
      'B10!',
      { who: 'B', from: 11, until: 14 },
      'A20!',
      { who: 'A', from: 21, until: 24 },
      'B30!',
      { who: 'B', from: 31, until: 34 },
      'A40!',
      60,
      99,
    );
    expect(inShort(events)).toEqual(['moved b', 'moved a', 'flapping-begins b']);
    expect(inShort(story(made, 'A100', 101))).toEqual(['flapping-ends a']);
    expect(story(made, 'A110', { who: 'A', from: 109, until: 112 }, 300)).toEqual([]);
  });
});

describe('what was known before', () => {
  const known = () => {
    const before = heldByA();
    return createLedger(before.addresses());
  };
  test('is kept, and not told again', () => {
    const made = known();
    expect(story(made, 'A100', { who: 'A', from: 99, until: 102 })).toEqual([]);
    expect(made.addresses()).toEqual([
      {
        link,
        ip: '10.0.0.5',
        state: 'up',
        since: new Date(seconds(1)).toISOString(),
        holders: [
          {
            mac: A,
            firstAt: new Date(seconds(1)).toISOString(),
            lastAt: new Date(seconds(100)).toISOString(),
          },
        ],
      },
    ]);
  });
  test('and has changed, has done so while nobody watched', () => {
    const gone = story(known(), { who: '', from: 100, until: 103 });
    expect(gone).toMatchObject([{ type: 'gone', whileAway: true }]);
    const made = known();
    expect(story(made, 'B100', { who: 'B', from: 101, until: 104 })).toMatchObject([
      { type: 'moved', whileAway: true, gapMs: 99_000 },
    ]);
    expect(story(made, { who: '', from: 201, until: 204 })).toMatchObject([
      { type: 'gone', whileAway: false },
    ]);
  });
});

test('a flood of invented addresses and MACs meets a bound', () => {
  const made = ledger();
  for (let i = 0; i < 300; i++) {
    const mac = `02:00:00:00:01:${i.toString(16).padStart(2, '0')}`;
    made.spoken({ link, ip, mac, kind: 'reply', operation: 'reply', atMs: seconds(i) });
  }
  for (let i = 0; i < 2 ** 18 + 5; i++) {
    made.spoken({ link, ip: 1000 + i, mac: A, kind: 'reply', operation: 'reply', atMs: seconds(1) });
  }
  expect(made.count()).toBe(2 ** 18);
  expect(made.leftOut).toBe(6);
});
