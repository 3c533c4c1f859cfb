import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { frameOf, Numbers, readAll, unnamed } from '../../support/recordings.js';

const MICROSECONDS = 0xa1b2c3d4;
const NANOSECONDS = 0xa1b23c4d;

describe.each([
  ['little', true, 'microseconds', MICROSECONDS, 1000n],
  ['little', true, 'nanoseconds', NANOSECONDS, 1n],
  ['big', false, 'microseconds', MICROSECONDS, 1000n],
  ['big', false, 'nanoseconds', NANOSECONDS, 1n],
])('pcap of %s byte order with %s', (_, little, __, magic, unitNs) => {
  const numbers = new Numbers(little);
  const head = (linkType = 1) =>
    Buffer.concat([numbers.u32(magic), numbers.u16(2, 4), numbers.u32(0, 0, 262_144, linkType)]);
  const record = (seconds: number, units: number, bytes: Uint8Array, length = bytes.length) =>
    Buffer.concat([numbers.u32(seconds, units, bytes.length, length), bytes]);

  test('is read, in pieces of any size', () => {
    const frame = fc.record({
      seconds: fc.nat(0xffff_ffff),
      units: fc.nat(999_999),
      bytes: fc.uint8Array({ maxLength: 100 }),
      more: fc.nat(1000),
    });
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 20 }), fc.integer({ min: 1, max: 200 }), (frames, pieces) => {
        const records = frames.map(({ seconds, units, bytes, more }) =>
          record(seconds, units, bytes, bytes.length + more),
        );
        expect(readAll(Buffer.concat([head(), ...records]), pieces)).toEqual({
          applications: [null],
          interfaces: [unnamed],
          names: [],
          frames: frames.map(({ seconds, units, bytes, more }) =>
            frameOf([...bytes], {
              timeNs: BigInt(seconds) * 1_000_000_000n + BigInt(units) * unitNs,
              length: bytes.length + more,
            }),
          ),
          statistics: [],
          isWhole: true,
          error: null,
        });
      }),
    );
  });

  test('tells the kind of its link, whatever stands beside it', () => {
    // The upper bits give the length of the FCS.
    expect(readAll(head(0x2400_0071)).interfaces).toEqual([{ ...unnamed, linkType: 113 }]);
  });

  test('is cut short in a header and in a frame', () => {
    const file = Buffer.concat([head(), record(1, 0, Uint8Array.of(1)), record(2, 0, Uint8Array.of(2))]);
    for (const missing of [1, 2, 10, 17]) {
      const found = readAll(file.subarray(0, file.length - missing));
      expect({ frames: found.frames.length, isWhole: found.isWhole }).toEqual({
        frames: 1,
        isWhole: missing === 17,
      });
    }
  });

  test('is damaged where a frame is larger than any', () => {
    const good = Buffer.concat([head(), record(1, 0, Uint8Array.of(1))]);
    const found = readAll(Buffer.concat([good, numbers.u32(2, 0, 0x7fff_ffff, 60)]));
    expect(found.frames).toHaveLength(1);
    expect(found.error?.offset).toBe(good.length);
  });
});
