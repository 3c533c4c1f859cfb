/** `/readyz`: a sweep succeeded within two intervals. */
import { expect, test } from 'vitest';
import type { Report } from '../../../src/generated/report-types.js';
import { createReadiness } from '../../../src/serve/readiness.js';

type Swept = Pick<Report, 'outcome' | 'durationMs' | 'untested'>;

const complete: Swept = { outcome: 'complete', durationMs: 500, untested: [] };
const cut: Swept = {
  outcome: 'inconclusive',
  durationMs: 500,
  untested: [{ link: 0, targets: ['10.0.0.0/24'], reason: 'link-down' }],
};

function at(intervalMs: number) {
  const clock = { ms: 1_000_000 };
  return { clock, readiness: createReadiness(intervalMs, () => clock.ms) };
}

test('is not ready before a sweep has succeeded, and says why', () => {
  const { readiness } = at(60_000);
  expect(readiness.verdict()).toEqual({ isReady: false, why: 'Not ready: no sweep has ended yet.' });
  readiness.notSwept(new Error('There is no interface eth9.'));
  expect(readiness.verdict().why).toBe('Not ready: no sweep can be made: There is no interface eth9.');
  readiness.swept(cut);
  expect(readiness.verdict()).toEqual({
    isReady: false,
    why: 'Not ready: the latest sweep is inconclusive (link-down).',
  });
});

test('is ready for two intervals after one that succeeded, whatever becomes of those in between', () => {
  const { clock, readiness } = at(60_000);
  readiness.swept(complete);
  clock.ms += 60_000;
  readiness.swept(cut);
  clock.ms += 60_000;
  expect(readiness.verdict()).toEqual({ isReady: true, why: 'A sweep succeeded 120 s ago.' });
  clock.ms += 1;
  expect(readiness.verdict().why).toMatch(
    /^Not ready: .*link-down\); the last that succeeded ended 120 s ago\.$/,
  );
  readiness.swept(complete);
  expect(readiness.verdict().isReady).toBe(true);
});

test('waits for the next of sweeps that take longer than the interval', () => {
  const { clock, readiness } = at(1000);
  readiness.swept({ ...complete, durationMs: 65_000 });
  clock.ms += 100_000;
  expect(readiness.verdict().isReady).toBe(true);
  clock.ms += 31_000;
  expect(readiness.verdict().why).toMatch(/^Not ready: no sweep has ended since; /);
});
