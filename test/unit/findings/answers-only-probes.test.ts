import { describe, expect, it } from 'vitest';
import type { NotedHost } from '../../../src/findings/context.js';
import { diagnose } from '../../../src/findings/diagnose.js';
import {
  facts,
  firstLink,
  host,
  kindsOf,
  mac,
  OUR_IP,
  OUR_MAC,
  responder,
} from '../../support/sweep-facts.js';

describe('answers-only-probes', () => {
  const only = (replies: number, more: Partial<NotedHost> = {}) =>
    host('10.0.0.5', [responder(mac(1), { replies, probeReplies: replies, confirmed: false, unicasts: 3 })], {
      asked: 7,
      probes: 4,
      ...more,
    });

  it('needs three answers to probes and three requests without one', () => {
    expect(kindsOf([only(3)])).toEqual(['answers-only-probes']);
    expect(kindsOf([only(2)])).toEqual([]);
    expect(kindsOf([only(3, { asked: 6 })])).toEqual([]);
    expect(
      kindsOf([
        host('10.0.0.5', [responder(mac(1), { replies: 4, probeReplies: 3 })], { asked: 9, probes: 3 }),
      ]),
    ).toEqual([]);
  });

  it('is not this machine itself, which answers so by another interface', () => {
    expect(kindsOf([only(3)], firstLink({ ourMacs: new Set([OUR_MAC, mac(1)]) }))).toEqual([]);
  });

  it('does not count what others were asked alone', () => {
    const responders = [
      responder(mac(1), { replies: 3, probeReplies: 3, unicasts: 1 }),
      responder(mac(2), { unicasts: 3 }),
    ];
    expect(kindsOf([host('10.0.0.5', responders, { asked: 9, probes: 4 })])).toEqual([]);
    expect(kindsOf([host('10.0.0.5', responders, { asked: 10, probes: 4 })])).toEqual([
      'answers-only-probes',
    ]);
  });

  it('names our address, which that host most likely holds', () => {
    const [finding] = diagnose(facts([only(4)]));
    expect(finding).toMatchObject({ severity: 'warning', ips: ['10.0.0.5'], macs: [mac(1)] });
    expect(finding?.message).toContain(`ip address show to ${OUR_IP}`);
    expect(finding?.evidence).toMatchObject({
      ourIp: OUR_IP,
      addresses: [{ requests: 3, requestsAnswered: 0, probes: 4, probesAnswered: 4 }],
    });
  });
});
