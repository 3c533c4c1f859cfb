import { describe, expect, it } from 'vitest';
import { diagnose } from '../../../src/findings/diagnose.js';
import { addresses, facts, host, kindsOf, mac, responder } from '../../support/sweep-facts.js';

describe('sender-mismatch', () => {
  const relayed = (ips: readonly string[], of = mac(1)) =>
    ips.map((ip) => host(ip, [responder(of, { ethernetSource: mac(9) })]));

  it('is an info, and a warning where one MAC does so for eight addresses', () => {
    expect(diagnose(facts(relayed(addresses(7))))).toMatchObject([
      { kind: 'sender-mismatch', severity: 'info', macs: [mac(9), mac(1)] },
    ]);
    expect(diagnose(facts(relayed(addresses(8))))).toMatchObject([
      { severity: 'warning', ips: addresses(8) },
    ]);
  });

  it('is what the standard asks of a VRRP router', () => {
    expect(kindsOf(relayed(['10.0.0.1'], '00:00:5e:00:01:07'))).toEqual([]);
  });
});
