// Packs the IEEE registries MA-L, MA-M and MA-S, as oui-data carries them, into dist/vendors.bin for src/vendors/registry.ts.
//
// Layout, little-endian unless said otherwise:
//   4 × uint32   entries in MA-S, MA-M and MA-L, and the number of names
//   3 tables     entries sorted by prefix: the prefix big-endian in 5 (36 bits), 4 (28 bits) or 3 bytes, uint16 name
//   offsets      uint32 for each name and one for the end, counted from the first name
//   names        UTF-8, sorted, each once, without separators
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const REGISTRIES = [
  { hexDigits: 9, prefixBytes: 5 },
  { hexDigits: 7, prefixBytes: 4 },
  { hexDigits: 6, prefixBytes: 3 },
];

/** Blocks whose owner is nobody's vendor: kept secret, or handed on in smaller blocks. */
const NOT_A_VENDOR = new Set(['Private', 'IEEE Registration Authority']);

/** Bit of the first byte that says that an address is locally administered (IEEE 802, U/L). */
const LOCAL_BIT = 0x02;

/** @param {Record<string, string>} registry from hex prefix to name and postal address */
function packVendors(registry) {
  const assigned = Object.entries(registry)
    .map(([prefix, text]) => ({ prefix: prefix.toLowerCase(), vendor: text.split('\n', 1)[0].trim() }))
    .filter(({ prefix, vendor }) => {
      const local = (Number.parseInt(prefix.slice(0, 2), 16) & LOCAL_BIT) !== 0;
      return vendor !== '' && !local && !NOT_A_VENDOR.has(vendor);
    });
  const names = [...new Set(assigned.map(({ vendor }) => vendor))].sort();
  if (names.length > 0xffff) throw new Error(`${names.length} vendor names do not fit 16-bit indexes`);
  const indexOf = new Map(names.map((name, index) => [name, index]));

  const tables = REGISTRIES.map(({ hexDigits, prefixBytes }) => {
    const entries = assigned.filter(({ prefix }) => prefix.length === hexDigits);
    entries.sort((a, b) => (a.prefix < b.prefix ? -1 : 1));
    const size = prefixBytes + 2;
    const table = Buffer.alloc(entries.length * size);
    entries.forEach(({ prefix, vendor }, i) => {
      table.writeUIntBE(Number.parseInt(prefix, 16), i * size, prefixBytes);
      table.writeUInt16LE(indexOf.get(vendor), i * size + prefixBytes);
    });
    return { table, entries: entries.length };
  });

  const header = Buffer.alloc(16);
  [...tables.map(({ entries }) => entries), names.length].forEach((count, i) => {
    header.writeUInt32LE(count, i * 4);
  });
  const offsets = Buffer.alloc((names.length + 1) * 4);
  let end = 0;
  names.forEach((name, i) => {
    end += Buffer.byteLength(name);
    offsets.writeUInt32LE(end, (i + 1) * 4);
  });
  return Buffer.concat([header, ...tables.map(({ table }) => table), offsets, Buffer.from(names.join(''))]);
}

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
mkdirSync(here('../dist'), { recursive: true });
writeFileSync(
  here('../dist/vendors.bin'),
  packVendors(JSON.parse(readFileSync(fileURLToPath(import.meta.resolve('oui-data')), 'utf8'))),
);
