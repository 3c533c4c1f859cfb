/** What is known of the address, or of the block, that is pointed at or chosen. */

import { formatAddress } from '../../src/targets/address.js';
import { contains } from '../../src/targets/ranges.js';
import { list } from '../../src/wording.js';
import type { CellState } from '../blocks.js';
import type { LinkModel, Model } from '../model.js';
import type { ReportFacts } from '../report.js';
import { element, find, say } from './dom.js';
import { cellSigns, cellWords } from './grid.js';
import { holderList } from './holders.js';
import { currentPlace, goTo, type Place } from './place.js';
import { time } from './time.js';

export interface DetailsView {
  /** @param pointed goes before what is chosen */
  update(model: Model, pointed: Place | null, report: ReportFacts, nowMs: number): void;
}

const highest = 0xffff_ffff;

export function createDetailsView(): DetailsView {
  const aside = find('#details');
  const title = find('#details-title');
  const body = find('#details-body');
  const buttons = ['#previous', '#next', '#close'].map((id) => find(id, aside));

  function step(by: number): void {
    const place = currentPlace();
    if (place) goTo({ ...place, ip: Math.min(highest, Math.max(0, place.ip + by)) });
  }

  find('#previous').addEventListener('click', () => step(-1));
  find('#next').addEventListener('click', () => step(1));
  find('#close').addEventListener('click', () => goTo(null));
  addEventListener('keydown', ({ key }) => {
    if (key === 'Escape' && currentPlace()) goTo(null);
  });

  return {
    update(model, pointed, report, nowMs) {
      const chosen = currentPlace();
      const place = pointed ?? chosen;
      const link = place && model.links.get(place.link);
      const isAddress = link && place?.prefixLength === 32;
      aside.dataset.open = String(Boolean(isAddress));
      for (const button of buttons) button.hidden = !isAddress || pointed !== null || chosen === null;
      if (!isAddress) {
        say(title, 'No address chosen');
        body.replaceChildren(
          element('p', { class: 'facts' }, 'Point at one or choose one to see who has it.'),
        );
        return;
      }
      say(title, formatAddress(place.ip));
      body.replaceChildren(...factsOf(model, link, place.ip, report, nowMs));
    },
  };
}

function factsOf(model: Model, link: LinkModel, ip: number, report: ReportFacts, nowMs: number): Node[] {
  const address = link.addresses.get(ip);
  const state = address?.state ?? stateOfUnknown(link, ip);
  const badge = element(
    'span',
    { class: 'badge', 'data-state': state },
    `${cellSigns[state]} ${cellWords[state]}`,
  );
  const where = ` on ${link.name}${link.up ? '' : ', which is down'}`;
  if (!address) {
    return [
      element('p', { class: 'facts' }, badge, where),
      element('p', { class: 'dim' }, sentences[state] ?? ''),
    ];
  }
  const text = formatAddress(ip);
  const findings = model.findings
    .filter(({ link: name, finding }) => name === link.name && finding.ips.includes(text))
    .map(({ finding }) => finding.kind);
  return [
    element('p', { class: 'facts' }, badge, `${where}, for `, time(address.since, 'for', nowMs)),
    ...(state === 'gone'
      ? [element('p', { class: 'dim' }, 'Nobody answers any more; who had it last:')]
      : []),
    holderList(address.holders, [], report, nowMs),
    ...(findings.length > 0 ? [element('p', { class: 'facts' }, `See ${list(findings)}.`)] : []),
  ];
}

function stateOfUnknown({ ranges, sweptAtMs }: LinkModel, ip: number): CellState {
  if (!contains(ranges, ip)) return 'outside';
  return sweptAtMs === null ? 'unswept' : 'silent';
}

const sentences: Partial<Record<CellState, string>> = {
  silent: 'Nobody was ever heard to have it.',
  unswept: 'The first sweep has not ended.',
  outside: 'It is not among the targets, and nobody was heard to have it.',
};
