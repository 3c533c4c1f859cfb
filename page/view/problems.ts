/** The cards of what is wrong: conflicts, then findings. */

import type { WatchedFinding } from '../../src/generated/watch-state-types.js';
import { formatAddress, parseAddress } from '../../src/targets/address.js';
import { normalize } from '../../src/targets/ranges.js';
import type { Conflict, Problems } from '../conflicts.js';
import { findingKey } from '../model.js';
import type { NameOf } from '../names.js';
import { grouped } from '../verdict.js';
import { type Entry, element, find, reconcile, say } from './dom.js';
import { holderList } from './holders.js';
import { hrefOfAddress } from './place.js';
import { time } from './time.js';

const fewCards = 12;
const fewAddresses = 3;
const fewRanges = 12;

export interface ProblemsView {
  update(problems: Problems, nameOf: NameOf, nowMs: number): void;
}

export function createProblemsView(): ProblemsView {
  const conflicts = createCards(find('#conflicts'));
  const findings = createCards(find('#findings'));
  return {
    update(problems, nameOf, nowMs) {
      conflicts(problems.conflicts.map((conflict) => conflictEntry(conflict, nameOf, nowMs)));
      findings(problems.findings.map((finding) => findingEntry(finding, nowMs)));
    },
  };
}

/** A section with as many cards as can be taken in, and the rest on demand. */
function createCards(section: HTMLElement): (entries: readonly Entry[]) => void {
  const list = find('.cards', section);
  const more = find('.more', section);
  let shown = fewCards;
  let latest: readonly Entry[] = [];

  function update(entries: readonly Entry[]): void {
    latest = entries;
    section.hidden = entries.length === 0;
    reconcile(list, entries.slice(0, shown));
    more.hidden = entries.length <= shown;
    say(more, `Show ${grouped(Math.min(50, entries.length - shown))} more of ${grouped(entries.length)}`);
  }

  more.addEventListener('click', () => {
    shown += 50;
    update(latest);
  });
  return update;
}

function conflictEntry(conflict: Conflict, nameOf: NameOf, nowMs: number): Entry {
  const { link, kind, ips, holders, macs } = conflict;
  const names = [...holders.map(({ mac }) => mac), ...macs].map(nameOf);
  return {
    key: [link, kind, ...macs, ...holders.map(({ mac }) => mac), ips[0]].join(' '),
    signature: JSON.stringify([conflict, names]),
    make: () => conflictCard(conflict, nameOf, nowMs),
  };
}

function conflictCard(conflict: Conflict, nameOf: NameOf, nowMs: number): HTMLElement {
  const { link, kind, ips, holders, macs, since, messages } = conflict;
  const count = holders.length + macs.length;
  const had = ips.length > 1 ? 'each had' : 'had';
  const said = kind === 'flapping' ? 'keeps changing hands' : `${had} by ${count} MACs`;
  const sign = kind === 'conflict' ? '!' : '~';
  return element(
    'li',
    { class: 'card', 'data-level': 'error', 'data-kind': kind },
    element('span', { class: 'sign', 'aria-hidden': 'true' }, sign),
    element('h3', {}, ...subject(link, ips)),
    element('p', { class: 'facts' }, `${said} on ${link}, for `, time(since, 'for', nowMs)),
    ...rangesOfMany(link, ips),
    holderList(holders, macs, nameOf, nowMs),
    ...messages.map((message) => element('p', { class: 'message' }, message)),
  );
}

/** A few addresses, each leading to its place below; of more, how many. */
function subject(link: string, ips: readonly string[]): (Node | string)[] {
  if (ips.length === 0) return [link];
  return ips.length > fewAddresses ? [`${grouped(ips.length)} addresses`] : separated(ips.map(linkTo(link)));
}

/** Where they are more than a few: which, as ranges, each leading to its first. */
function rangesOfMany(link: string, ips: readonly string[]): HTMLElement[] {
  if (ips.length <= fewAddresses) return [];
  const single = ips.map((ip) => parseAddress(ip) ?? 0).map((ip) => ({ first: ip, last: ip }));
  const texts = normalize(single).map(({ first, last }) => {
    const text = first === last ? formatAddress(first) : `${formatAddress(first)}–${last & 255}`;
    return first >>> 8 === last >>> 8 ? text : `${formatAddress(first)}–${formatAddress(last)}`;
  });
  const some = separated(texts.slice(0, fewRanges).map(linkTo(link)));
  const rest = texts.length - fewRanges;
  return [element('p', { class: 'addresses' }, ...some, rest > 0 ? ` and ${grouped(rest)} more ranges` : '')];
}

const linkTo =
  (link: string) =>
  (text: string): HTMLElement =>
    element('a', { href: hrefOfAddress(link, text.split('–', 1)[0] ?? '') }, text);

function separated(nodes: readonly Node[]): (Node | string)[] {
  return nodes.flatMap((node, index) => (index > 0 ? [', ', node] : [node]));
}

const severitySigns = { error: '!', warning: '▲', info: 'i' } as const;

function findingEntry(known: WatchedFinding, nowMs: number): Entry {
  return {
    key: findingKey(known.link, known.finding),
    signature: JSON.stringify(known),
    make: () => findingCard(known, nowMs),
  };
}

function findingCard({ link, since, finding }: WatchedFinding, nowMs: number): HTMLElement {
  const { kind, severity, ips, message } = finding;
  return element(
    'li',
    { class: 'card', 'data-level': severity },
    element('span', { class: 'sign', 'aria-hidden': 'true' }, severitySigns[severity]),
    element('h3', {}, kind),
    element('p', { class: 'facts' }, `${severity} on ${link}, for `, time(since, 'for', nowMs)),
    element('p', { class: 'message' }, message),
    ...(ips.length > fewAddresses
      ? rangesOfMany(link, ips)
      : [element('p', { class: 'addresses' }, ...separated(ips.map(linkTo(link))))]),
  );
}
