import { expect, test } from 'vitest';
import { problemsOf } from '../../../page/conflicts.js';
import { applyEvent, applySweep, type Model, modelOf } from '../../../page/model.js';
import { change, macOf, watchedAddress, watchedFinding, watchState } from '../../support/status-server.js';

const ip = '10.34.11.5';
const addressOf = (model: Model) => model.links.get('eth0')?.addresses.get(0x0a22_0b05);

test('an address comes, moves, is fought for and goes', () => {
  const model = modelOf(watchState());
  const seen = (...[event]: Parameters<typeof change>) => {
    applyEvent(model, change({ ip, ...event }));
    const { state, holders = [] } = addressOf(model) ?? {};
    return [state, ...holders.map(({ mac }) => mac)];
  };
  expect(seen({ type: 'new', macs: [macOf(1)] })).toEqual(['up', macOf(1)]);
  expect(seen({ type: 'moved', macs: [macOf(2)] })).toEqual(['up', macOf(2)]);
  expect(seen({ type: 'conflict-begins', macs: [macOf(2), macOf(1)] })).toEqual([
    'conflict',
    macOf(2),
    macOf(1),
  ]);
  expect(seen({ type: 'conflict-ends', macs: [macOf(1)] })).toEqual(['up', macOf(1)]);
  expect(seen({ type: 'flapping-begins', macs: [macOf(2)] })).toEqual(['flapping', macOf(2)]);
  expect(seen({ type: 'flapping-ends', macs: [macOf(2)] })).toEqual(['up', macOf(2)]);
  // Who had it last stays known.
  expect(seen({ type: 'gone', macs: [] })).toEqual(['gone', macOf(2)]);
  expect(seen({ type: 'back', macs: [macOf(2)] })).toEqual(['up', macOf(2)]);
});

test('a change that the state holds already makes it no older', () => {
  const address = watchedAddress(ip, { state: 'conflict', macs: [macOf(1), macOf(2)] });
  const model = modelOf(watchState({ addresses: [address] }));
  applyEvent(model, change({ type: 'conflict-begins', ip, macs: [macOf(1), macOf(2)], at: address.since }));
  expect(addressOf(model)).toEqual(address);
});

test('a conflict is one, whether the ledger tells of it, a sweep, or both', () => {
  const macs = [macOf(1), macOf(2)];
  const finding = watchedFinding({
    kind: 'duplicate-address',
    ips: [ip, '10.34.11.9'],
    macs,
    message: 'Both have both.',
  });
  const model = modelOf(
    watchState({
      addresses: [
        watchedAddress(ip, { state: 'conflict', macs }),
        watchedAddress('10.34.11.6', { state: 'conflict', macs }),
      ],
      findings: [finding],
    }),
  );
  const conflicts = problemsOf(model).conflicts.map(({ ips, messages }) => `${ips}: ${messages}`);
  expect(conflicts.toSorted()).toEqual([
    '10.34.11.5,10.34.11.6: Both have both.',
    '10.34.11.9: Both have both.',
  ]);
  applyEvent(model, change({ type: 'conflict-ends', ip, macs: [macOf(1)] }));
  expect(
    problemsOf(model)
      .conflicts.flatMap(({ ips }) => ips)
      .toSorted(),
  ).toEqual(['10.34.11.6', '10.34.11.9']);
});

test('a sweep dates the links that are up, unless it could not be made', () => {
  const model = modelOf(watchState({ sweptSeconds: null }));
  applySweep(model, { outcome: 'not-started', startedAt: '2026-11-21T03:00:00Z', message: 'eth0 is down.' });
  expect(model.links.get('eth0')?.sweptAtMs).toBeNull();
  const startedAt = '2026-11-21T03:01:00Z';
  applySweep(model, { outcome: 'complete', startedAt, durationMs: 2000, counts: { untested: 0 } });
  expect(model.links.get('eth0')?.sweptAtMs).toBe(Date.parse(startedAt) + 2000);
});
