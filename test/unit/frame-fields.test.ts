import { describe, expect, it } from 'vitest';
import { frameFieldsOf } from '../../src/cli/frame-flags.js';
import { OptionError } from '../../src/errors.js';
import { fieldLines, hexLines } from '../../src/reporters/frame-lines.js';
import { checkFrameFields, type FrameFields, parseFieldNumber } from '../../src/sweep/frame-fields.js';
import { checkOptions } from '../../src/sweep/options.js';
import { ip } from '../support/fake-addon.js';

describe('fields set by hand', () => {
  it('are what the engine takes, each in its own place', () => {
    expect(
      checkFrameFields({
        destination: '0050.56AB.4753',
        source: '02-00-00-00-00-01',
        sha: '02:00:00:00:00:02',
        tha: 'ff:ff:ff:ff:ff:ff',
        etherType: 0x88b6,
        operation: 0,
        hardwareLength: 255,
        llc: true,
        padding: '00Ff',
        spa: '192.0.2.7',
      }),
    ).toMatchObject({
      spa: ip('192.0.2.7'),
      byHand: true,
      frame: {
        destination: '00:50:56:ab:47:53',
        source: '02:00:00:00:00:01',
        senderHardware: '02:00:00:00:00:02',
        targetHardware: 'ff:ff:ff:ff:ff:ff',
        etherType: 0x88b6,
        operation: 0,
        hardwareLength: 255,
        llc: true,
        padding: Uint8Array.of(0, 0xff),
      },
    });
  });

  it('make it another question, unless they only frame it', () => {
    expect(checkFrameFields({})).toMatchObject({ byHand: false, spa: null, frame: {} });
    expect(checkFrameFields({ llc: true, padding: '00' }).byHand).toBe(false);
    expect(checkFrameFields({ operation: 1 }).byHand).toBe(true);
    expect(checkFrameFields({ spa: 'target' })).toMatchObject({ byHand: true, spa: 'target', frame: {} });
  });

  const wrong: [FrameFields, string, string][] = [
    [{ operation: 65_536 }, 'frame.operation', '65535'],
    [{ hardwareLength: 256 }, 'frame.hardwareLength', '0xff'],
    [{ protocolType: 0.5 }, 'frame.protocolType', '65535'],
    [{ etherType: -1 }, 'frame.etherType', '65535'],
    [{ destination: 'all' }, 'frame.destination', '02:00:00:00:00:01'],
    [{ tha: '' }, 'frame.tha', '02:00:00:00:00:01'],
    [{ spa: 'dest' }, 'frame.spa', '"target"'],
    [{ padding: 'abc' }, 'frame.padding', 'two digits'],
    [{ padding: '00'.repeat(1465) }, 'frame.padding', '1464'],
  ];
  it.each(wrong)('%j are refused as %s, with the form that is right', (fields, option, form) => {
    expect(() => checkFrameFields(fields)).toThrow(OptionError);
    expect(() => checkFrameFields(fields)).toThrow(
      expect.objectContaining({ option, remedy: expect.stringContaining(form) }),
    );
  });

  it('do not give the sender address twice', () => {
    const both = { sourceIp: '0.0.0.0', frame: { spa: '10.0.0.1' } };
    expect(() => checkOptions(both)).toThrow(expect.objectContaining({ option: 'frame.spa' }));
  });

  it('are read from words, numbers in either notation', () => {
    expect(frameFieldsOf({})).toBeUndefined();
    expect(frameFieldsOf({ arpOp: '2', arpPro: '0x86DD', arpSpa: 'target', llc: true })).toEqual({
      operation: 2,
      protocolType: 0x86dd,
      spa: 'target',
      llc: true,
    });
    for (const text of ['', 'x', '-1', '1.5', '0x', '65536', '1e3', ' 1']) {
      expect(() => parseFieldNumber(text, 'operation'), text).toThrow(OptionError);
    }
  });
});

describe('a frame for people', () => {
  const bytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
  const arp = '0001 0800 06 04 0001 020000000001 0a000001 000000000000 0a000005';

  it('shows its bytes, sixteen in a line', () => {
    expect([...hexLines(bytes(`ffffffffffff 020000000001 0806 ${arp}`))]).toEqual([
      '0000  ff ff ff ff ff ff 02 00 00 00 00 01 08 06 00 01',
      '0010  08 00 06 04 00 01 02 00 00 00 00 01 0a 00 00 01',
      '0020  00 00 00 00 00 00 0a 00 00 05',
    ]);
  });

  it('says what they mean, whatever the ARP packet is wrapped in', () => {
    const sayings = [
      'ARP       operation 1, hardware type 1 of length 6, protocol type 0x0800 of length 4',
      'sender    02:00:00:00:00:01 10.0.0.1',
      'target    00:00:00:00:00:00 10.0.0.5',
    ];
    expect([...fieldLines(bytes(`ffffffffffff 020000000001 0806 ${arp}`))]).toEqual([
      'Ethernet  02:00:00:00:00:01 > ff:ff:ff:ff:ff:ff',
      'type      0x0806',
      ...sayings,
    ]);
    const wrapped = `ffffffffffff 020000000001 88a8 a064 8100 0007 0024 aaaa03 000000 0806 ${arp} beef`;
    expect([...fieldLines(bytes(wrapped))]).toEqual([
      'Ethernet  02:00:00:00:00:01 > ff:ff:ff:ff:ff:ff',
      '802.1ad   VLAN 100, priority 5',
      '802.1Q    VLAN 7, priority 0',
      'LLC/SNAP  length 36, type 0x0806',
      ...sayings,
      'padding   2 bytes: beef',
    ]);
  });
});
