/** Ranges in octets, such as `10.0.0-3.1-254`, as intervals of addresses. */

import type { Range, Ranges } from './ranges.js';

/** Four ranges from 0 to 255, most significant first. */
export type OctetRanges = readonly [Range, Range, Range, Range];

export const isSingle = (octet: Range): boolean => octet.first === octet.last;

const isFull = (octet: Range): boolean => octet.first === 0 && octet.last === 255;
const sizeOf = (octet: Range): number => octet.last - octet.first + 1;

/** The innermost octet that is not full, or the first: beyond it, addresses follow each other without a gap. */
function innermost(octets: OctetRanges): number {
  return Math.max(
    0,
    octets.findLastIndex((octet) => !isFull(octet)),
  );
}

/** How many intervals `octetIntervals` would make. */
export function countOctetIntervals(octets: OctetRanges): number {
  return octets.slice(0, innermost(octets)).reduce((count, octet) => count * sizeOf(octet), 1);
}

/**
 * One interval for each combination of the octets outside the innermost one that is not full. That one leaves
 * a gap on either side of itself, so the result is a set as it stands.
 */
export function octetIntervals(octets: OctetRanges): Ranges {
  const depth = innermost(octets);
  const inner = octets[depth] as Range;
  const width = 256 ** (3 - depth);
  let rows = [0];
  for (const octet of octets.slice(0, depth)) {
    const longer: number[] = [];
    for (const row of rows) {
      for (let value = octet.first; value <= octet.last; value++) longer.push(row * 256 + value);
    }
    rows = longer;
  }
  return rows.map((row) => ({
    first: (row * 256 + inner.first) * width,
    last: (row * 256 + inner.last + 1) * width - 1,
  }));
}
