/** Times on the page: they go on by themselves. */

import { ago, clock, duration, universal } from '../times.js';
import { element } from './dom.js';

type Form = 'ago' | 'for' | 'clock';

/** `12 s ago`, `for 12 s` or `03:12:05`; with the exact time to hover over. */
export function time(iso: string, form: Form, nowMs: number): HTMLTimeElement {
  const made = element('time', { datetime: iso, 'data-form': form });
  tell(made, nowMs);
  return made;
}

/** Brings all of them up to date. */
export function tick(nowMs: number): void {
  for (const made of document.querySelectorAll('time')) tell(made, nowMs);
}

function tell(made: HTMLTimeElement, nowMs: number): void {
  const atMs = Date.parse(made.dateTime);
  if (Number.isNaN(atMs)) return;
  const form = made.dataset.form as Form;
  const text =
    form === 'clock' ? clock(atMs, nowMs) : form === 'for' ? duration(nowMs - atMs) : ago(nowMs - atMs);
  if (made.textContent === text) return;
  made.textContent = text;
  made.title = `${universal(atMs)}, ${clock(atMs, nowMs)} here`;
}
