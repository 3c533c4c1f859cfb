import { describe, expect, test } from 'vitest';
import { statementOf } from '../../../src/speakers/statement.js';
import { BROADCAST, NO_MAC, REPLY } from '../../support/arp-frames.js';
import { ip } from '../../support/fake-addon.js';
import type { HeardFields } from '../../support/fake-listener.js';
import { announcement, heardFrame, probe, reply, request } from '../../support/speech.js';

const a = '02:00:00:00:00:0a';
const b = '02:00:00:00:00:0b';
const b2 = [b, '10.0.0.2'] as const;

const stated = (fields: HeardFields) => {
  const { arp } = heardFrame(fields);
  return arp && statementOf(arp);
};

describe('a frame', () => {
  test.each<[string, HeardFields, string, string]>([
    ['a request', request(a, '10.0.0.1', '10.0.0.2'), 'request', '10.0.0.1'],
    ['a reply', reply(a, '10.0.0.1', b2), 'reply', '10.0.0.1'],
    ['a reply to all', reply(a, '10.0.0.1', b2, { destination: BROADCAST }), 'reply', '10.0.0.1'],
    ['an answer to a probe', reply(a, '10.0.0.1', [b, '0.0.0.0']), 'reply', '10.0.0.1'],
    ['an announcement', announcement(a, '10.0.0.1'), 'announcement', '10.0.0.1'],
    ['a gratuitous reply', reply(a, '10.0.0.1', [BROADCAST, '10.0.0.1']), 'announcement', '10.0.0.1'],
    ['a probe', probe(a, '10.0.0.9'), 'probe', '10.0.0.9'],
    ['a link-local address', announcement(a, '169.254.7.7'), 'announcement', '169.254.7.7'],
  ])('states for which address its sender speaks: %s', (_, frame, kind, address) => {
    expect(stated(frame)).toEqual({ kind, mac: a, address: ip(address) });
  });

  test.each<[string, HeardFields]>([
    ['that asks for nobody', probe(a, '0.0.0.0')],
    ['that answers for nobody', reply(a, '0.0.0.0', b2)],
    ['of this network', request(a, '0.0.0.7', '10.0.0.2')],
    ['of the loopback', request(a, '127.0.0.1', '10.0.0.2')],
    ['of a group', announcement(a, '224.0.0.18')],
    ['of everybody', request(a, '255.255.255.255', '10.0.0.2')],
    ['without a sender', request(NO_MAC, '10.0.0.1', '10.0.0.2')],
    ['from the broadcast address', request(BROADCAST, '10.0.0.1', '10.0.0.2')],
    ['of reverse ARP', { ...reply(a, '10.0.0.1', b2), operation: REPLY + 2 }],
    ['that is no ARP for Ethernet and IPv4', request(a, '10.0.0.1', '10.0.0.2', { result: 1 })],
  ])('states nothing: one %s', (_, frame) => {
    expect(stated(frame)).toBeNull();
  });
});
