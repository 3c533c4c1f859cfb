import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addressSet } from '../../../src/targets/address-set.js';
import { normalize } from '../../../src/targets/ranges.js';

/** Mostly neighbours, at both ends of the address space and around the edges of pages. */
const address = fc.oneof(
  fc.nat(600),
  fc.nat(0xffff_ffff),
  fc.integer({ min: 0xffff_fe00, max: 0xffff_ffff }),
);

test('a set that grows one by one holds what was added, and nothing else', () => {
  fc.assert(
    fc.property(fc.array(address, { maxLength: 300 }), fc.array(address), (added, others) => {
      const set = addressSet();
      for (const each of added) set.add(each);
      expect(set.toRanges()).toEqual(normalize(added.map((each) => ({ first: each, last: each }))));
      const known = new Set(added);
      for (const each of [...added, ...others]) expect(set.has(each)).toBe(known.has(each));
      expect(set.pages).toBe(new Set(added.map((each) => each >>> 8)).size);
    }),
  );
});
