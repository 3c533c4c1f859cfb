/** The segment: each link with its grids, and a grid that is opened below the one that it is part of. */

import { countAddresses } from '../../src/targets/ranges.js';
import { list } from '../../src/wording.js';
import { type Block, blockIn, blockName, blocksOf, cellOf, cellStart, cellsOf } from '../blocks.js';
import { countAnswering, type LinkModel, type Model } from '../model.js';
import { grouped } from '../verdict.js';
import { element, find, reconcile } from './dom.js';
import { cellSigns, cellWords, createGrid, type Grid } from './grid.js';
import { currentPlace, goTo, type Place } from './place.js';
import { time } from './time.js';

/** Grids of one link at first; and of all links together, above which none is opened by itself. */
const mostOfLink = 4;
const mostOfAll = 12;

export interface LinksView {
  update(model: Model, nowMs: number): void;
}

/** @param look is told what is pointed at */
export function createLinksView(look: (place: Place | null) => void): LinksView {
  const views = new Map<string, LinkView>();
  const parent = find('#links');
  find('#legend').append(...legend());

  function viewOf(name: string): LinkView {
    const view = views.get(name) ?? createLinkView(name, look);
    views.set(name, view);
    return view;
  }

  return {
    update(model, nowMs) {
      const links = [...model.links.values()];
      const blocks = links.map((link) => blocksOf(link, mostOfLink));
      const crowded = blocks.reduce((sum, { length }) => sum + length, 0) > mostOfAll;
      links.forEach((link, at) => {
        viewOf(link.name).update(link, (crowded ? blocksOf(link, 1, 16) : blocks[at]) ?? [], nowMs);
      });
      reconcile(
        parent,
        links.map(({ name }) => ({ key: name, signature: '', make: () => viewOf(name).element })),
      );
    },
  };
}

interface LinkView {
  readonly element: HTMLElement;
  update(link: LinkModel, blocks: readonly Block[], nowMs: number): void;
}

function createLinkView(name: string, look: (place: Place | null) => void): LinkView {
  const status = element('p', { class: 'facts' });
  const grids = element('div', { class: 'grids' });
  const section = element(
    'section',
    { class: 'link', 'aria-label': name },
    element('h3', {}, name),
    status,
    grids,
  );
  const shown = new Map<string, { readonly grid: Grid; readonly frame: HTMLElement }>();
  /** A block was opened by somebody, who wants to see it. */
  let isToShow = false;

  function shownAs(block: Block): { readonly grid: Grid; readonly frame: HTMLElement } {
    const key = blockName(block);
    const known = shown.get(key);
    if (known) return known;
    const placeOf = (index: number): Place => ({
      link: name,
      ip: cellStart(block, index),
      prefixLength: block.prefixLength + 8,
    });
    const grid = createGrid(block, {
      look: (index) => look(index === null ? null : placeOf(index)),
      choose(index) {
        const place = placeOf(index);
        goTo(place);
        isToShow = place.prefixLength < 32;
      },
    });
    const frame = element('div', { class: 'block' }, element('h4', {}, key), grid.element);
    const made = { grid, frame };
    shown.set(key, made);
    return made;
  }

  return {
    element: section,
    update(link, blocks, nowMs) {
      const current = currentPlace();
      const place = current?.link === name ? current : null;
      status.replaceChildren(...statusOf(link, nowMs));
      section.dataset.up = String(link.up);
      const chain = blocks.flatMap((block) => [block, ...openedIn(block, place)]);
      for (const block of chain) {
        const chosen = place && block.prefixLength < place.prefixLength ? cellOf(block, place.ip) : null;
        shownAs(block).grid.update(cellsOf(link, block), chosen);
      }
      reconcile(
        grids,
        chain.map((block) => ({ key: blockName(block), signature: '', make: () => shownAs(block).frame })),
      );
      if (isToShow) grids.lastElementChild?.scrollIntoView({ block: 'nearest' });
      isToShow = false;
    },
  };
}

function legend(): HTMLElement[] {
  const states = ['up', 'conflict', 'flapping', 'gone', 'silent'] as const;
  return states.map((state) => {
    const sample = element('span', { class: 'cell', 'data-state': state, 'aria-hidden': 'true' });
    sample.append(element('span', { class: 'glyph' }, cellSigns[state]));
    return element('li', {}, sample, cellWords[state]);
  });
}

/** The blocks within a block that lead to a place. */
function openedIn(block: Block, place: Place | null): Block[] {
  const index = place ? cellOf(block, place.ip) : null;
  if (!place || index === null || block.prefixLength + 8 > Math.min(24, place.prefixLength)) return [];
  const inner = blockIn(block, index);
  return [inner, ...openedIn(inner, place)];
}

function statusOf(link: LinkModel, nowMs: number): (Node | string)[] {
  const targets = countAddresses(link.ranges);
  const answer = `${grouped(countAnswering(link))} of ${grouped(targets)} answer`;
  const where = list(link.targets);
  if (!link.up) return [element('strong', {}, 'down'), ` – ${where}; last known: ${answer}`];
  if (link.sweptAtMs === null) return [`${where} – not swept yet`];
  return [`${where} – ${answer}, swept `, time(new Date(link.sweptAtMs).toISOString(), 'ago', nowMs)];
}
