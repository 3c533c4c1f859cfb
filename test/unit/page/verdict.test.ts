import { expect, test } from 'vitest';
import { problemsOf } from '../../../page/conflicts.js';
import { applySweep, modelOf } from '../../../page/model.js';
import { ago, duration } from '../../../page/times.js';
import { type Knowledge, verdictOf } from '../../../page/verdict.js';
import { watchedAddress, watchedFinding, watchState } from '../../support/status-server.js';

function said(state: Parameters<typeof watchState>[0], known: Partial<Knowledge> = {}): string {
  const model = modelOf(watchState(state));
  const knowledge = {
    model,
    connection: { kind: 'live' },
    readiness: null,
    nowMs: Date.now(),
    ...known,
  } as const;
  const { level, headline } = verdictOf(knowledge, problemsOf(model));
  return `${level}: ${headline}`;
}

const addresses = [watchedAddress('10.34.11.1'), watchedAddress('10.34.11.2', { state: 'gone' })];
const conflict = watchedAddress('10.34.11.3', { state: 'conflict' });
const unready = { ready: false, why: 'Not ready.' };
const note = watchedFinding({ severity: 'info' });

test('the verdict tells what is wrong, what is doubtful and what is merely old apart', () => {
  expect(said({ addresses })).toBe('well: All well: 1 of 256 addresses answer');
  expect(said({ addresses, findings: [note] })).toBe('well: All well: 1 of 256 addresses answer');
  expect(said({ findings: [watchedFinding({})] })).toBe('warning: 1 finding');
  expect(said({ addresses: [conflict], findings: [watchedFinding({})] })).toBe(
    'error: 1 conflict, 1 finding',
  );
  expect(said({ addresses, up: false })).toBe('stale: eth0 is down');
  expect(said({ sweptSeconds: null })).toBe('unknown: Waiting for the first sweep');
  expect(said({ sweptSeconds: null, addresses: [conflict] })).toBe('error: 1 conflict');
  expect(said({ addresses }, { readiness: unready })).toBe('stale: No good sweep of late');
  // What is wrong stays in sight.
  expect(said({ addresses: [conflict] }, { readiness: unready })).toBe('error: 1 conflict');
  const lost = { kind: 'lost', sinceMs: Date.now(), retryAtMs: null, why: '' } as const;
  expect(said({ addresses: [conflict] }, { connection: lost })).toBe('stale: Connection lost');
  expect(said({ addresses }, { model: null })).toBe('unknown: Loading');
});

test('one link that is down does not hide the others', () => {
  const links = ['eth0', 'eth1'].map((link) => ({
    link,
    up: link === 'eth0',
    targets: [],
    sweptAt: new Date().toISOString(),
  }));
  expect(said({ links, addresses: [conflict] })).toBe('error: eth1 is down, 1 conflict');
});

test('nothing is called well by a sweep that did not ask all', () => {
  const model = modelOf(watchState({ addresses }));
  const startedAt = new Date().toISOString();
  applySweep(model, { outcome: 'inconclusive', startedAt, durationMs: 1, counts: { untested: 1 } });
  const knowledge = { model, connection: { kind: 'live' }, readiness: null, nowMs: Date.now() } as const;
  const { level, details } = verdictOf(knowledge, problemsOf(model));
  expect(level).toBe('warning');
  expect(details).toContain('the latest sweep is inconclusive, 1 address is untested');
});

test('ages are told in the largest unit of which there are two', () => {
  const texts = [0, 1_999, 119_000, 120_000, 7_199_000, 7_200_000, 48 * 3_600_000].map(duration);
  expect(texts).toEqual(['0 s', '1 s', '119 s', '2 min', '119 min', '2 h', '2 d']);
  expect([ago(-5), ago(900), ago(1000)]).toEqual(['now', 'now', '1 s ago']);
});
