import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { countOctetIntervals, type OctetRanges, octetIntervals } from '../../../src/targets/octets.js';
import { normalize, type Range } from '../../../src/targets/ranges.js';

/** Narrow, so that all combinations can be written out; with a good share of whole octets further in. */
const narrow: fc.Arbitrary<Range> = fc.oneof(
  fc.tuple(fc.nat(255), fc.nat(3)).map(([first, width]) => ({ first, last: Math.min(255, first + width) })),
  fc.constantFrom({ first: 0, last: 0 }, { first: 255, last: 255 }),
);
const wide: fc.Arbitrary<Range> = fc.oneof(
  narrow,
  fc.constantFrom({ first: 0, last: 255 }, { first: 1, last: 254 }, { first: 0, last: 254 }),
);
const anyOctets: fc.Arbitrary<OctetRanges> = fc.oneof(
  fc.tuple(narrow, narrow, wide, wide),
  fc.tuple(wide, narrow, narrow, wide),
);

function writtenOut([a, b, c, d]: OctetRanges): Range[] {
  const addresses: Range[] = [];
  for (let i = a.first; i <= a.last; i++) {
    for (let j = b.first; j <= b.last; j++) {
      for (let k = c.first; k <= c.last; k++) {
        for (let l = d.first; l <= d.last; l++) {
          const address = ((i * 256 + j) * 256 + k) * 256 + l;
          addresses.push({ first: address, last: address });
        }
      }
    }
  }
  return addresses;
}

describe('ranges of octets', () => {
  test('make the intervals of all their combinations, in the form of a set', () => {
    fc.assert(
      fc.property(anyOctets, (octets) => {
        const intervals = octetIntervals(octets);
        // Compared as text: a deep comparison of so many objects would take most of the time.
        expect(JSON.stringify(intervals)).toBe(JSON.stringify(normalize(writtenOut(octets))));
        expect(countOctetIntervals(octets)).toBe(intervals.length);
      }),
      { numRuns: 30 },
    );
  });

  test('take an interval for each row only where a row has gaps', () => {
    const full = { first: 0, last: 255 };
    const gap = { first: 1, last: 254 };
    expect(octetIntervals([full, full, full, full])).toEqual([{ first: 0, last: 0xffff_ffff }]);
    expect(octetIntervals([gap, full, full, full])).toEqual([{ first: 0x0100_0000, last: 0xfeff_ffff }]);
    expect(countOctetIntervals([full, gap, full, full])).toBe(256);
    expect(countOctetIntervals([full, full, gap, full])).toBe(65_536);
    expect(countOctetIntervals([full, full, full, gap])).toBe(16_777_216);
  });
});
