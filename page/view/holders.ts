/** Who has an address: a line each. */

import type { Holder } from '../../src/generated/watch-state-types.js';
import type { ReportFacts } from '../report.js';
import { element } from './dom.js';
import { time } from './time.js';

/** @param macs of which no more is known */
export function holderList(
  holders: readonly Holder[],
  macs: readonly string[],
  report: ReportFacts,
  nowMs: number,
): HTMLElement {
  const line = (mac: string, ...heard: readonly HTMLElement[]): HTMLElement => {
    const name = report.nameOf(mac);
    const said = name === null ? [] : [element('span', { class: 'name' }, name)];
    return element('li', {}, element('code', {}, mac), ...said, ...heard);
  };
  return element(
    'ul',
    { class: 'holders' },
    ...holders.map(({ mac, lastAt }) =>
      line(mac, element('span', { class: 'heard dim' }, 'heard ', time(lastAt, 'ago', nowMs))),
    ),
    ...macs.map((mac) => line(mac)),
  );
}
