import { describe, expect, it } from 'vitest';
import { diagnose } from '../../../src/findings/diagnose.js';
import { facts, firstLink, mac, stray } from '../../support/sweep-facts.js';

describe('other-vlan', () => {
  it('is one finding for each VLAN that answers came from', () => {
    const answer = (ip: string, vlan: number) => stray('other-vlan', { ip, vlan, mac: mac(1) });
    const strays = [answer('10.0.0.5', 100), answer('10.0.0.6', 100), answer('10.0.0.5', 200)];
    expect(diagnose(facts([], firstLink({ strays })))).toMatchObject([
      { kind: 'other-vlan', severity: 'warning', ips: ['10.0.0.5', '10.0.0.6'], evidence: { vlan: 100 } },
      { kind: 'other-vlan', ips: ['10.0.0.5'], macs: [mac(1)], evidence: { vlan: 200 } },
    ]);
  });

  it('goes by the tags of the question', () => {
    const answers = [stray('other-vlan'), stray('other-vlan', { vlan: 100, innerVlan: 7 })];
    const [untagged, within, ...more] = diagnose(facts([], firstLink({ vlan: 100, strays: answers })));
    expect(untagged?.message).toContain('answered without a tag what eth0 had asked in VLAN 100,');
    expect(within?.message).toContain('answered in VLAN 7 within 100 what eth0 had asked in VLAN 100,');
    expect(more).toEqual([]);
  });
});
