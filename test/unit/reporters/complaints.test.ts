import { expect, test } from 'vitest';
import type { Look } from '../../../src/check/look.js';
import type { Finding } from '../../../src/generated/report-types.js';
import { complaintLines } from '../../../src/reporters/complaints.js';
import { conflict, example } from './example-report.js';

const look = (...findings: Finding[]): Look => ({
  report: { ...example, outcome: 'complete', findings, untested: [] },
  unjudged: { unswept: [], undecided: [] },
  doubts: [],
  isWell: false,
});

test('a complaint is one line, with the addresses that its sentence leaves out', () => {
  const ips = ['10.0.0.7', '10.0.0.8'];
  const empty = { ...conflict, message: 'None of 2 answers.', ips, macs: [] };
  expect([...complaintLines(look(conflict, empty))]).toEqual([
    `error: duplicate-address: ${conflict.message}`,
    'error: duplicate-address: None of 2 answers. (IP 10.0.0.7, 10.0.0.8)',
  ]);
});

test('what is no more than worth knowing is none', () => {
  expect([...complaintLines(look({ ...conflict, severity: 'info' }))]).toEqual([]);
});
