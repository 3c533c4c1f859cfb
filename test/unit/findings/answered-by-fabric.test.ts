import { describe, expect, it } from 'vitest';
import type { NotedResponder } from '../../../src/findings/context.js';
import { diagnose } from '../../../src/findings/diagnose.js';
import { addresses, facts, host, kindsOf, mac, responder, wire } from '../../support/sweep-facts.js';

describe('answered-by-fabric', () => {
  const unconfirmed = (more: Partial<NotedResponder> = {}) =>
    host('10.0.0.5', [responder(mac(1), { confirmed: false, unicasts: 3, laterBroadcasts: 2, ...more })], {
      asked: 7,
    });

  it('needs three unicasts without an answer, and broadcasts that were answered after them', () => {
    expect(diagnose(facts([unconfirmed()]))).toMatchObject([
      { kind: 'answered-by-fabric', severity: 'info', link: 0, ips: ['10.0.0.5'], macs: [mac(1)] },
    ]);
    expect(kindsOf([unconfirmed({ unicasts: 2 })])).toEqual([]);
    expect(kindsOf([unconfirmed({ laterBroadcasts: 1 })])).toEqual([]);
    expect(kindsOf([unconfirmed({ confirmed: true })])).toEqual([]);
    // Three broadcasts, four answers: one is to a unicast.
    expect(kindsOf([unconfirmed({ replies: 5 })])).toEqual([]);
  });

  it('is not claimed of one host among hundreds on a wire that loses a fifth', () => {
    const healthy = addresses(200).map((ip) => host(ip, [mac(9)]));
    expect(kindsOf([unconfirmed(), ...healthy], { wires: [wire(0.2)] })).toEqual([]);
    expect(kindsOf([unconfirmed(), ...healthy], { wires: [wire(0.01)] })).toEqual(['answered-by-fabric']);
  });
});
