/** What a person sees of a long sweep that is under way, on a terminal that is not ours. */
import { describe, expect, test } from 'vitest';
import { progressLine } from '../../../src/cli/progress-line.js';
import { liveTable } from '../../../src/reporters/live-table.js';
import type { Progress } from '../../../src/sweep/sweep-api.js';
import { createScreen } from '../../support/screen.js';
import { heard } from '../reporters/example-report.js';

const underWay: Progress = {
  phase: 'sweep',
  pass: 1,
  targets: 65_536,
  answered: 3,
  responders: 3,
  transmitted: 3000,
  rate: 1000,
  elapsedMs: 3000,
  remainingMs: null,
};
const PROGRESS = 'pass 1, 1,000/s, 3 answered';
const HEADING = 'IP        MAC                RTT ms  Vendor';

const lineOf = (i: number) => `10.0.0.${i}  00:00:00:00:00:0${i}   0.695`;

/** A sweep at a terminal where a command was typed. */
function start(columns: number, rows: number) {
  const screen = createScreen(columns, rows);
  screen.write('$ arpsweep\n');
  const live = liveTable(false);
  const progress = progressLine(screen, live);
  const hear = (...which: number[]) => {
    for (const i of which) live.heard(heard(`10.0.0.${i}`, `00:00:00:00:00:0${i}`));
  };
  const draw = (change: Partial<Progress> = {}) => progress.draw({ ...underWay, ...change });
  return { screen, live, progress, hear, draw };
}

describe('the live table', () => {
  test('stands above the progress line, the latest last, and goes without a trace', async () => {
    const { screen, hear, draw, progress } = start(80, 24);
    hear(1, 2);
    draw();
    expect(await screen.lines()).toEqual(['$ arpsweep', HEADING, lineOf(1), lineOf(2), PROGRESS]);
    hear(3);
    draw();
    draw({ pass: 2 });
    const second = PROGRESS.replace('pass 1', 'pass 2');
    expect(await screen.lines()).toEqual(['$ arpsweep', HEADING, lineOf(1), lineOf(2), lineOf(3), second]);
    progress.clear();
    expect(await screen.lines()).toEqual(['$ arpsweep']);
  });

  test('comes only once a sweep takes its time, and only where somebody answers', async () => {
    const { screen, hear, draw } = start(80, 24);
    draw();
    expect(await screen.lines()).toEqual(['$ arpsweep', PROGRESS]);
    hear(1);
    draw({ elapsedMs: 1999 });
    expect(await screen.lines()).toEqual(['$ arpsweep', PROGRESS]);
    draw({ elapsedMs: 2000 });
    expect(await screen.lines()).toContain(lineOf(1));
  });

  test.each([
    [8, [HEADING, '… 5 earlier responders', lineOf(6), lineOf(7), lineOf(8), lineOf(9), PROGRESS]],
    [5, [HEADING, '… 8 earlier responders', lineOf(9), PROGRESS]],
    [4, [HEADING, lineOf(9), PROGRESS]],
    [3, [PROGRESS]],
    [1, [PROGRESS]],
  ])('fits a terminal of %i rows, and scrolls nothing out of it', async (rows, lines) => {
    const { screen, hear, draw } = start(80, rows);
    for (let i = 1; i < 10; i++) {
      hear(i);
      draw();
    }
    expect((await screen.lines()).slice(-lines.length)).toEqual(lines);
    // A terminal of one row has lost the command line to the progress.
    expect(await screen.scrolledOut()).toEqual(rows === 1 ? ['$ arpsweep'] : []);
  });

  test('follows the terminal that is made narrower, lower and larger again', async () => {
    const { screen, hear, draw, progress } = start(80, 24);
    hear(1, 2, 3, 4, 5);
    draw();
    await screen.resize(30, 24);
    draw();
    expect(await screen.lines()).toEqual([
      '$ arpsweep',
      ...[HEADING, lineOf(1), lineOf(2), lineOf(3), lineOf(4), lineOf(5)].map((line) => cutTo(line, 29)),
      PROGRESS,
    ]);
    await screen.resize(80, 6);
    draw();
    expect((await screen.lines()).slice(-4)).toEqual(
      [HEADING, '… 3 earlier responders', lineOf(4), lineOf(5)].slice(-3).concat(PROGRESS),
    );
    await screen.resize(80, 24);
    progress.clear();
    expect(await screen.lines()).not.toContain(PROGRESS);
  });

  test('takes one row for a line, however wide its characters are', async () => {
    const { screen, live, draw, progress } = start(60, 24);
    live.heard(heard('10.0.0.1', '00:00:00:00:00:01', { name: '機械'.repeat(12) }));
    live.heard(heard('10.0.0.2', '00:00:00:00:00:02'));
    draw();
    draw();
    expect(await screen.lines()).toHaveLength(5);
    progress.clear();
    expect(await screen.lines()).toEqual(['$ arpsweep']);
  });

  test('names the links once there are several', async () => {
    const { screen, live, draw } = start(80, 24);
    live.heard(heard('10.0.0.1', '00:00:00:00:00:01'));
    live.heard(heard('10.1.0.1', '00:00:00:00:00:02', { link: 1, interface: 'eth1', vlan: 7 }));
    draw();
    expect((await screen.lines()).slice(1, 4)).toEqual([
      'IP        MAC                RTT ms  Link    Vendor',
      '10.0.0.1  00:00:00:00:00:01   0.695  eth0',
      '10.1.0.1  00:00:00:00:00:02   0.695  eth1@7',
    ]);
  });

  test('keeps no more than it can show of a million', () => {
    const table = liveTable(false);
    for (let i = 0; i < 1_000_000; i++) table.heard(heard('10.0.0.1', '00:00:00:00:00:01'));
    const lines = table.lines(10_000, 80);
    expect(lines).toHaveLength(501);
    expect(lines[1]).toBe('… 999,501 earlier responders');
  });
});

function cutTo(line: string, width: number): string {
  return line.length <= width ? line : `${line.slice(0, width - 1)}…`;
}
