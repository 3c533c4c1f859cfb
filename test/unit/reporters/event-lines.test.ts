import { describe, expect, test } from 'vitest';
import type { WatchEvent } from '../../../src/generated/watch-event-types.js';
import { eventLines } from '../../../src/reporters/watch/event-lines.js';

const moved: WatchEvent = {
  schemaVersion: 1,
  type: 'moved',
  at: '2026-11-21T20:00:00.123Z',
  link: 'eth0',
  ip: '10.0.0.5',
  macs: ['02:00:00:00:00:0b'],
  previous: { macs: ['02:00:00:00:00:0a'], lastAt: '2026-11-21T19:59:59.000Z' },
  gapMs: 1123,
  whileAway: true,
  message: 'It moved.',
};
const down: WatchEvent = {
  ...moved,
  type: 'link-down',
  ip: null,
  macs: [],
  previous: null,
  gapMs: null,
  whileAway: false,
  message: 'eth0 is down.',
};
const options = {
  colour: false,
  nameOf: (mac: string) => (mac.endsWith('b') ? 'node\t2' : null),
  vendorOf: () => null,
};

describe('a line for each event', () => {
  test('in a pipe has the same columns for all, none of them empty, and no tab from outside', () => {
    const plain = eventLines('plain', options);
    expect(plain(moved)).toBe(
      '2026-11-21T20:00:00.123Z\tmoved\teth0\t10.0.0.5\t02:00:00:00:00:0b\t02:00:00:00:00:0a\t1123\tnode2',
    );
    expect(plain(down)).toBe('2026-11-21T20:00:00.123Z\tlink-down\teth0\t-\t-\t-\t-\t-');
  });

  test('at a terminal says who had it, who has it and how long nobody did', () => {
    const table = eventLines('table', options);
    expect(table(moved)).toMatch(
      /^\d\d:\d\d:\d\d\.123 {2}moved {12}10\.0\.0\.5 {9}02:00:00:00:00:0a → 02:00:00:00:00:0b {2}after 1123 ms {2}node2 {2}\(while nobody watched\)$/,
    );
    expect(table(down)).toContain('eth0 is down.');
    expect(eventLines('table', { ...options, colour: true })(down)).toContain('\x1b[31mlink-down');
  });

  test('is the event itself as JSON', () => {
    expect(JSON.parse(eventLines('ndjson', options)(moved))).toEqual(moved);
  });
});
