import { describe, expect, test } from 'vitest';
import { progressLine, progressText } from '../../../src/cli/progress-line.js';
import { rangeNotice } from '../../../src/cli/range-notice.js';
import type { Progress } from '../../../src/sweep/sweep-api.js';
import { createScreen } from '../../support/screen.js';

const underWay: Progress = {
  phase: 'sweep',
  pass: 2,
  targets: 256,
  answered: 20,
  responders: 22,
  transmitted: 300,
  rate: 998.4,
  elapsedMs: 1700,
  remainingMs: 4230,
};

function terminal(columns: number) {
  const written: string[] = [];
  return { columns, rows: 24, write: (text: string) => void written.push(text), written };
}

describe('the progress line', () => {
  test.each<[string, Partial<Progress>]>([
    ['pass 2, 28 %, 998/s, 20 answered, 4.2 s left', {}],
    ['pass 2, 998/s, 20 answered', { remainingMs: null }],
    ['asking again, 28 %, 20 answered, 4.2 s left', { phase: 'census' }],
    [
      'listening, 94 %, 20 answered, under 1 s left',
      { phase: 'cooldown', elapsedMs: 5600, remainingMs: 350 },
    ],
  ])('says %s', (text, change) => {
    expect(progressText({ ...underWay, ...change })).toBe(text);
  });

  test('fits the width that the terminal has at the moment', async () => {
    const screen = createScreen(80, 24);
    const line = progressLine(screen, null);
    line.draw(underWay);
    expect(await screen.lines()).toEqual(['pass 2, 28 %, 998/s, 20 answered, 4.2 s left']);
    await screen.resize(20, 24);
    line.draw(underWay);
    expect(await screen.lines()).toEqual(['pass 2, 28 %, 998/…']);
  });

  test('is removed once, and only where it is drawn', () => {
    const screen = terminal(80);
    const line = progressLine(screen, null);
    line.clear();
    line.draw(underWay);
    line.clear();
    line.clear();
    expect(screen.written.slice(1)).toEqual(['\r\x1b[2K']);
  });

  test('is not drawn for a sweep that has ended', () => {
    const screen = terminal(80);
    progressLine(screen, null).draw({ ...underWay, phase: 'done' });
    expect(screen.written).toEqual([]);
  });
});

describe('the notice of a large range', () => {
  test('says how long a pass takes', () => {
    expect(rangeNotice(1_048_576, 1000)).toBe('1,048,576 addresses at 1,000/s: at least 17 min a pass');
  });

  test('is not given for what is done within a minute', () => {
    expect(rangeNotice(4096, 1000)).toBeNull();
    expect(rangeNotice(2 ** 24, Number.POSITIVE_INFINITY)).toBeNull();
  });
});
