import { describe, expect, test } from 'vitest';
import { type Screen, viewLines } from '../../../src/cli/listen-view.js';
import type { Finding } from '../../../src/generated/report-types.js';
import type { ListenedLink } from '../../../src/speakers/listen-links.js';
import { openSession } from '../../../src/speakers/session.js';
import { address, link } from '../../support/fake-addon.js';
import { announcement, beginningMs, heardFrame, request } from '../../support/speech.js';
import { conflict } from '../reporters/example-report.js';

const eth0 = link('eth0', [address('10.0.0.1/24')], { mac: '02:00:00:00:00:01' });

/** Thirty machines; the one with the highest address spoke first. */
function thirtySpeakers() {
  const listened = { namespace: null, device: eth0, vlans: null } as ListenedLink;
  const before = { links: [eth0], neighbours: [] };
  const session = openSession(
    { listLinks: () => [eth0] },
    () => before,
    [listened],
    [],
    () => 0,
  );
  for (let i = 30; i > 0; i--) {
    session.note(heardFrame(announcement(`02:00:00:00:01:${i + 10}`, `10.0.0.${i + 10}`, { at: 30 - i })));
  }
  return session;
}

const screen: Screen = { columns: 80, rows: 24, colour: false };

function view(findings: readonly Finding[] = [], size: Partial<Screen> = {}) {
  const shown = { session: thirtySpeakers(), findings, vendorOf: () => null, elapsedMs: 31_000 };
  return viewLines({ ...shown, nowMs: beginningMs + 31_000 }, { ...screen, ...size });
}

describe('what a terminal shows while arpsweep listens', () => {
  test('is those that spoke last, by address, with how long ago that was', () => {
    const lines = view();
    expect(lines[0]).toBe('IP         MAC                Frames  Said   Ago  Vendor');
    expect(lines[1]).toBe('10.0.0.11  02:00:00:00:01:11       1  ann    2 s  (random or local MAC)');
    expect(lines.slice(1, -1).map((line) => line.split(' ')[0])).toEqual(
      Array.from({ length: 21 }, (_, i) => `10.0.0.${i + 11}`),
    );
    expect(lines.at(-1)).toBe(
      'listening 31 s: 30 speakers (last 21 shown), 30 frames; Ctrl-C ends it; on eth0',
    );
  });

  test.each([
    [24, 80],
    [10, 40],
    [4, 20],
    [2, 10],
    [60, 200],
  ])('fits %i rows of %i columns, and leaves the last of both free', (rows, columns) => {
    const lines = view([conflict, { ...conflict, ips: ['10.0.0.6'] }], { rows, columns });
    expect(lines.length).toBeLessThan(rows);
    for (const line of lines) expect(line.length).toBeLessThan(columns);
    expect(lines.at(-1)).toMatch(/^listen/);
  });

  test('has the findings, and what they name in their colour', () => {
    const lines = view([{ ...conflict, ips: ['10.0.0.12'] }], { columns: 120, colour: true });
    expect(lines.at(-2)).toBe(
      `\x1b[31m${`error: duplicate-address: ${conflict.message}`.slice(0, 118)}\x1b[0m`,
    );
    expect(lines.find((line) => line.includes('10.0.0.12 '))).toContain('\x1b[31m');
    expect(lines.find((line) => line.includes('10.0.0.13 '))).not.toContain('\x1b');
  });

  test('says which of them is this machine', () => {
    const session = thirtySpeakers();
    session.note(
      heardFrame(request('02:00:00:00:00:01', '10.0.0.1', '10.0.0.9', { outgoing: true, at: 30 })),
    );
    const lines = viewLines(
      { session, findings: [], vendorOf: () => null, elapsedMs: 0, nowMs: beginningMs },
      screen,
    );
    expect(lines[1]).toMatch(/^10\.0\.0\.1 .* this machine$/);
  });
});
