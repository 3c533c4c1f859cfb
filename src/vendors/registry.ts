/** Vendor names by the IEEE registries, from a table that scripts/build-vendors.mjs packs (its layout is told there). */
import { readFileSync } from 'node:fs';
import { isLocal } from '../mac-address.js';
import type { PrefixName } from './prefix-names.js';

const NAME_INDEX_BYTES = 2;
const HEADER_BYTES = 4 * 4;

const MA_L_BYTES = 3;

/** MA-S, MA-M, MA-L: longest prefix first, for small blocks lie inside large ones of the Registration Authority. */
const REGISTRIES = [
  { hexDigits: 9, prefixBytes: 5 },
  { hexDigits: 7, prefixBytes: 4 },
  { hexDigits: 6, prefixBytes: MA_L_BYTES },
] as const;

interface Registry {
  readonly hexDigits: number;
  readonly prefixBytes: number;
  /** Entries sorted by prefix, each a big-endian prefix and a little-endian index of a name. */
  readonly entries: Buffer;
}

interface VendorTable {
  readonly registries: readonly Registry[];
  readonly offsets: Buffer;
  readonly names: Buffer;
}

let table: VendorTable | undefined;

/**
 * Vendors that were looked up, by the bytes of their MA-L block: in a large network thousands share one, and a
 * block that is a vendor's own is not divided any further. What is not registered is not kept.
 */
const owners = new Map<string, PrefixName>();

/**
 * The vendor that a MAC address is registered to, or null where it is registered to none or to one that keeps its
 * name private, and for locally administered addresses. The table is read at the first call that needs it.
 * @param mac six bytes in lower-case hexadecimal with colons
 */
export function registeredVendor(mac: string): PrefixName | null {
  // Whoever made such an address up is in no registry.
  if (isLocal(mac)) return null;
  const block = mac.slice(0, 'aa:bb:cc'.length);
  return owners.get(block) ?? lookUp(mac, block);
}

function lookUp(mac: string, block: string): PrefixName | null {
  const digits = mac.replaceAll(':', '');
  table ??= load();
  for (const registry of table.registries) {
    const { hexDigits } = registry;
    const index = find(registry, Number.parseInt(digits.slice(0, hexDigits), 16));
    if (index === null) continue;
    const vendor = { hexDigits, name: nameAt(table, index) };
    if (registry.prefixBytes === MA_L_BYTES) owners.set(block, vendor);
    return vendor;
  }
  return null;
}

function find({ entries, prefixBytes }: Registry, prefix: number): number | null {
  const size = prefixBytes + NAME_INDEX_BYTES;
  let low = 0;
  let high = entries.length / size;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const found = entries.readUIntBE(middle * size, prefixBytes);
    if (found === prefix) return entries.readUInt16LE(middle * size + prefixBytes);
    if (found < prefix) low = middle + 1;
    else high = middle;
  }
  return null;
}

function nameAt({ offsets, names }: VendorTable, index: number): string {
  return names.toString('utf8', offsets.readUInt32LE(index * 4), offsets.readUInt32LE((index + 1) * 4));
}

/** One path serves both the compiled module in dist/vendors/ and its source in src/vendors/. */
function load(): VendorTable {
  const packed = readFileSync(new URL('../../dist/vendors.bin', import.meta.url));
  let position = HEADER_BYTES;
  const take = (bytes: number): Buffer => {
    const part = packed.subarray(position, position + bytes);
    position += bytes;
    return part;
  };
  const registries = REGISTRIES.map(({ hexDigits, prefixBytes }, i) => ({
    hexDigits,
    prefixBytes,
    entries: take(packed.readUInt32LE(i * 4) * (prefixBytes + NAME_INDEX_BYTES)),
  }));
  const offsets = take((packed.readUInt32LE(REGISTRIES.length * 4) + 1) * 4);
  return { registries, offsets, names: packed.subarray(position) };
}
