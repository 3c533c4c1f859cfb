/** What the lines of a state file must be, of which nothing is taken on trust but that nobody wrote them by halves. */

import type { WatchState } from '../../generated/watch-state-types.js';
import {
  allowOnly,
  elements,
  flag,
  ipv4,
  mac,
  member,
  members,
  type Place,
  text,
} from '../../input/shape.js';
import type { ListName } from './state-parts.js';

/** The schemaVersion that this arpsweep reads and writes. */
export const stateVersion = 1;

/** What comes before the lists. */
export type StateHead = Omit<WatchState, ListName | 'sha256'>;

/** @throws what `place.fail` throws */
export function stateHeadIn(place: Place): StateHead {
  allowOnly(place, ['schemaVersion', 'command', 'tool', 'savedAt']);
  checkOneOf(member(place, 'schemaVersion'), [stateVersion]);
  checkOneOf(member(place, 'command'), ['watch']);
  checkTool(member(place, 'tool'));
  checkTime(member(place, 'savedAt'));
  return place.value as StateHead;
}

/**
 * Checks the items of one file: by the schema, and for what a ledger relies on, each address once on each link, each MAC
 * once for each address. They do not compare times, which a step of the clock may have put in any order.
 */
export function itemChecks(): Readonly<Record<ListName, (place: Place) => void>> {
  const links = new Set<string>();
  const known = new Map<string, Set<number>>();
  return {
    links: (place) => checkLink(place, links),
    addresses: (place) => checkAddress(place, known),
    findings: checkWatchedFinding,
  };
}

function checkTool(place: Place): void {
  allowOnly(place, ['name', 'version']);
  checkOneOf(member(place, 'name'), ['arpsweep']);
  text(member(place, 'version'));
}

function checkLink(place: Place, seen: Set<string>): void {
  allowOnly(place, ['link', 'up', 'targets', 'sweptAt']);
  const link = text(member(place, 'link'));
  if (seen.has(link)) place.fail(place.path, `the link ${JSON.stringify(link)} comes twice`);
  seen.add(link);
  flag(member(place, 'up'));
  for (const target of elements(member(place, 'targets'))) text(target);
  const sweptAt = member(place, 'sweptAt');
  if (sweptAt.value !== null) checkTime(sweptAt);
}

function checkAddress(place: Place, known: Map<string, Set<number>>): void {
  allowOnly(place, ['link', 'ip', 'state', 'since', 'holders']);
  const link = text(member(place, 'link'));
  const ip = ipv4(member(place, 'ip'));
  const onLink = known.get(link) ?? new Set();
  if (onLink.has(ip)) place.fail(place.path, 'the address comes twice on its link');
  known.set(link, onLink.add(ip));
  checkOneOf(member(place, 'state'), ['up', 'conflict', 'flapping', 'gone']);
  checkTime(member(place, 'since'));
  const macs = new Set<string>();
  for (const holder of elements(member(place, 'holders'))) {
    allowOnly(holder, ['mac', 'firstAt', 'lastAt']);
    const own = canonicalMac(member(holder, 'mac'));
    if (macs.has(own)) holder.fail(holder.path, `${own} comes twice`);
    macs.add(own);
    checkTime(member(holder, 'firstAt'));
    checkTime(member(holder, 'lastAt'));
  }
}

function checkWatchedFinding(place: Place): void {
  allowOnly(place, ['link', 'since', 'finding']);
  text(member(place, 'link'));
  checkTime(member(place, 'since'));
  const finding = member(place, 'finding');
  allowOnly(finding, ['kind', 'severity', 'link', 'ips', 'macs', 'message', 'evidence']);
  // A kind that another version knows is as good as one of ours: it is only compared.
  text(member(finding, 'kind'));
  checkOneOf(member(finding, 'severity'), ['error', 'warning', 'info']);
  checkLinkNumber(member(finding, 'link'));
  for (const ip of elements(member(finding, 'ips'))) ipv4(ip);
  for (const address of elements(member(finding, 'macs'))) canonicalMac(address);
  text(member(finding, 'message'));
  members(member(finding, 'evidence'));
}

function checkLinkNumber(place: Place): void {
  const { value } = place;
  const isNumber = typeof value === 'number' && Number.isInteger(value) && value >= 0;
  if (value !== null && !isNumber) place.fail(place.path, 'here should be the number of a link, or null');
}

function checkOneOf(place: Place, values: readonly unknown[]): void {
  if (!values.includes(place.value)) place.fail(place.path, `here should be ${values.join(', ')}`);
}

/** ISO 8601 as `Date` writes it: UTC, with milliseconds. */
function checkTime(place: Place): void {
  const { value } = place;
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(ms) || new Date(ms).toISOString() !== value) {
    place.fail(place.path, 'here should be a time such as 2026-01-31T12:00:00.000Z');
  }
}

function canonicalMac(place: Place): string {
  const own = mac(place);
  if (own !== place.value) place.fail(place.path, `here should be ${own}, in lower case with colons`);
  return own;
}
