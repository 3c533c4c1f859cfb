/** A line of a table of responders. */

import { systemOf } from '../fingerprint/systems.js';
import type { HostResponder } from '../generated/report-types.js';
import type { Emphasis, Paint } from './colour.js';
import { nameAndVendor } from './link-name.js';
import { cut } from './text.js';

export interface Row {
  readonly ip: string;
  readonly mac: string;
  readonly rtt: string;
  readonly link: string;
  /** Who it is: remarks, name and vendor. The only column that is cut to fit the width. */
  readonly who: string;
  readonly emphasis: Emphasis;
}

/** `link` is null where there is but one, which is not named. */
export interface RowWidths {
  readonly ip: number;
  readonly rtt: number;
  readonly link: number | null;
}

export const heading: Row = {
  ip: 'IP',
  mac: 'MAC',
  rtt: 'RTT ms',
  link: 'Link',
  who: 'Vendor',
  emphasis: 'strong',
};

type Known = Pick<HostResponder, 'mac' | 'name' | 'vendor' | 'fingerprint'> & {
  readonly confirmed?: boolean | null;
};

export function whoIs(responder: Known): string {
  const known = `${nameAndVendor(responder)} ${kindOf(responder)}`.trim();
  return responder.confirmed === false ? `unconfirmed ${known}`.trimEnd() : known;
}

function kindOf({ fingerprint }: Known): string {
  return fingerprint === undefined ? '' : `[${fingerprint} ${systemOf(fingerprint) ?? 'unknown'}]`;
}

/** Makes rows into lines. A width of null cuts nothing. */
export function rowPrinter(width: RowWidths, columns: number | null, paint: Paint): (row: Row) => string {
  const macWidth = '00:00:00:00:00:00'.length;
  return ({ ip, mac, rtt, link, who, emphasis }) => {
    const cells = `${ip.padEnd(width.ip)}  ${mac.padEnd(macWidth)}  ${rtt.padStart(width.rtt)}`;
    const left = width.link === null ? cells : `${cells}  ${link.padEnd(width.link)}`;
    const shown = columns === null ? who : cut(who, columns - left.length - '  '.length);
    return paint(`${left}  ${shown}`.trimEnd(), emphasis);
  };
}
