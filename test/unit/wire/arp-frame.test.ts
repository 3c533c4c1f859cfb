import { describe, expect, it } from 'vitest';
import {
  announcementFrame,
  encodeArpFrame,
  gratuitousReplyFrame,
  requestFrame,
} from '../../../src/wire/arp-frame.js';
import { ip } from '../../support/fake-addon.js';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const wire = (text: string) => text.replaceAll(' ', '');

const sender = { mac: '02:00:00:00:00:01', ip: ip('10.0.0.1'), tags: [] };

describe('a frame of ARP', () => {
  it.each([
    [
      'asks everybody',
      requestFrame(sender, ip('192.168.1.254')),
      'ffffffffffff 020000000001 0806 0001 0800 06 04 0001 020000000001 0a000001 000000000000 c0a801fe',
    ],
    [
      'asks one machine',
      requestFrame(sender, ip('10.0.0.5'), '52:54:00:ab:cd:ef'),
      '525400abcdef 020000000001 0806 0001 0800 06 04 0001 020000000001 0a000001 000000000000 0a000005',
    ],
    [
      'probes, without a sender address',
      requestFrame({ ...sender, ip: 0 }, ip('10.0.0.5')),
      'ffffffffffff 020000000001 0806 0001 0800 06 04 0001 020000000001 00000000 000000000000 0a000005',
    ],
    [
      'announces by request',
      announcementFrame(sender),
      'ffffffffffff 020000000001 0806 0001 0800 06 04 0001 020000000001 0a000001 000000000000 0a000001',
    ],
    [
      'announces by reply',
      gratuitousReplyFrame(sender),
      'ffffffffffff 020000000001 0806 0001 0800 06 04 0002 020000000001 0a000001 020000000001 0a000001',
    ],
    [
      'has the tag of its VLAN, with its priority',
      requestFrame({ ...sender, tags: [{ id: 100, priority: 5 }] }, ip('10.0.0.5')),
      'ffffffffffff 020000000001 8100 a064 0806 0001 0800 06 04 0001 020000000001 0a000001 000000000000 0a000005',
    ],
    [
      'has the outer tag before the inner one',
      requestFrame({ ...sender, tags: [{ protocol: 0x88a8, id: 4094 }, { id: 2 }] }, ip('10.0.0.5')),
      'ffffffffffff 020000000001 88a8 0ffe 8100 0002 0806 0001 0800 06 04 0001 020000000001 0a000001 000000000000 0a000005',
    ],
    [
      'says whatever it is told to',
      {
        ...requestFrame(sender, ip('255.255.255.255')),
        source: '02:00:00:00:00:99',
        hardwareType: 6,
        protocolType: 0x86dd,
        hardwareLength: 8,
        protocolLength: 16,
        operation: 0xfffe,
        tha: 'ff:ff:ff:ff:ff:ff',
      },
      'ffffffffffff 020000000099 0806 0006 86dd 08 10 fffe 020000000001 0a000001 ffffffffffff ffffffff',
    ],
  ])('%s', (_, frame, expected) => {
    expect(hex(encodeArpFrame(frame))).toBe(wire(expected));
  });
});
