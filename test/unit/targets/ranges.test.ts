import fc from 'fast-check';
import { Address4 } from 'ip-address';
import { describe, expect, test } from 'vitest';
import { parseTargets } from '../../../src/targets/parse.js';
import {
  contains,
  countAddresses,
  formatRanges,
  intersect,
  normalize,
  type Range,
  type Ranges,
  rangesOf,
  subtract,
  toPairs,
  union,
} from '../../../src/targets/ranges.js';

const top = 0xffff_ffff;
const everything: Ranges = [{ first: 0, last: top }];

/** Universes small enough for a naive model; two of them touch an edge of the address space. */
const universeSize = 40;
const universes = [0, 0x7fff_fff0, top - universeSize + 1];

const rangesWithin = (base: number): fc.Arbitrary<Range[]> =>
  fc.array(
    fc
      .tuple(fc.nat(universeSize - 1), fc.nat(universeSize - 1))
      .map(([a, b]) => ({ first: base + Math.min(a, b), last: base + Math.max(a, b) })),
    { maxLength: 8 },
  );

const twoSets = fc
  .constantFrom(...universes)
  .chain((base) => fc.tuple(rangesWithin(base), rangesWithin(base)));

function modelOf(ranges: readonly Range[]): Set<number> {
  const model = new Set<number>();
  for (const { first, last } of ranges)
    for (let address = first; address <= last; address++) model.add(address);
  return model;
}

/** The one list of ranges that a set of addresses has. */
function rangesIn(model: Iterable<number>): Range[] {
  const ranges: { first: number; last: number }[] = [];
  for (const address of [...model].sort((a, b) => a - b)) {
    const open = ranges.at(-1);
    if (open && open.last + 1 === address) open.last = address;
    else ranges.push({ first: address, last: address });
  }
  return ranges;
}

describe('a set of addresses', () => {
  test('has one form, however its ranges are ordered and overlap', () => {
    fc.assert(
      fc.property(twoSets, ([ranges]) => {
        expect(normalize(ranges)).toEqual(rangesIn(modelOf(ranges)));
      }),
    );
  });

  test('has the same form, made of its addresses', () => {
    fc.assert(
      fc.property(twoSets, ([ranges]) => {
        const addresses = [...modelOf(ranges)].sort((a, b) => a - b);
        expect(rangesOf(addresses)).toEqual(normalize(ranges));
      }),
    );
  });

  test('is joined, cut and reduced as sets are', () => {
    fc.assert(
      fc.property(twoSets, ([left, right]) => {
        const a = normalize(left);
        const b = normalize(right);
        const inA = modelOf(left);
        const inB = modelOf(right);
        expect(union(a, b)).toEqual(rangesIn([...inA, ...[...inB].filter((address) => !inA.has(address))]));
        expect(intersect(a, b)).toEqual(rangesIn([...inA].filter((address) => inB.has(address))));
        expect(subtract(a, b)).toEqual(rangesIn([...inA].filter((address) => !inB.has(address))));
      }),
      { numRuns: 1000 },
    );
  });

  test('counts and finds what it holds, and nothing else', () => {
    fc.assert(
      fc.property(twoSets, ([ranges, others]) => {
        const set = normalize(ranges);
        const model = modelOf(ranges);
        expect(countAddresses(set)).toBe(model.size);
        for (const { first, last } of others) {
          expect(contains(set, first)).toBe(model.has(first));
          expect(contains(set, last)).toBe(model.has(last));
        }
      }),
    );
  });

  test('leaves the ranges it is made of as they are', () => {
    const ranges = Object.freeze([
      Object.freeze({ first: 5, last: 9 }),
      Object.freeze({ first: 1, last: 6 }),
    ]);
    expect(normalize(ranges)).toEqual([{ first: 1, last: 9 }]);
  });

  test('may be the whole address space', () => {
    expect(countAddresses(everything)).toBe(4_294_967_296);
    expect(contains(everything, 0)).toBe(true);
    expect(contains(everything, top)).toBe(true);
    expect(subtract(everything, everything)).toEqual([]);
    expect(
      subtract(everything, [
        { first: 0, last: 0 },
        { first: top, last: top },
      ]),
    ).toEqual([{ first: 1, last: top - 1 }]);
    expect(normalize([{ first: 0x8000_0000, last: top }, ...everything])).toEqual(everything);
  });

  test('may be empty', () => {
    expect(union([], [])).toEqual([]);
    expect(intersect([], everything)).toEqual([]);
    expect(subtract(everything, [])).toEqual(everything);
    expect(countAddresses([])).toBe(0);
    expect(contains([], 0)).toBe(false);
    expect(formatRanges([])).toEqual([]);
  });
});

describe('the text of a set', () => {
  test.each<[string, Range]>([
    ['0.0.0.0', { first: 0, last: 0 }],
    ['255.255.255.255', { first: top, last: top }],
    ['0.0.0.0/0', { first: 0, last: top }],
    ['128.0.0.0/1', { first: 0x8000_0000, last: top }],
    ['10.0.0.0/24', { first: 0x0a00_0000, last: 0x0a00_00ff }],
    ['255.255.255.254/31', { first: top - 1, last: top }],
    ['10.0.0.1-10.0.0.2', { first: 0x0a00_0001, last: 0x0a00_0002 }],
    ['10.0.0.0-10.0.0.2', { first: 0x0a00_0000, last: 0x0a00_0002 }],
    ['0.0.0.1-255.255.255.255', { first: 1, last: top }],
    ['0.0.0.0-255.255.255.254', { first: 0, last: top - 1 }],
  ])('is %s', (text, range) => {
    expect(formatRanges([range])).toEqual([text]);
  });

  test('is read back as the same set', () => {
    const address = fc.integer({ min: 0, max: top });
    const range = fc
      .tuple(address, address)
      .map(([a, b]) => ({ first: Math.min(a, b), last: Math.max(a, b) }));
    const block = fc.tuple(address, fc.integer({ min: 0, max: 32 })).map(([first, prefixLength]) => {
      const oracle = new Address4(`${Address4.fromInteger(first).correctForm()}/${prefixLength}`);
      return { first: Number(oracle.startAddress().bigInt()), last: Number(oracle.endAddress().bigInt()) };
    });
    fc.assert(
      fc.property(fc.array(fc.oneof(range, block), { minLength: 1 }), (ranges) => {
        const set = normalize(ranges);
        const texts = formatRanges(set);
        expect(parseTargets(texts).ranges).toEqual(set);
        expect(parseTargets(texts.join(', ')).ranges).toEqual(set);
      }),
    );
  });

  test('is a block for every block there is', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: top }),
        fc.integer({ min: 0, max: 31 }),
        (address, prefixLength) => {
          const block = `${Address4.fromInteger(address).correctForm()}/${prefixLength}`;
          const network = new Address4(block).startAddress().correctForm();
          expect(formatRanges(parseTargets(block).ranges)).toEqual([`${network}/${prefixLength}`]);
        },
      ),
    );
  });
});

test('pairs for the engine alternate first and last, beyond 2^31 too', () => {
  expect(
    toPairs([
      { first: 0, last: 7 },
      { first: 0x8000_0000, last: top },
    ]),
  ).toEqual(new Uint32Array([0, 7, 0x8000_0000, top]));
});
