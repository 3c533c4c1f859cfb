import { describe, expect, it } from 'vitest';
import type { LinkFacts } from '../../../src/findings/context.js';
import { diagnose } from '../../../src/findings/diagnose.js';
import type { Stray } from '../../../src/sweep/stray.js';
import { addresses, facts, firstLink, kindsOf, OUR_MAC, stray } from '../../support/sweep-facts.js';

describe('own-mac-on-wire', () => {
  const seen = (strays: readonly Stray[], more: Partial<LinkFacts> = {}) =>
    diagnose(facts([], firstLink({ strays, ...more })));
  const copies = (count: number, asked = 4) => stray('returned', { count, asked });

  it('is not seen where every question comes back once, or once from each other port of a bond', () => {
    const each = addresses(60).map((ip) => stray('returned', { ip, count: 4, asked: 4 }));
    expect(seen(each)).toEqual([]);
    expect(seen([copies(7)])).toEqual([]);
    expect(seen([copies(12)], { kind: 'bond', slaves: 4 })).toEqual([]);
  });

  it('is an error where more come back than were sent', () => {
    const [finding, ...more] = seen([copies(4), { ...copies(90), ip: '10.0.0.9' }, copies(100, 99)]);
    expect(finding).toMatchObject({ kind: 'own-mac-on-wire', severity: 'error', link: 0, macs: [OUR_MAC] });
    expect(finding?.evidence).toMatchObject({
      copies: 194,
      most: { ip: '10.0.0.9', questions: 4, copies: 90 },
    });
    expect(more).toEqual([]);
  });

  it('is a warning where they come back with a tag', () => {
    expect(seen([{ ...copies(2), vlan: 100 }])).toMatchObject([
      { kind: 'own-mac-on-wire', severity: 'warning', evidence: { vlans: [100] } },
    ]);
  });

  it('is a warning where somebody speaks with our MAC for what we do not hold', () => {
    const clone = stray('our-mac', { ip: '10.0.0.9' });
    expect(seen([clone])).toMatchObject([
      { kind: 'own-mac-on-wire', severity: 'warning', ips: ['10.0.0.9'], macs: [OUR_MAC] },
    ]);
    // A probe of our own kernel that came back, by the look of it.
    expect(seen([{ ...clone, ip: '0.0.0.0' }])).toEqual([]);
    expect(seen([clone], { kind: 'ipvlan' })).toEqual([]);
    expect(seen([clone], { mac: '00:00:5e:00:01:07' })).toEqual([]);
    const place = { interface: 'eth0', prefixLength: 24, flags: [] };
    const held = new Map([['10.0.0.9', [place]]]);
    expect(kindsOf([], firstLink({ strays: [clone], held }))).toEqual([]);
  });
});
