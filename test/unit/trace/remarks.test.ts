import { expect, it } from 'vitest';
import type { Report } from '../../../src/generated/report-types.js';
import type { Station } from '../../../src/trace/causes.js';
import { traceRemarks } from '../../../src/trace/remarks.js';
import { conflict, example } from '../reporters/example-report.js';

function remarks(more: Partial<Report>, lostHere = 0): string[] {
  const report: Report = { ...example, outcome: 'complete', findings: [], untested: [], ...more };
  const asker = { label: 'eth0' } as Station;
  return [...traceRemarks({ report, lostHere, asker }, false)];
}

it('says nothing beside a trace without fault', () => {
  expect(remarks({})).toEqual([]);
  expect(remarks({ outcome: 'interrupted' })).toEqual([]);
});

it('says what else was found, and what could not be read', () => {
  expect(remarks({ findings: [conflict] }, 2)).toEqual([
    `error: duplicate-address: ${conflict.message}`,
    'warning: 2 frames came faster than they could be read here',
  ]);
});

it('says that the asking was cut short, though its target had answered by then', () => {
  expect(remarks({ outcome: 'failed' })).toEqual([
    expect.stringMatching(/^inconclusive: asking on eth0 did not come to its end/),
  ]);
  const untested = [{ link: 0, targets: ['10.0.0.9'], reason: 'link-down' }];
  expect(remarks({ outcome: 'failed', untested })).toEqual([
    'untested: 10.0.0.9 on eth0 (link-down: the link was down)',
  ]);
});
