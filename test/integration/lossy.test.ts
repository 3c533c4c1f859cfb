/**
 * Whatever the wire does, everybody who answers is found, and the report says how much was lost and how sure it is.
 * The truth is the lab's: whom it made answer, and what its kernels counted as dropped.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Report } from '../../src/generated/report-types.js';
import { sweep } from '../../src/index.js';
import { createLab, type Host, type Lab } from '../../src/lab/lab.js';
import { type SparseOptions, type SparsePair, sparsePair } from '../../src/lab/sparse-pair.js';
import { expectSound, respondersByIp } from '../support/sound-report.js';

let lab: Lab;
beforeEach(async () => {
  lab = await createLab();
});
afterEach(() => lab.remove());

const LIVE = 301;
/** A sweep may end when it expects to have missed 0.01 host or more: one run in a hundred misses one, not two in a row. */
const RETRY = { retry: 1 };
/** Far more than a recovery needs: who takes longer does not end. */
const LIMIT_MS = 40_000;

const kinds = ({ findings }: Report) => findings.map(({ kind }) => kind);

/** Sweeps with nothing but the rate set, and asserts what holds on every wire. */
async function recover({ range, live, host }: SparsePair): Promise<Report> {
  const report = await sweep(range, {
    links: ['eth0'],
    rate: 'auto:max',
    signal: AbortSignal.timeout(LIMIT_MS),
  }).report();

  expectSound(report);
  expect(report.outcome).toBe('complete');
  expect(report.counts.untested).toBe(0);
  expect(respondersByIp(report)).toEqual(Object.fromEntries(live.map((ip) => [ip, [host.mac]])));
  return report;
}

/** Builds a sparse range behind a wire and recovers it. */
async function recoverBehind(wire: (host: Host) => Promise<unknown>, options: SparseOptions = {}) {
  const pair = await sparsePair(lab, 'eth0', options);
  await wire(pair.host);
  const report = await recover(pair);
  return { report, dropped: await pair.host.droppedFrames() };
}

/**
 * Asserts that the sweep ended because it was sure enough: what it expects to have missed is below 0.01 host, or below
 * what another pass costs at 30 s a host. No pass takes as long as the whole sweep.
 */
function expectSure({ statistics, durationMs }: Report): void {
  expect(statistics.expectedMissedAtLeast).toBeLessThan(Math.max(0.01, durationMs / 1000 / 30));
}

/** The facts of the one finding, which says what the wire loses. */
function evidenceOfLoss(report: Report): Record<string, unknown> {
  expect(kinds(report)).toEqual(['loss']);
  return report.findings[0]?.evidence ?? {};
}

describe('a wire that loses nothing', () => {
  test('is not blamed', async () => {
    const { report } = await recoverBehind(async () => {});
    expect(report.statistics.lossEstimate).toBeLessThan(0.01);
    expectSure(report);
    expect(report.findings).toEqual([]);
  });

  test('is not blamed where some hosts answer late', async () => {
    const pair = await sparsePair(lab, 'eth0');
    await pair.host.answerLate(
      pair.live.filter((_, i) => i % 20 === 10),
      300,
    );
    const report = await recover(pair);
    expect(report.statistics.lossEstimate).toBeLessThan(0.01);
    expectSure(report);
    expect(kinds(report)).not.toContain('loss');
  });

  // What a host does not answer within its second cannot be told from loss: neither estimate nor finding is asserted.
  test('is swept to its end where hosts answer at most once a second', async () => {
    await recoverBehind((host) => host.answerAtMost(1), { prefixLength: 20, live: 15 });
  });

  test('with three live hosts gives an estimate that is sure, or none', async () => {
    const { report } = await recoverBehind(async () => {}, { live: 3 });
    if (report.statistics.expectedMissedAtLeast !== null) expectSure(report);
    expect(report.findings).toEqual([]);
  });

  test('with nobody on it gives no estimate', async () => {
    const { report } = await recoverBehind(async () => {}, { prefixLength: 20, live: 0 });
    expect(report.statistics).toMatchObject({ lossEstimate: null, expectedMissedAtLeast: null });
    expect(report.findings).toEqual([]);
  });
});

describe('a wire that loses at random', RETRY, () => {
  test.each<[string, number, (host: Host) => Promise<unknown>]>([
    ['10 % of the requests', 0.1, (host) => host.dropShare(10)],
    ['30 % of the requests', 0.3, (host) => host.dropShare(30)],
    ['50 % of the requests', 0.5, (host) => host.dropShare(50)],
    ['30 % of the replies', 0.3, (host) => host.dropReplies(30)],
    ['10 % at either end', 0.19, (host) => Promise.all([host.dropShare(10), host.dropReplies(10)])],
  ])('%s is measured and made up for', async (_, share, wire) => {
    const { report } = await recoverBehind(wire);
    expectSure(report);
    const { pilots, limit } = evidenceOfLoss(report);
    // No rate makes it better, so that none is given up.
    expect(limit).toBeNull();
    // Everybody who answers is asked again, and five standard deviations fail one run in a million.
    expect(pilots).toBeGreaterThanOrEqual(LIVE);
    const error = Math.abs((report.statistics.lossEstimate ?? Number.NaN) - share);
    expect(error).toBeLessThan(5 * Math.sqrt((share * (1 - share)) / Number(pilots)));
  });
});

// The smaller ranges keep the slow wires within seconds.
describe('a wire that loses above a rate', RETRY, () => {
  test.each<[number, SparseOptions]>([
    [20_000, {}],
    [2000, { prefixLength: 18, live: 151 }],
  ])('of %i/s hides nobody, and the rate is told', async (rate, range) => {
    const { report } = await recoverBehind((host) => host.police(rate), range);
    expectSure(report);
    const { limit } = evidenceOfLoss(report);
    expect(limit).toBeGreaterThan(rate / 2);
    expect(limit).toBeLessThan(rate * 2);
  });

  test.each([
    [400, 200],
    [2000, 1000],
  ])('of %i in %i ms hides nobody', async (frames, windowMs) => {
    const range = { prefixLength: 20, live: 151 };
    const { report } = await recoverBehind((host) => host.stormControl(frames, windowMs), range);
    expectSure(report);
    evidenceOfLoss(report);
  });
});

describe('a wire that loses everything for a while', RETRY, () => {
  // This seed brings the first burst early.
  test.each([
    [5, 100],
    [50, 500],
  ])('of %i ms, once in %i ms, hides nobody', async (lastMs, everyMs) => {
    const { report, dropped } = await recoverBehind((host) => host.lossBursts(everyMs, lastMs, 2));
    expect(dropped).toBeGreaterThan(0);
    expectSure(report);
    // Whether a burst meets enough questions to known hosts to be told is chance; nothing else is to blame.
    expect(kinds(report).filter((kind) => kind !== 'loss')).toEqual([]);
  });
});
