/** From the text of targets to the set of addresses that they stand for. */

import { TargetSyntaxError } from '../errors.js';
import { parseAddress } from './address.js';
import { checkHostName, refuseForeign } from './host-name.js';
import { isNumeric, parseNumericTarget } from './numeric-target.js';
import { countOctetIntervals, octetIntervals } from './octets.js';
import { countAddresses, normalize, type Range, type Ranges, rangesOf } from './ranges.js';
import { type Fail, targetForms } from './refusal.js';

/** What was asked for. Addresses are unsigned 32-bit numbers in host byte order. */
export interface TargetSet {
  /** Every address, the named ones included. */
  readonly ranges: Ranges;
  /** Addresses given singly, by a target that stands for just one; sorted, without duplicates. */
  readonly named: readonly number[];
  /** Names that are still to be resolved, in the order given. */
  readonly hostNames: readonly HostName[];
}

/** A host name, and where it was given. */
export interface HostName {
  readonly name: string;
  /** The text, or the line of the file, that holds the name from `offset` on. */
  readonly input: string;
  readonly offset: number;
  /** File and line, such as `targets.txt line 3`, or null for a target given as text. */
  readonly origin: string | null;
}

/**
 * Most intervals that a set may come to. Octet ranges multiply: `0-255.0-255.0-255.1-254` would be 16 million,
 * of which each costs memory here and a step of every look-up in the engine.
 */
export const mostIntervals = 1_000_000;

/** What has been read so far; `ranges` is neither sorted nor disjoint. */
interface Collection {
  ranges: Range[];
  readonly named: number[];
  readonly hostNames: HostName[];
  /** Length of `ranges` at which it is worth normalizing in between. */
  crowded: number;
  /** Blames the target that was read last. */
  fail: Fail;
}

/** A piece of text that holds targets; `origin` as in `HostName`. */
interface Source {
  readonly input: string;
  readonly origin: string | null;
}

/**
 * Reads targets: `10.0.0.0/24`, `10.0.0.7`, `10.0.0.7-10.0.0.90`, `10.0.0.7-90`, `10.0.0-3.1-254`,
 * `10.0.0.0:255.255.255.0` or a host name. A text may hold several, parted by white space or commas. A block is
 * meant whole, wherever in it the address lies.
 *
 * No name is resolved and nothing is sent. An empty list gives an empty set; a text without a target is an error,
 * because an unset variable in somebody's script must not come to mean "everything".
 * @throws TargetSyntaxError that points at the first offending character, or at the start of a target that is
 * wrong as a whole
 */
export function parseTargets(input: string | readonly string[]): TargetSet {
  const collection = emptyCollection();
  for (const text of typeof input === 'string' ? [input] : input) {
    const source = { input: text, origin: null };
    if (collect(collection, source, text) === 0) refuseEmpty(source);
  }
  return finish(collection);
}

/**
 * Reads the text of a targets file or of standard input: the forms of `parseTargets`, any number a line, and
 * comments from `#` to the end of the line.
 * @param name of the file, for errors
 * @throws TargetSyntaxError that names file and line; also where the file holds no target
 */
export function parseTargetsFile(text: string, name: string): TargetSet {
  const collection = emptyCollection();
  let targets = 0;
  let number = 0;
  for (const line of text.split(/\r\n|\n|\r/)) {
    number++;
    const [content = ''] = line.split('#', 1);
    targets += collect(collection, { input: line, origin: `${name} line ${number}` }, content);
  }
  if (targets === 0) refuseEmpty({ input: '', origin: name });
  return finish(collection);
}

/** Joins what was given in several places. */
export function mergeTargets(sets: readonly TargetSet[]): TargetSet {
  return {
    ranges: normalize(sets.flatMap((set) => set.ranges)),
    named: sortUnique(sets.flatMap((set) => set.named)),
    hostNames: sets.flatMap((set) => set.hostNames),
  };
}

function emptyCollection(): Collection {
  return {
    ranges: [],
    named: [],
    hostNames: [],
    crowded: mostIntervals,
    fail: failAt({ input: '', origin: null }, 0),
  };
}

/** Reads `content`, which begins the source's text, and says how many targets it holds. */
function collect(collection: Collection, source: Source, content: string): number {
  let count = 0;
  for (const match of content.matchAll(/[^\s,]+/g)) {
    count++;
    collection.fail = failAt(source, match.index);
    collectTarget(collection, source, match[0], match.index);
    if (collection.ranges.length > collection.crowded) compact(collection);
  }
  return count;
}

function collectTarget(collection: Collection, source: Source, word: string, offset: number): void {
  const { ranges, named, hostNames, fail } = collection;
  const address = parseAddress(word);
  if (address !== null) {
    ranges.push({ first: address, last: address });
    named.push(address);
    return;
  }
  refuseForeign(word, fail);
  if (!isNumeric(word)) {
    checkHostName(word, fail);
    hostNames.push({ name: word, input: source.input, offset, origin: source.origin });
    return;
  }
  const target = parseNumericTarget(word, fail);
  if ('octets' in target && countOctetIntervals(target.octets) > mostIntervals) refuseCrowd(fail);
  const added = 'octets' in target ? octetIntervals(target.octets) : [target.range];
  for (const range of added) ranges.push(range);
  const [sole] = added;
  if (sole && countAddresses(added) === 1) named.push(sole.first);
}

/** Keeps memory bounded however many targets overlap. */
function compact(collection: Collection): void {
  collection.ranges = [...normalize(collection.ranges)];
  if (collection.ranges.length > mostIntervals) refuseCrowd(collection.fail);
  // Room for as many again, lest each further target normalizes anew.
  collection.crowded = Math.max(mostIntervals, collection.ranges.length * 2);
}

function finish(collection: Collection): TargetSet {
  const ranges = normalize(collection.ranges);
  if (ranges.length > mostIntervals) refuseCrowd(collection.fail);
  return { ranges, named: sortUnique(collection.named), hostNames: collection.hostNames };
}

/** Sorts addresses and drops those given twice. */
export function sortUnique(addresses: readonly number[]): number[] {
  const sorted = Uint32Array.from(addresses).sort();
  return Array.from(sorted.filter((address, index) => index === 0 || address !== sorted[index - 1]));
}

/** Addresses as targets, each named singly. */
export function namedTargets(addresses: readonly number[]): TargetSet {
  const named = sortUnique(addresses);
  return { ranges: rangesOf(named), named, hostNames: [] };
}

function failAt(source: Source, offset: number): Fail {
  return (at, problem, remedy) => {
    throw new TargetSyntaxError(source.input, offset + at, problem, remedy, source.origin);
  };
}

function refuseEmpty(source: Source): never {
  return failAt(source, 0)(0, 'No address is given', targetForms);
}

function refuseCrowd(fail: Fail): never {
  return fail(
    0,
    `More than ${mostIntervals.toLocaleString('en')} separate ranges of addresses are given`,
    'Sweep in parts, or give whole blocks such as 10.0.0.0/8.',
  );
}
