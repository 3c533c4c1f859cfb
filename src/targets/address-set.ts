/** A set of IPv4 addresses that grows one by one: a bit for each, in pages of 256 that are there when needed. */

import { normalize, type Range, type Ranges } from './ranges.js';

export interface AddressSet {
  /** How much room it takes. */
  readonly pages: number;
  add(address: number): void;
  has(address: number): boolean;
  toRanges(): Ranges;
}

const wordsPerPage = 256 / 32;

export function addressSet(): AddressSet {
  const pages = new Map<number, Uint32Array>();
  // Whoever asks, asks in blocks.
  let latest = -1;
  let page: Uint32Array = new Uint32Array();

  return {
    get pages() {
      return pages.size;
    },
    add(address) {
      const block = address >>> 8;
      if (block !== latest) {
        page = pages.get(block) ?? new Uint32Array(wordsPerPage);
        pages.set(block, page);
        latest = block;
      }
      const word = (address & 255) >>> 5;
      page[word] = (page[word] ?? 0) | (1 << (address & 31));
    },
    has(address) {
      const word = pages.get(address >>> 8)?.[(address & 255) >>> 5] ?? 0;
      return ((word >>> (address & 31)) & 1) !== 0;
    },
    toRanges() {
      const ranges: Range[] = [];
      for (const [block, words] of pages) {
        for (let low = 0; low < 256; low++) {
          if ((((words[low >>> 5] ?? 0) >>> (low & 31)) & 1) === 0) continue;
          const address = block * 256 + low;
          const open = ranges.at(-1);
          if (open?.last === address - 1) ranges[ranges.length - 1] = { first: open.first, last: address };
          else ranges.push({ first: address, last: address });
        }
      }
      return normalize(ranges);
    },
  };
}
