/** What has happened of late, the latest first. */

import type { WatchEvent } from '../../src/generated/watch-event-types.js';
import { element, find, reconcile, say } from './dom.js';
import { hrefOfAddress } from './place.js';
import { time } from './time.js';

const mostKept = 200;
const few = 5;

/** A sign and a weight for each type: a letter or a shape, so that colour is never all there is. */
const looks: Readonly<Record<WatchEvent['type'], readonly [sign: string, level: string]>> = {
  new: ['+', 'well'],
  back: ['+', 'well'],
  moved: ['→', 'warning'],
  gone: ['×', 'gone'],
  'conflict-begins': ['!', 'error'],
  'conflict-ends': ['✓', 'well'],
  'flapping-begins': ['~', 'flapping'],
  'flapping-ends': ['✓', 'well'],
  'finding-begins': ['▲', 'warning'],
  'finding-ends': ['✓', 'well'],
  'link-down': ['!', 'error'],
  'link-up': ['✓', 'well'],
};

export interface EventsView {
  add(event: WatchEvent): void;
  /** The server could not tell all that came between the events before and those that follow. */
  miss(): void;
  update(nowMs: number): void;
}

export function createEventsView(): EventsView {
  const section = find('#events');
  const list = find('.events', section);
  const empty = find('.empty', section);
  const more = find('.more', section);
  const kept: { readonly number: number; readonly event: WatchEvent | null }[] = [];
  let number = 0;
  let all = false;

  more.addEventListener('click', () => {
    all = !all;
    update(Date.now());
  });

  function update(nowMs: number): void {
    empty.hidden = kept.length > 0;
    more.hidden = kept.length <= few;
    say(more, all ? 'Show fewer' : `Show all ${kept.length}`);
    const entries = kept.slice(0, all ? mostKept : few).map(({ number, event }) => ({
      key: String(number),
      signature: '',
      make: () => (event === null ? gap() : line(event, nowMs)),
    }));
    reconcile(list, entries);
  }

  function keep(event: WatchEvent | null): void {
    kept.unshift({ number: number++, event });
    if (kept.length > mostKept) kept.pop();
  }

  return {
    add: keep,
    miss() {
      // Before the first there is always something.
      if (kept.length > 0) keep(null);
    },
    update,
  };
}

function line({ type, at, link, ip, message, whileAway }: WatchEvent, nowMs: number): HTMLElement {
  const [sign, level] = looks[type] ?? ['·', 'gone'];
  const what = type.replaceAll('-', ' ');
  return element(
    'li',
    { 'data-level': level },
    time(at, 'clock', nowMs),
    element('span', { class: 'sign', 'aria-hidden': 'true' }, sign),
    element(
      'p',
      {},
      element('strong', {}, what),
      ' ',
      ip === null ? link : element('a', { href: hrefOfAddress(link, ip) }, ip),
      element('span', { class: 'message' }, message),
      ...(whileAway ? [element('span', { class: 'dim' }, ' while the watch did not run')] : []),
    ),
  );
}

function gap(): HTMLElement {
  return element(
    'li',
    {},
    element('p', { class: 'dim gap' }, 'Events are missing here: the server could not keep them.'),
  );
}
