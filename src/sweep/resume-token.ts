/**
 * The text by which an interrupted sweep is continued: base64url of
 *
 *     version 1, flags (1 sequential, 2 of a shard), seed, fingerprint of the targets, fingerprint of the links,
 *     shard and number of shards, number of links, for each: number of slices, for each: gap before it, length - 1;
 *     checksum of all that
 *
 * Seed, fingerprints and checksum are uint32, little-endian; numbers behind them are LEB128.
 */
import { OptionError } from '../errors.js';
import { normalize, type Range, type Ranges } from '../targets/ranges.js';

/** What is left of a sweep. */
export interface Continuation {
  readonly seed: number;
  readonly sequential: boolean;
  readonly shard: Shard | null;
  /** Fingerprints of what was to be asked, and on what. */
  readonly targets: number;
  readonly links: number;
  /** Positions in the permutation of each link's targets. */
  readonly remaining: readonly Ranges[];
}

/** One of `count` parts, from 1. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

const version = 1;
const flag = { sequential: 1, sharded: 2 };
const largest = 0xffff_ffff;
const fixedBytes = 14;
const checksumBytes = 4;

/** FNV-1a of 32 bits: no other text of a token that differs in one character has the same. */
export function fingerprint(bytes: Iterable<number>): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

export function formatToken(continuation: Continuation): string {
  const { seed, sequential, shard, targets, links, remaining } = continuation;
  const bytes: number[] = [version, (sequential ? flag.sequential : 0) | (shard ? flag.sharded : 0)];
  for (const value of [seed, targets, links]) bytes.push(...uint32(value));
  const numbers = shard ? [shard.index, shard.count] : [];
  numbers.push(remaining.length);
  for (const slices of remaining) {
    numbers.push(slices.length);
    let end = 0;
    for (const { first, last } of slices) {
      numbers.push(first - end, last - first);
      end = last + 1;
    }
  }
  for (const number of numbers) bytes.push(...leb128(number));
  bytes.push(...uint32(fingerprint(bytes)));
  return Buffer.from(bytes).toString('base64url');
}

/**
 * @throws OptionError for a text that is no token, that was damaged on its way, or that another release wrote
 */
export function parseToken(text: string): Continuation {
  const bytes = Buffer.from(typeof text === 'string' ? text : '', 'base64url');
  const end = bytes.length - checksumBytes;
  const isWhole = bytes.toString('base64url') === text && end > fixedBytes;
  if (!isWhole || bytes.readUInt32LE(end) !== fingerprint(bytes.subarray(0, end))) refuseDamaged(text);
  if (bytes[0] !== version) {
    throw new OptionError(
      'resume',
      'The resume token is of another release of arpsweep.',
      'Go on with the release that printed it, or sweep anew.',
    );
  }
  const reader = readerOf(bytes.subarray(0, end), text);
  const flags = bytes[1] ?? 0;
  const [seed = 0, targets = 0, links = 0] = [2, 6, 10].map((at) => bytes.readUInt32LE(at));
  const shard = (flags & flag.sharded) !== 0 ? { index: reader.next(), count: reader.next() } : null;
  const remaining = Array.from({ length: reader.count() }, () => slicesIn(reader));
  return { seed, sequential: (flags & flag.sequential) !== 0, shard, targets, links, remaining };
}

function refuseDamaged(text: string): never {
  throw new OptionError(
    'resume',
    `The resume token ${JSON.stringify(text)} is not complete.`,
    'Give it as the interrupted run printed it, every character of it.',
  );
}

function uint32(value: number): number[] {
  return [value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24];
}

function leb128(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return [...bytes, rest];
}

interface Reader {
  next(): number;
  /** A number of things, each of which takes a byte at the least. */
  count(): number;
}

function readerOf(bytes: Uint8Array, text: string): Reader {
  let at = fixedBytes;
  const next = (): number => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = bytes[at++];
      if (byte === undefined) return refuseDamaged(text);
      value += (byte & 127) * factor;
      if (value > largest) refuseDamaged(text);
      if (byte < 128) return value;
    }
  };
  const count = (): number => {
    const value = next();
    return value <= bytes.length ? value : refuseDamaged(text);
  };
  return { next, count };
}

function slicesIn(reader: Reader): Ranges {
  const slices: Range[] = [];
  let end = 0;
  for (let left = reader.count(); left > 0; left--) {
    const first = end + reader.next();
    const last = first + reader.next();
    slices.push({ first, last });
    end = last + 1;
  }
  return normalize(slices);
}
