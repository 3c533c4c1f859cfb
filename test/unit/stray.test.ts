import { describe, expect, it } from 'vitest';
import { decodeStrays } from '../../src/sweep/stray.js';
import { at, mac, start } from '../support/sweep-facts.js';

describe('packed strays', () => {
  it('are read as native/core/sweep/record.h lays them out', () => {
    const record = Buffer.alloc(96);
    const one = record.subarray(48);
    one.writeUInt32LE(0x0a000007, 0);
    Buffer.from('525400000009', 'hex').copy(one, 4);
    one.writeUInt16LE(100, 10);
    one.writeUInt32LE(7, 12);
    one.writeUInt32LE(3, 16);
    one.writeDoubleLE(start + 10.5, 24);
    one.writeDoubleLE(start + 600, 32);
    one.writeUInt8(1, 40);
    expect(decodeStrays(record)).toMatchObject([
      { kind: 'other-vlan', ip: '0.0.0.0', vlan: null, count: 0 },
      {
        kind: 'returned',
        ip: '10.0.0.7',
        mac: mac(9),
        vlan: 100,
        count: 7,
        asked: 3,
        firstAt: at(10),
        lastAt: at(600),
      },
    ]);
  });
});
