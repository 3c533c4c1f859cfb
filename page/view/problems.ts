/** The cards of what is wrong: conflicts, then findings. */

import type { WatchedFinding } from '../../src/generated/watch-state-types.js';
import { formatAddress, parseAddress } from '../../src/targets/address.js';
import { normalize } from '../../src/targets/ranges.js';
import type { Conflict, Problems } from '../conflicts.js';
import type { ReportFacts } from '../report.js';
import { grouped } from '../verdict.js';
import { type Entry, element, find, reconcile, say } from './dom.js';
import { holderList } from './holders.js';
import { hrefOfAddress } from './place.js';
import { time } from './time.js';

const fewCards = 12;
const fewAddresses = 3;
const fewRanges = 12;

export interface ProblemsView {
  update(problems: Problems, report: ReportFacts, nowMs: number): void;
}

export function createProblemsView(): ProblemsView {
  const conflicts = createCards(find('#conflicts'));
  const findings = createCards(find('#findings'));
  return {
    update(problems, report, nowMs) {
      conflicts(problems.conflicts.map((conflict) => conflictEntry(conflict, report, nowMs)));
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

function conflictEntry(conflict: Conflict, report: ReportFacts, nowMs: number): Entry {
  const { link, kind, ips, holders, macs } = conflict;
  const all = [...holders.map(({ mac }) => mac), ...macs];
  const reported = [all.map(report.nameOf), report.messagesOf(ips[0] ?? '', all)];
  return {
    key: [link, kind, ...all, ips[0]].join(' '),
    signature: JSON.stringify([conflict, reported]),
    make: () => conflictCard(conflict, report, nowMs),
  };
}

function conflictCard(conflict: Conflict, report: ReportFacts, nowMs: number): HTMLElement {
  const { link, kind, ips, holders, macs, since, messages } = conflict;
  const all = [...holders.map(({ mac }) => mac), ...macs];
  const said = messages.length > 0 ? messages : report.messagesOf(ips[0] ?? '', all);
  const had = ips.length > 1 ? 'each had' : 'had';
  const what = kind === 'flapping' ? 'keeps changing hands' : `${had} by ${all.length} MACs`;
  const sign = kind === 'conflict' ? '!' : '~';
  return element(
    'li',
    { class: 'card', 'data-level': 'error', 'data-kind': kind },
    element('span', { class: 'sign', 'aria-hidden': 'true' }, sign),
    element('h3', {}, ...subject(link, ips)),
    element('p', { class: 'facts' }, `${what} on ${link}, for `, time(since, 'for', nowMs)),
    ...rangesOfMany(link, ips),
    holderList(holders, macs, report, nowMs),
    ...said.map((message) => element('p', { class: 'message' }, message)),
    explanation(kind === 'conflict' ? 'duplicate-address' : 'flapping'),
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

/** Where there is more about it than fits here. */
function explanation(kind: string): HTMLElement {
  return element('p', { class: 'facts explain' }, element('code', {}, `arpsweep explain ${kind}`));
}

const severitySigns = { error: '!', warning: '▲', info: 'i' } as const;

function findingEntry(known: WatchedFinding, nowMs: number): Entry {
  return {
    key: [known.link, known.finding.kind, ...known.finding.ips, ...known.finding.macs].join(' '),
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
    explanation(kind),
  );
}
