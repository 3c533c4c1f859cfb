/** The address space in blocks of 256 cells: of addresses, of /24s, of /16s or of /8s. */

import { formatAddress } from '../src/targets/address.js';
import { contains, intersect, normalize, type Ranges } from '../src/targets/ranges.js';
import type { LinkModel } from './model.js';

export interface Block {
  readonly first: number;
  /** 24, 16, 8 or 0: its cells are longer by 8. */
  readonly prefixLength: number;
}

export type CellState = 'outside' | 'unswept' | 'silent' | 'gone' | 'up' | 'flapping' | 'conflict';

/** What stands in a cell. */
export interface Cell {
  /** The worst there is; of several addresses as of one. */
  readonly state: CellState;
  /** Addresses in it that are swept, or known all the same. */
  readonly targets: number;
  /** How many of them are had by somebody. */
  readonly up: number;
  readonly gone: number;
  readonly troubled: number;
}

/** Cells of a block. */
export const cellsPerBlock = 256;

export const cellSize = ({ prefixLength }: Block): number => 2 ** (24 - prefixLength);

/** Where a cell starts. */
export const cellStart = (block: Block, index: number): number => block.first + index * cellSize(block);

/** `10.0.0.7` or `10.0.7.0/24`. */
export function cellName(block: Block, index: number): string {
  const ip = formatAddress(cellStart(block, index));
  return block.prefixLength === 24 ? ip : `${ip}/${block.prefixLength + 8}`;
}

export const blockName = ({ first, prefixLength }: Block): string =>
  `${formatAddress(first)}/${prefixLength}`;

/** The block one level below that a cell stands for. */
export function blockIn(block: Block, index: number): Block {
  return { first: cellStart(block, index), prefixLength: block.prefixLength + 8 };
}

/** The cell of a block that an address lies in, or null. */
export function cellOf(block: Block, address: number): number | null {
  const index = Math.floor((address - block.first) / cellSize(block));
  return index >= 0 && index < cellsPerBlock ? index : null;
}

/**
 * The blocks that show a link whole: at most `most`, and as fine as that allows, but no finer than `finest`. Addresses that
 * are known beyond the targets are in them, too.
 */
export function blocksOf(link: LinkModel, most: number, finest = 24): Block[] {
  const strays = [...link.addresses.keys()].filter((ip) => !contains(link.ranges, ip));
  const ranges = normalize([...link.ranges, ...strays.map((ip) => ({ first: ip, last: ip }))]);
  for (let prefixLength = finest; prefixLength > 0; prefixLength -= 8) {
    const starts = startsOf(ranges, prefixLength, most);
    if (starts) return starts.map((first) => ({ first, prefixLength }));
  }
  return [{ first: 0, prefixLength: 0 }];
}

function startsOf(ranges: Ranges, prefixLength: number, most: number): number[] | null {
  const size = 2 ** (32 - prefixLength);
  const starts = new Set<number>();
  for (const { first, last } of ranges) {
    for (let start = first - (first % size); start <= last; start += size) {
      starts.add(start);
      if (starts.size > most) return null;
    }
  }
  return [...starts];
}

/** The cells of a block, by index. */
export function cellsOf(link: LinkModel, block: Block): Cell[] {
  const counts = Array.from({ length: cellsPerBlock }, () => ({ up: 0, gone: 0, flapping: 0, conflict: 0 }));
  const strays = new Array<number>(cellsPerBlock).fill(0);
  for (const [ip, { state }] of link.addresses) {
    const index = cellOf(block, ip);
    const count = index === null ? undefined : counts[index];
    if (index === null || count === undefined) continue;
    count[state]++;
    if (!contains(link.ranges, ip)) strays[index] = (strays[index] ?? 0) + 1;
  }
  const swept = targetsOf(link.ranges, block);
  return counts.map((count, index) => {
    const targets = (swept[index] ?? 0) + (strays[index] ?? 0);
    const troubled = count.flapping + count.conflict;
    return {
      state: worst(count, targets, link.sweptAtMs !== null),
      targets,
      up: count.up + troubled,
      gone: count.gone,
      troubled,
    };
  });
}

function worst(
  count: { up: number; gone: number; flapping: number; conflict: number },
  targets: number,
  swept: boolean,
): CellState {
  if (count.conflict > 0) return 'conflict';
  if (count.flapping > 0) return 'flapping';
  if (count.up > 0) return 'up';
  if (count.gone > 0) return 'gone';
  if (targets === 0) return 'outside';
  return swept ? 'silent' : 'unswept';
}

function targetsOf(ranges: Ranges, block: Block): number[] {
  const size = cellSize(block);
  const within = intersect(ranges, [{ first: block.first, last: block.first + size * cellsPerBlock - 1 }]);
  const targets = new Array<number>(cellsPerBlock).fill(0);
  for (const { first, last } of within) {
    let at = first;
    while (at <= last) {
      const index = cellOf(block, at) ?? 0;
      const end = Math.min(last, cellStart(block, index) + size - 1);
      targets[index] = (targets[index] ?? 0) + (end - at + 1);
      at = end + 1;
    }
  }
  return targets;
}
