import { describe, expect, it } from 'vitest';
import { diagnose } from '../../../src/findings/diagnose.js';
import { addresses, at, facts, host, kindsOf, mac, responder, start } from '../../support/sweep-facts.js';

describe('address-moved', () => {
  const gone = responder(mac(1), { confirmed: false, unicasts: 3, lastAtMs: start + 200 });
  const heir = responder(mac(2), { firstAt: at(1012) });

  it('tells both times and the gap', () => {
    const [finding] = diagnose(facts([host('10.0.0.5', [gone, heir])]));
    expect(finding).toMatchObject({
      kind: 'address-moved',
      severity: 'info',
      ips: ['10.0.0.5'],
      evidence: {
        addresses: [
          {
            ip: '10.0.0.5',
            moves: [{ from: mac(1), lastAt: at(200), to: mac(2), firstAt: at(1012), gapMs: 812 }],
          },
        ],
      },
    });
    expect(finding?.message).toContain('812 ms later');
  });

  it('is one finding for all that went the same way, as at a failover', () => {
    const findings = diagnose(facts(addresses(3).map((ip) => host(ip, [gone, heir]))));
    expect(findings).toMatchObject([{ kind: 'address-moved', ips: addresses(3), macs: [mac(1), mac(2)] }]);
  });

  it('is a warning for an address that is expected, unless several machines share it', () => {
    const [shared, relied, other] = addresses(3);
    const expected = (ip = '', several = false) =>
      [ip, { ip, macs: [mac(1), mac(2)], name: null, several }] as const;
    const findings = diagnose(
      facts(
        addresses(3).map((ip) => host(ip, [gone, heir])),
        { expected: new Map([expected(shared, true), expected(relied)]) },
      ),
    );
    expect(findings.map(({ severity, ips }) => [severity, ips])).toEqual([
      ['warning', [relied]],
      ['info', [shared, other]],
    ]);
  });

  it('is not claimed where the first is still there, was not asked again, or is virtual', () => {
    for (const first of [
      responder(mac(1)),
      responder(mac(1), { confirmed: null, unicasts: 0 }),
      { ...gone, mac: '00:00:5e:00:01:07' },
    ]) {
      expect(kindsOf([host('10.0.0.5', [first, heir])])).toEqual([]);
    }
  });

  it('is a conflict where both answered one request', () => {
    expect(kindsOf([host('10.0.0.5', [gone, heir], { sameRequest: true })])).toEqual(['duplicate-address']);
  });
});
