/** The grammar of targets that are written in numbers; every error points at the character that is wrong. */

import { formatAddress, prefixLengthOf } from './address.js';
import { isSingle, type OctetRanges } from './octets.js';
import { type Range, subnetRange } from './ranges.js';
import { type Fail, quoteCharacter, targetForms } from './refusal.js';

/** What a numeric target stands for: one interval, or ranges in octets that may be many. */
export type NumericTarget = { readonly range: Range } | { readonly octets: OctetRanges };

interface Cursor {
  readonly word: string;
  readonly fail: Fail;
  at: number;
}

const addressForm = 'Write an address as four decimal octets from 0 to 255, such as 10.0.0.7.';
const zeroForm = 'Write decimal numbers without leading zeros, such as 10.0.0.7; octal is not read.';
const prefixForm = 'Write a prefix length from 0 to 32, such as 10.0.0.0/24.';
const maskForm =
  'Write ones followed by zeros, such as 10.0.0.0:255.255.255.0, or a prefix length, such as 10.0.0.0/24.';
const rangeForm = 'Write the lower end first, such as 10.0.0.7-90 or 10.0.0.7-10.0.0.90.';

/**
 * Whether a target is meant as numbers, rightly written or not. Besides what has no letter, that is a name whose
 * last label is a number (inet_aton(3), and with it the resolver, would read `0x0a.1` as an address), and one or
 * two dotted quads of which only the last octet is odd, such as `10.0.0.7x`.
 */
export function isNumeric(word: string): boolean {
  const [head = ''] = word.split(/[/:]/, 1);
  if (!/[\p{L}_]/u.test(head)) return true;
  const labels = head.replace(/\.$/, '').split('.');
  const last = labels.pop() ?? '';
  if (/^(?:\d[\d-]*|0x[\da-f]*)$/i.test(last)) return true;
  return (labels.length === 3 || labels.length === 6) && labels.every((label) => /^[\d-]*$/.test(label));
}

/** Reads every form of target but host names; `fail` is called for what cannot be right. */
export function parseNumericTarget(word: string, fail: Fail): NumericTarget {
  const cursor: Cursor = { word, fail, at: 0 };
  const octets = readOctets(cursor, readOctetRange);
  if (secondAddressAhead(cursor)) return { range: readSecondAddress(cursor, octets) };
  if (word[cursor.at] === '/') return { range: subnetRange(soleAddress(cursor, octets), readPrefix(cursor)) };
  if (word[cursor.at] === ':') return { range: subnetRange(soleAddress(cursor, octets), readMask(cursor)) };
  expectEnd(cursor);
  return { octets };
}

function readOctets(cursor: Cursor, read: (cursor: Cursor, index: number) => Range): OctetRanges {
  const first = read(cursor, 0);
  const second = read(afterDot(cursor, 1), 1);
  const third = read(afterDot(cursor, 2), 2);
  return [first, second, third, read(afterDot(cursor, 3), 3)];
}

function readAddress(cursor: Cursor): number {
  return addressOf(readOctets(cursor, readSingleOctet));
}

function readSingleOctet(cursor: Cursor): Range {
  const octet = readNumber(cursor, 'octet', 255, addressForm);
  return { first: octet, last: octet };
}

function readOctetRange(cursor: Cursor, index: number): Range {
  const { first } = readSingleOctet(cursor);
  if (cursor.word[cursor.at] !== '-') return { first, last: first };
  if (index === 3 && secondAddressAhead(cursor)) return { first, last: first };
  const start = ++cursor.at;
  const last = readNumber(cursor, 'octet', 255, rangeForm);
  if (last < first) cursor.fail(start, `The range of octets ${first}-${last} is reversed`, rangeForm);
  return { first, last };
}

/** Behind the last octet, `-` begins a second address where a dot follows, otherwise the end of a range of octets. */
function secondAddressAhead({ word, at }: Cursor): boolean {
  return /^-[^/:]*\./.test(word.slice(at));
}

function readSecondAddress(cursor: Cursor, octets: OctetRanges): Range {
  const first = soleAddress(cursor, octets);
  const start = ++cursor.at;
  const last = readAddress(cursor);
  expectEnd(cursor);
  if (last < first) {
    cursor.fail(start, `The range ${formatAddress(first)}-${formatAddress(last)} is reversed`, rangeForm);
  }
  return { first, last };
}

function readPrefix(cursor: Cursor): number {
  const start = ++cursor.at;
  if (/^\d+\./.test(cursor.word.slice(start))) {
    cursor.fail(start, 'A mask stands after a slash', maskForm);
  }
  const prefixLength = readNumber(cursor, 'prefix length', 32, prefixForm);
  expectEnd(cursor);
  return prefixLength;
}

function readMask(cursor: Cursor): number {
  const start = cursor.at + 1;
  if (/^\d+$/.test(cursor.word.slice(start))) {
    cursor.fail(cursor.at, 'A port is given', `Leave it out: ARP asks for addresses. ${targetForms}`);
  }
  cursor.at = start;
  const mask = readAddress(cursor);
  expectEnd(cursor);
  return prefixLengthOf(mask) ?? cursor.fail(start, 'The mask is not contiguous', maskForm);
}

function readNumber(cursor: Cursor, noun: string, most: number, form: string): number {
  const { word, at: start } = cursor;
  let end = start;
  while (isDigit(word.charCodeAt(end))) end++;
  if (end === start) {
    const next = word[start];
    const missing = next === undefined || '.-/:'.includes(next);
    return missing ? cursor.fail(start, `The ${noun} is missing`, form) : outOfPlace(cursor);
  }
  cursor.at = end;
  if (/^0x/i.test(word.slice(start, end + 1))) {
    return cursor.fail(end, 'A hexadecimal number is given', addressForm);
  }
  if (end - start > 1 && word[start] === '0') cursor.fail(start, `The ${noun} has a leading zero`, zeroForm);
  // Without a leading zero, every number of more than three digits is too high.
  const value = end - start > 3 ? Number.POSITIVE_INFINITY : Number(word.slice(start, end));
  return value > most ? cursor.fail(start, `The ${noun} is above ${most}`, form) : value;
}

function afterDot(cursor: Cursor, octets: number): Cursor {
  const { word, at } = cursor;
  const next = word[at];
  if (next === undefined || next === '/' || next === ':') {
    cursor.fail(at, `The address ends after ${octets} of its four octets`, addressForm);
  }
  if (next !== '.') outOfPlace(cursor);
  cursor.at++;
  return cursor;
}

function soleAddress(cursor: Cursor, octets: OctetRanges): number {
  if (!octets.every(isSingle)) {
    const what =
      { '/': 'A prefix length', ':': 'A mask' }[cursor.word[cursor.at] ?? ''] ?? 'A second address';
    cursor.fail(cursor.at, `${what} follows a range of octets`, targetForms);
  }
  return addressOf(octets);
}

function expectEnd(cursor: Cursor): void {
  const next = cursor.word[cursor.at];
  if (next !== undefined) outOfPlace(cursor);
}

function outOfPlace({ word, at, fail }: Cursor): never {
  return fail(at, `${quoteCharacter(word, at)} is out of place`, targetForms);
}

function addressOf(octets: OctetRanges): number {
  return octets.reduce((address, octet) => address * 256 + octet.first, 0);
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}
