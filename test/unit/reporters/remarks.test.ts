import { describe, expect, test } from 'vitest';
import type { Report, Statistics } from '../../../src/generated/report-types.js';
import { neighbourLines, remarkLines, statisticsLines, summaryLine } from '../../../src/reporters/remarks.js';
import { example } from './example-report.js';

function report(statistics: Partial<Statistics>, rest: Partial<Report> = {}): Report {
  return { ...example, findings: [], statistics: { ...example.statistics, ...statistics }, ...rest };
}

const untold = { lossEstimate: null, expectedMissedAtLeast: null };
const lossy = { lossEstimate: 0.102, expectedMissedAtLeast: 1.26 };
const start = '256 addresses: 2 answered, 1 of this machine, 253 silent; 519 frames in 612 ms';

describe('the summary', () => {
  test.each([
    [
      { lossEstimate: 0, expectedMissedAtLeast: 0 },
      '0.0 % of the questions lost, no host expected to be missed',
    ],
    [
      { lossEstimate: 0.5, expectedMissedAtLeast: 0.049 },
      '50.0 % of the questions lost, no host expected to be missed',
    ],
    [lossy, '10.2 % of the questions lost, at least 1.3 hosts expected to be missed'],
    [{ ...untold, passes: 4 }, 'too few answered to tell how many questions were lost'],
    [{ ...untold, passes: 1 }, 'asked only once, so a lost question looks like silence'],
  ])('says of %j: %s', (statistics, words) => {
    expect(summaryLine(report(statistics))).toBe(`${start}; ${words}`);
  });

  test('of a sweep that was interrupted says what is known, and of which addresses', () => {
    const counts = { targets: 256, answered: 2, self: 1, silent: 125, untested: 128 };
    const interrupted = { outcome: 'interrupted', counts } as const;
    const cost =
      'Interrupted. 256 addresses: 2 answered, 1 of this machine, 125 silent, 128 untested; 519 frames in 612 ms';
    expect(summaryLine(report(lossy, interrupted))).toBe(
      `${cost}; 10.2 % of the questions lost, at least 1.3 hosts expected to be missed among the addresses asked`,
    );
    expect(summaryLine(report({ ...untold, passes: 1 }, interrupted))).toBe(
      `${cost}; asked only once, so a lost question looks like silence`,
    );
  });

  test('of a sweep that had no time to ask says nothing of loss', () => {
    const counts = { targets: 256, answered: 0, self: 1, silent: 0, untested: 255 };
    const nothing = { ...untold, passes: 0, transmitted: 0 };
    expect(summaryLine(report(nothing, { outcome: 'interrupted', counts, durationMs: 1 }))).toBe(
      'Interrupted. 256 addresses: 0 answered, 1 of this machine, 0 silent, 255 untested; 0 frames in 1 ms',
    );
  });

  test('of a sweep in which every address answered does not lament that nothing can be told', () => {
    const counts = { targets: 1, answered: 1, self: 0, silent: 0, untested: 0 };
    expect(summaryLine(report(untold, { counts }))).toBe(
      '1 address: 1 answered, 0 silent; 519 frames in 612 ms',
    );
  });

  test('of a sweep of our own address alone does not speak of silence', () => {
    const counts = { targets: 1, answered: 0, self: 1, silent: 0, untested: 0 };
    expect(summaryLine(report({ ...untold, passes: 1 }, { counts }))).toBe(
      '1 address: 0 answered, 1 of this machine, 0 silent; 519 frames in 612 ms',
    );
  });
});

describe('what the kernel dropped', () => {
  const dropped = 'warning: the kernel dropped 1,200 frames before they could be read';
  test.each([
    ['complete', `${dropped}; what may have been lost was asked again`],
    ['inconclusive', dropped],
    ['interrupted', dropped],
  ] as const)('is, of a sweep that was %s: %s', (outcome, line) => {
    expect([...remarkLines(report({ kernelDrops: 1200 }, { outcome }), false)]).toEqual([line]);
  });
});

test('frames that never left are told where no address is untested for it', () => {
  const statistics = { queued: 513, transmitted: 500 };
  const inconclusive = report(statistics, { outcome: 'inconclusive' });
  expect([...remarkLines(inconclusive, false)]).toEqual([
    'warning: 13 of 513 frames never left, and it is not known whose they were',
  ]);
  // Asked again, with success.
  expect([...remarkLines(report(statistics, { outcome: 'complete' }), false)]).toEqual([]);
  // Not seen leaving, because the kernel dropped what showed it.
  const dropped = report({ ...statistics, kernelDrops: 13 }, { outcome: 'inconclusive' });
  expect([...remarkLines(dropped, false)]).not.toContainEqual(expect.stringContaining('never left'));
});

test('the statistics of a link end with its own estimates', () => {
  const [link] = example.links;
  if (!link) throw new Error('the example has a link');
  const links = [
    { ...link, statistics: { ...link.statistics, ...lossy } },
    { ...link, interface: 'eth1', statistics: { ...link.statistics, ...untold } },
  ];
  expect([...statisticsLines({ ...example, links })].filter((line) => line.startsWith('  missed'))).toEqual([
    '  missed    10.2 % of the questions lost, at least 1.3 hosts expected to be missed',
    '  missed    too few answered to tell how many questions were lost',
  ]);
});

test('of the changed neighbours those are told whose MAC is another', () => {
  const [link] = example.links;
  if (!link) throw new Error('the example has a link');
  const entry = (mac: string | null) => ({ mac, state: 'STALE' });
  const changedNeighbours = [
    { ip: '10.0.0.5', before: entry('02:00:00:00:00:05'), after: entry('02:00:00:00:00:06') },
    { ip: '10.0.0.6', before: entry(null), after: entry('02:00:00:00:00:06') },
    { ip: '10.0.0.7', before: null, after: entry('02:00:00:00:00:06') },
    { ip: '10.0.0.8', before: entry('02:00:00:00:00:06'), after: entry('02:00:00:00:00:06') },
  ];
  expect([...neighbourLines({ ...example, links: [{ ...link, changedNeighbours }] })]).toEqual([
    'eth0: the answers changed where this machine sends for 10.0.0.5 from 02:00:00:00:00:05 to 02:00:00:00:00:06',
  ]);
  expect([...neighbourLines(example)]).toEqual([]);
});
