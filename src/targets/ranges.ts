/** Sets of IPv4 addresses as sorted intervals: a /8 is one pair of numbers, never sixteen million. */

import { formatAddress, prefixMask } from './address.js';

/** An interval of addresses in host byte order; both ends belong to it. */
export interface Range {
  readonly first: number;
  readonly last: number;
}

/** A set of addresses: sorted, disjoint ranges with at least one address between any two of them. */
export type Ranges = readonly Range[];

const lastAddress = 0xffff_ffff;

/** The whole block that an address lies in, its first and its last address included. */
export function subnetRange(address: number, prefixLength: number): Range {
  const mask = prefixMask(prefixLength);
  return { first: (address & mask) >>> 0, last: (address | ~mask) >>> 0 };
}

/** Makes a set of ranges in any order, overlapping or adjacent. */
export function normalize(ranges: readonly Range[]): Ranges {
  const sorted = ranges.toSorted((a, b) => a.first - b.first);
  const result: Range[] = [];
  let open: Range | undefined;
  for (const range of sorted) {
    if (open === undefined || range.first > open.last + 1) {
      if (open) result.push(open);
      open = range;
    } else if (range.last > open.last) {
      open = { first: open.first, last: range.last };
    }
  }
  if (open) result.push(open);
  return result;
}

/** Addresses that are in either set. */
/** The ranges that sorted addresses come to, each of them once. */
export function rangesOf(sorted: readonly number[]): Ranges {
  const ranges: { first: number; last: number }[] = [];
  let open: { first: number; last: number } | undefined;
  for (const address of sorted) {
    if (open && address === open.last + 1) {
      open.last = address;
    } else {
      open = { first: address, last: address };
      ranges.push(open);
    }
  }
  return ranges;
}

export function union(a: Ranges, b: Ranges): Ranges {
  return normalize([...a, ...b]);
}

/** Addresses that are in both sets. */
export function intersect(a: Ranges, b: Ranges): Ranges {
  const result: Range[] = [];
  let i = 0;
  let j = 0;
  for (;;) {
    const left = a[i];
    const right = b[j];
    if (left === undefined || right === undefined) return result;
    const first = Math.max(left.first, right.first);
    const last = Math.min(left.last, right.last);
    if (first <= last) result.push({ first, last });
    if (left.last < right.last) i++;
    else j++;
  }
}

/** Addresses that are in `a` and not in `b`. */
export function subtract(a: Ranges, b: Ranges): Ranges {
  return intersect(a, complement(b));
}

function complement(ranges: Ranges): Ranges {
  const result: Range[] = [];
  let next = 0;
  for (const { first, last } of ranges) {
    if (next < first) result.push({ first: next, last: first - 1 });
    next = last + 1;
  }
  if (next <= lastAddress) result.push({ first: next, last: lastAddress });
  return result;
}

/** How many addresses the set holds, up to 4294967296. */
export function countAddresses(ranges: Ranges): number {
  return ranges.reduce((count, { first, last }) => count + (last - first + 1), 0);
}

/** Whether the set holds an address; takes the logarithm of the number of ranges. */
export function contains(ranges: Ranges, address: number): boolean {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ranges[middle] as Range).last < address) low = middle + 1;
    else high = middle;
  }
  const range = ranges[low];
  return range !== undefined && range.first <= address;
}

/**
 * The text of each range, which `parseTargets` reads back: an address, a block such as `10.0.0.0/24` where the
 * range is exactly one, otherwise `10.0.0.7-10.0.0.90`.
 */
export function formatRanges(ranges: Ranges): string[] {
  return ranges.map(formatRange);
}

function formatRange({ first, last }: Range): string {
  if (first === last) return formatAddress(first);
  // A block spans a run of low ones and starts where these are zero.
  const span = last - first;
  const isBlock = (span & (span + 1)) === 0 && (first & span) === 0;
  return isBlock
    ? `${formatAddress(first)}/${Math.clz32(span)}`
    : `${formatAddress(first)}-${formatAddress(last)}`;
}

/** The ranges as first, last, first, last, …: the form in which they cross to the native engine. */
export function toPairs(ranges: Ranges): Uint32Array {
  const pairs = new Uint32Array(ranges.length * 2);
  ranges.forEach(({ first, last }, index) => {
    pairs[index * 2] = first;
    pairs[index * 2 + 1] = last;
  });
  return pairs;
}

/** The ranges that come back in that form. */
export function fromPairs(pairs: Uint32Array): Range[] {
  const ranges: Range[] = [];
  for (let i = 0; i + 1 < pairs.length; i += 2) {
    ranges.push({ first: pairs[i] ?? 0, last: pairs[i + 1] ?? 0 });
  }
  return ranges;
}
