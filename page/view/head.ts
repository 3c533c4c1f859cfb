/** The verdict, whether the page is live, and the same in the window's title and icon. */

import { list } from '../../src/wording.js';
import type { Model } from '../model.js';
import type { Connection, Verdict } from '../verdict.js';
import { grouped } from '../verdict.js';
import { find, say } from './dom.js';

const levelSigns = { unknown: '…', stale: '?', error: '!', warning: '▲', well: '✓' } as const;
const levelColours = {
  unknown: '#5b6675',
  stale: '#5b6675',
  error: '#b91c1c',
  warning: '#b45309',
  well: '#0f766e',
} as const;

export function showHead(verdict: Verdict, connection: Connection, model: Model | null): void {
  const { level, headline, details, troubles } = verdict;
  find('#verdict').dataset.level = level;
  document.body.dataset.stale = String(level === 'stale');
  say(find('#verdict-sign'), levelSigns[level]);
  say(find('#headline'), headline);
  say(find('#subline'), sentence(details));
  const chip = find('#connection');
  chip.dataset.connection = connection.kind;
  say(chip, { connecting: 'connecting', live: 'live', lost: 'not live' }[connection.kind]);

  const where = model ? list([...model.links.keys()]) : '';
  say(find('#where'), where);
  say(find('#version'), model ? `arpsweep ${model.version}` : '');
  const mark = level === 'stale' ? '(?) ' : troubles > 0 ? `(${grouped(troubles)}) ` : '';
  const title = `${mark}arpsweep${where === '' ? '' : ` – ${where}`}`;
  if (document.title !== title) document.title = title;
  setIcon(level);
}

function sentence(details: readonly string[]): string {
  const text = details.join(' · ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function setIcon(level: Verdict['level']): void {
  const icon = find<HTMLLinkElement>('#icon');
  if (icon.dataset.level === level) return;
  icon.dataset.level = level;
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="4" fill="${levelColours[level]}"/>` +
    `<text x="8" y="12.5" font-family="sans-serif" font-size="13" font-weight="bold" text-anchor="middle" fill="#fff">${levelSigns[level]}</text></svg>`;
  icon.href = `data:image/svg+xml,${encodeURIComponent(svg)}`;
}
