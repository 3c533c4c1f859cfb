import { describe, expect, it } from 'vitest';
import type { NotedHost, SweepFacts } from '../../src/findings/context.js';
import { diagnose } from '../../src/findings/diagnose.js';
import { virtualMacProtocol } from '../../src/findings/virtual-macs.js';
import { facts, host, mac, OUR_MAC } from '../support/sweep-facts.js';

const context = (...noted: NotedHost[]): SweepFacts => facts(noted);

describe('duplicate-address', () => {
  it('is one finding for ten addresses that the same five machines answer for', () => {
    const five = [1, 2, 3, 4, 5].map(mac);
    const ten = Array.from({ length: 10 }, (_, i) =>
      // The order of first answers differs from address to address.
      host(`10.0.0.${i + 1}`, [...five.slice(i % 5), ...five.slice(0, i % 5)], { sameRequest: true }),
    );
    const findings = diagnose(context(...ten));
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({
      kind: 'duplicate-address',
      severity: 'error',
      link: 0,
      ips: ten.map(({ ip }) => ip),
      macs: five,
    });
    expect(findings[0]?.message).toMatch(/10 addresses \(10\.0\.0\.1, .* and 5 more\).* 5 machines on eth0/);
    expect(findings[0]).toHaveProperty('evidence.addresses.length', 10);
  });

  it('is a finding of its own for each set of machines and each link', () => {
    const findings = diagnose(
      context(
        host('10.0.0.1', [mac(1), mac(2)], { sameRequest: true }),
        host('10.0.0.1', [mac(1), mac(2)], { sameRequest: true, link: 1 }),
        host('10.0.0.2', [mac(1), mac(3)], { sameRequest: true }),
        host('10.0.0.3', [mac(2), mac(1)], { sameRequest: true }),
      ),
    );
    expect(findings.map(({ link, ips }) => [link, ...ips])).toEqual([
      [0, '10.0.0.1', '10.0.0.3'],
      [1, '10.0.0.1'],
      [0, '10.0.0.2'],
    ]);
  });

  it('is proved by one MAC that came back after another, too', () => {
    const [finding] = diagnose(context(host('10.0.0.1', [mac(1), mac(2)], { alternated: true })));
    expect(finding?.evidence).toMatchObject({
      addresses: [{ ip: '10.0.0.1', answeredSameRequest: false, alternated: true }],
    });
  });

  it('is not seen in a hand-over from one MAC to another', () => {
    expect(diagnose(context(host('10.0.0.1', [mac(1), mac(2)])))).toEqual([]);
  });

  it.each(['00:00:5e:00:01:33', '00:00:0c:07:ac:01', '00:00:0c:9f:f0:01', '00:07:b4:00:01:02'])(
    'takes out the virtual MAC %s before it counts',
    (virtual) => {
      expect(diagnose(context(host('10.0.0.1', [virtual, mac(1)], { sameRequest: true })))).toEqual([]);
      const [finding] = diagnose(context(host('10.0.0.1', [virtual, mac(1), mac(2)], { sameRequest: true })));
      expect(finding?.macs).toEqual([mac(1), mac(2)]);
      expect(finding?.evidence).toMatchObject({ addresses: [{ virtualMacs: [{ mac: virtual }] }] });
    },
  );
});

describe('claims-our-address', () => {
  const claimed = (...claimants: string[]) =>
    host('10.0.0.2', claimants, { self: true, sameRequest: true, answeredOwnProbe: claimants });

  it('names the address, the link and who claims it, and replaces duplicate-address', () => {
    const findings = diagnose(context(claimed(mac(1), mac(2))));
    expect(findings).toMatchObject([
      { kind: 'claims-our-address', severity: 'error', link: 0, ips: ['10.0.0.2'], macs: [mac(1), mac(2)] },
    ]);
    expect(findings[0]?.message).toContain('2 other machines on eth0');
    expect(findings[0]?.evidence).toMatchObject({ addresses: [{ ip: '10.0.0.2', heldBy: 'eth0' }] });
  });

  it('is not seen where this machine answers by another interface', () => {
    const found = (...claimants: string[]) =>
      diagnose(context(claimed(...claimants))).map(({ kind, macs }) => [kind, ...macs]);
    expect(found(OUR_MAC)).toEqual([['arp-flux', OUR_MAC]]);
    expect(found(OUR_MAC, mac(1))).toEqual([
      ['claims-our-address', mac(1)],
      ['arp-flux', OUR_MAC],
    ]);
  });
});

describe('virtual MACs', () => {
  it.each([
    ['00:00:5e:00:01:ff', 'VRRP or CARP'],
    ['00:00:5e:00:02:01', null],
    ['00:00:0c:07:ad:01', null],
    ['00:00:0c:9f:f0:00', 'HSRPv2'],
    ['00:00:0c:9f:e0:00', null],
    ['00:07:b4:01:02:03', 'GLBP'],
    ['52:54:00:00:00:01', null],
  ])('%s is of %j', (address, protocol) => {
    expect(virtualMacProtocol(address)).toBe(protocol);
  });
});
