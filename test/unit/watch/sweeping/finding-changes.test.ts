import { describe, expect, test } from 'vitest';
import type { Finding } from '../../../../src/generated/report-types.js';
import type { WatchEvent } from '../../../../src/generated/watch-event-types.js';
import { createFindingChanges } from '../../../../src/watch/sweeping/finding-changes.js';

const at = '2026-11-21T20:00:00.000Z';
const found = (kind: Finding['kind'], ...ips: string[]) => ({
  link: 'eth0',
  finding: {
    kind,
    severity: 'error',
    link: 0,
    ips,
    macs: [],
    message: `${kind} of ${ips}`,
    evidence: {},
  } as Finding,
});
const inShort = (events: readonly WatchEvent[]) =>
  events.map(({ type, finding, ip }) => `${type} ${finding?.kind} ${ip}`);
const whole = () => true;

describe('findings', () => {
  test('are told as they begin and end, once', () => {
    const changes = createFindingChanges(null);
    expect(inShort(changes.note([found('missing', 'a')], whole, at))).toEqual(['finding-begins missing a']);
    expect(changes.note([found('missing', 'a')], whole, at)).toEqual([]);
    expect(changes.all()).toEqual([{ ...found('missing', 'a'), since: at }]);
    expect(inShort(changes.note([], whole, at))).toEqual(['finding-ends missing a']);
    expect(changes.all()).toEqual([]);
  });

  test('that grow or shrink are the same, and others of their kind are not', () => {
    const changes = createFindingChanges(null);
    changes.note([found('missing', 'a')], whole, at);
    expect(changes.note([found('missing', 'a', 'b')], whole, at)).toEqual([]);
    expect(inShort(changes.note([found('missing', 'b'), found('missing', 'c')], whole, at))).toEqual([
      'finding-begins missing c',
    ]);
  });

  test('do not end by a sweep that did not look everywhere', () => {
    const changes = createFindingChanges(null);
    changes.note([found('missing', 'a')], whole, at);
    expect(changes.note([], () => false, at)).toEqual([]);
    expect(changes.all()).toHaveLength(1);
  });

  test.each([
    ['answered-by-fabric', 2],
    ['loss', 6],
  ] as const)('of %s, an estimate, ends only when %d sweeps in a row have not found it', (kind, sweeps) => {
    const changes = createFindingChanges(null);
    changes.note([found(kind)], whole, at);
    for (let i = 1; i < sweeps; i++) expect(changes.note([], whole, at)).toEqual([]);
    expect(inShort(changes.note([], whole, at))).toEqual([`finding-ends ${kind} null`]);
  });

  test('is not ended by a sweep that cannot tell of its kind', () => {
    const changes = createFindingChanges(null);
    changes.note([found('loss')], whole, at);
    for (let i = 0; i < 20; i++) expect(changes.note([], (_, kind) => kind !== 'loss', at)).toEqual([]);
  });

  test('of conflicts are left to who has the address', () => {
    expect(createFindingChanges(null).note([found('duplicate-address', 'a')], whole, at)).toEqual([]);
  });

  test('that an earlier watch knew are told where they have changed since', () => {
    const changes = createFindingChanges([{ ...found('missing', 'a'), since: at }]);
    const events = changes.note([found('missing', 'b')], whole, at);
    expect(inShort(events)).toEqual(['finding-begins missing b', 'finding-ends missing a']);
    expect(events.every(({ whileAway }) => whileAway)).toBe(true);
    expect(changes.note([], whole, at)).toMatchObject([{ type: 'finding-ends', whileAway: false }]);
  });
});
