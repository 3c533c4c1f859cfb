import fc from 'fast-check';
import { Address4 } from 'ip-address';
import { describe, expect, test } from 'vitest';
import { formatAddress, parseAddress, prefixLengthOf, prefixMask } from '../../../src/targets/address.js';
import { subnetRange } from '../../../src/targets/ranges.js';

const anyAddress = fc.integer({ min: 0, max: 0xffff_ffff });
const anyPrefixLength = fc.integer({ min: 0, max: 32 });

describe('an address', () => {
  test.each([
    ['0.0.0.0', 0],
    ['0.0.0.1', 1],
    ['10.0.0.7', 0x0a00_0007],
    ['127.255.255.255', 0x7fff_ffff],
    ['128.0.0.0', 0x8000_0000],
    ['255.255.255.255', 0xffff_ffff],
  ])('%s is %d, in both directions', (text, address) => {
    expect(parseAddress(text)).toBe(address);
    expect(formatAddress(address)).toBe(text);
  });

  test.each([
    '',
    '10',
    '10.1',
    '10.0.1',
    '10.0.0.1.1',
    '167772161',
    '010.0.0.1',
    '10.0.0.01',
    '10.00.0.1',
    '10.0.0.256',
    '10.0.0.1000',
    '10..0.1',
    '.0.0.0.1',
    '10.0.0.',
    '0x0a.0.0.1',
    '+10.0.0.1',
    '10.0.0.-1',
    ' 10.0.0.1',
    '10.0.0.1 ',
    '10.0.0.1\n',
    '10.0.0.1/32',
    '١٠.0.0.1',
    '1e1.0.0.1',
  ])('is not %j', (text) => {
    expect(parseAddress(text)).toBeNull();
  });

  test('survives being written and read', () => {
    fc.assert(
      fc.property(anyAddress, (address) => {
        const text = formatAddress(address);
        expect(text).toBe(Address4.fromInteger(address).correctForm());
        expect(parseAddress(text)).toBe(address);
      }),
    );
  });

  test('is read only from the very text it is written as', () => {
    const nearly = fc.stringMatching(/^[0-9.x+ -]{5,17}$/);
    const dotted = fc.array(fc.integer({ min: 0, max: 300 }).map(String), { minLength: 3, maxLength: 5 });
    fc.assert(
      fc.property(
        fc.oneof(
          nearly,
          dotted.map((octets) => octets.join('.')),
        ),
        (text) => {
          const address = parseAddress(text);
          expect(address !== null).toBe(Address4.isValid(text) && new Address4(text).correctForm() === text);
          if (address !== null) expect(formatAddress(address)).toBe(text);
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('a block', () => {
  test('begins and ends where ip-address says', () => {
    fc.assert(
      fc.property(anyAddress, anyPrefixLength, (address, prefixLength) => {
        const oracle = new Address4(`${formatAddress(address)}/${prefixLength}`);
        expect(subnetRange(address, prefixLength)).toEqual({
          first: Number(oracle.startAddress().bigInt()),
          last: Number(oracle.endAddress().bigInt()),
        });
      }),
    );
  });

  test.each([
    [0, 0, 0, 0xffff_ffff],
    [0xffff_ffff, 0, 0, 0xffff_ffff],
    [0xffff_ffff, 1, 0x8000_0000, 0xffff_ffff],
    [0xffff_ffff, 32, 0xffff_ffff, 0xffff_ffff],
    [0, 32, 0, 0],
  ])('of %d/%d reaches the edges of the address space', (address, prefixLength, first, last) => {
    expect(subnetRange(address, prefixLength)).toEqual({ first, last });
  });

  test('has a mask that leads back to its prefix length', () => {
    for (let prefixLength = 0; prefixLength <= 32; prefixLength++) {
      expect(prefixLengthOf(prefixMask(prefixLength))).toBe(prefixLength);
    }
    expect(prefixMask(24)).toBe(0xffff_ff00);
  });

  test.each([0x0000_00ff, 0xff00_ff00, 0xffff_fffd, 1, 0x7fff_ffff])('has no mask such as %d', (mask) => {
    expect(prefixLengthOf(mask)).toBeNull();
  });
});
