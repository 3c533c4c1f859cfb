/** Reads the values of a document whose shape nobody has vouched for, and says where it differs from what is wanted. */

import { parseMac } from '../mac-address.js';
import { parseAddress } from '../targets/address.js';

/** A value, and where in its document it stands, such as `interfaces[3].mac`; `fail` blames a place. */
export interface Place {
  readonly value: unknown;
  readonly path: string;
  readonly fail: (path: string, problem: string) => never;
}

/** The members of an object. */
export function members(place: Place): Readonly<Record<string, unknown>> {
  const { value } = place;
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  return refuse(place, 'an object');
}

/** A member of an object, there or not. */
export function member(place: Place, key: string): Place {
  const path = place.path === '' ? key : `${place.path}.${key}`;
  return { ...place, value: members(place)[key], path };
}

/** Refuses members that nobody reads: most likely they are misspelt. */
export function allowOnly(place: Place, keys: readonly string[]): void {
  const stray = Object.keys(members(place)).find((key) => !keys.includes(key));
  if (stray === undefined) return;
  place.fail(member(place, stray).path, `there is no such member; there are ${keys.join(', ')}`);
}

export function elements(place: Place): Place[] {
  const { value, path } = place;
  if (!Array.isArray(value)) return refuse(place, 'a list');
  return value.map((element, i) => ({ ...place, value: element, path: `${path}[${i}]` }));
}

/** A text that is not empty. */
export function text(place: Place): string {
  const { value } = place;
  return typeof value === 'string' && value.trim() !== '' ? value : refuse(place, 'a text');
}

/** A whole number within bounds, both included. */
export function wholeNumber(place: Place, least: number, most: number): number {
  const { value } = place;
  const right = typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most;
  return right ? value : refuse(place, `a whole number from ${least} to ${most}`);
}

export function flag(place: Place): boolean {
  const { value } = place;
  return typeof value === 'boolean' ? value : refuse(place, 'true or false');
}

/** A hardware address, in lower case with colons. */
export function mac(place: Place): string {
  return (typeof place.value === 'string' ? parseMac(place.value) : null) ?? refuse(place, 'a MAC address');
}

/** An IPv4 address in host byte order. */
export function ipv4(place: Place): number {
  const { value } = place;
  return (typeof value === 'string' ? parseAddress(value) : null) ?? refuse(place, 'an IPv4 address');
}

/** What `read` makes of a value that is there, or `absent` where it is left out or null. */
export function optional<T, A>(place: Place, read: (place: Place) => T, absent: A): T | A {
  return place.value === undefined || place.value === null ? absent : read(place);
}

function refuse(place: Place, wanted: string): never {
  const shown = place.value === undefined ? 'nothing' : (JSON.stringify(place.value) ?? 'nothing');
  const short = shown.length > 40 ? `${shown.slice(0, 40)}…` : shown;
  return place.fail(place.path, `here should be ${wanted}, not ${short}`);
}
