import { readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { registeredVendor } from '../../../src/vendors/registry.js';

const registry = JSON.parse(
  readFileSync(createRequire(import.meta.url).resolve('oui-data'), 'utf8'),
) as Record<string, string>;

/** What the table must say, worked out the slow way from the registries themselves. */
function oracle(mac: string): string | null {
  const digits = mac.replaceAll(':', '').toUpperCase();
  if ((Number.parseInt(digits.slice(0, 2), 16) & 0x02) !== 0) return null;
  for (const length of [9, 7, 6]) {
    const name = registry[digits.slice(0, length)]?.split('\n')[0];
    if (name === 'Private' || name === 'IEEE Registration Authority') return null;
    if (name) return name;
  }
  return null;
}

const nameOf = (mac: string): string | null => registeredVendor(mac)?.name ?? null;

const macOf = (prefix: string, filler: string): string =>
  (prefix + filler.repeat(12))
    .slice(0, 12)
    .toLowerCase()
    .replace(/..(?!$)/g, '$&:');

describe('the vendor of a MAC address', () => {
  test('is the one registered for its longest prefix, for every prefix of every registry', () => {
    const wrong = Object.keys(registry)
      .flatMap((prefix) => [macOf(prefix, '0'), macOf(prefix, 'f')])
      .filter((mac) => nameOf(mac) !== oracle(mac));
    expect(wrong).toEqual([]);
  });

  test('agrees with the registries for addresses at large', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 6, maxLength: 6 }), (bytes) => {
        const mac = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(':');
        expect(nameOf(mac)).toBe(oracle(mac));
      }),
      { numRuns: 2000 },
    );
  });

  test.each([
    ['00:50:56:ab:47:53', 'VMware, Inc.', 'MA-L'],
    ['8c:1f:64:ff:c0:01', 'Invendis Technologies India Pvt Ltd', 'MA-S'],
    ['00:55:da:00:00:01', 'Shinko Technos co.,ltd.', 'MA-M'],
  ])('%s is %s (%s)', (mac, vendor) => {
    expect(nameOf(mac)).toBe(vendor);
  });

  test('is unknown where the address is locally administered, even where a registry once listed the prefix', () => {
    const { AA0004 } = registry;
    expect(AA0004).toMatch(/^DIGITAL/);
    expect(nameOf('aa:00:04:00:01:04')).toBeNull();
  });

  test('keeps the letters of names outside ASCII', () => {
    const [prefix, text] =
      Object.entries(registry).find(([, name]) => /^[^\n]*[^\p{ASCII}\n]/u.test(name)) ?? [];
    expect(nameOf(macOf(prefix ?? '', '0'))).toBe(text?.split('\n')[0]);
  });

  test('comes from a table well below 2 MB', () => {
    const { size } = statSync(fileURLToPath(new URL('../../../dist/vendors.bin', import.meta.url)));
    expect(size).toBeLessThan(1_500_000);
  });
});
