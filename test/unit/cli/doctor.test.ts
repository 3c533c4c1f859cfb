import { describe, expect, test } from 'vitest';
import { checkLines } from '../../../src/cli/doctor-command.js';
import { interfaceLines } from '../../../src/cli/interfaces-command.js';
import { eth0, lo } from '../../support/interfaces.js';

describe('the doctor', () => {
  test('puts each remedy under what it remedies', () => {
    const lines = checkLines(
      [
        { name: 'a', result: 'ok', message: 'This is well.', remedy: null },
        { name: 'b', result: 'problem', message: 'This is not.', remedy: 'Do this.' },
      ],
      false,
    );
    expect(lines).toEqual(['ok       This is well.', 'problem  This is not.', '         Do this.']);
  });
});

describe('the list of interfaces', () => {
  const tagged = {
    ...eth0,
    name: 'eth0.7',
    kind: 'vlan',
    parent: 'eth0',
    carrier: false,
    vlan: { id: 7, protocol: '802.1Q' as const },
    addresses: [],
  };

  test('shows what decides whether a link can be swept', () => {
    expect(interfaceLines({ name: 'node-1', interfaces: [lo, eth0, tagged] }, null)).toEqual([
      'NAME    STATE       MAC                ADDRESSES    KIND        PARENT  MASTER  VLAN  FLAGS',
      'lo      up          00:00:00:00:00:00  127.0.0.1/8  loopback    -       -       -     LOOPBACK',
      'eth0    up          02:00:00:00:00:02  10.0.0.2/24  virtio_net  -       -       -     -',
      'eth0.7  no carrier  02:00:00:00:00:02  -            vlan        eth0    -       7     -',
    ]);
  });

  test('fits a terminal', () => {
    const lines = interfaceLines({ name: 'node-1', interfaces: [eth0] }, 30);
    expect(lines.map((line) => line.length)).toEqual([30, 30]);
  });
});
