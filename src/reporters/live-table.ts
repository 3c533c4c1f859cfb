/** A look at a sweep under way: the responders that were heard last. */
import type { Responder } from '../sweep/sweep-api.js';
import { painter } from './colour.js';
import { linkName } from './link-name.js';
import { heading, type Row, rowPrinter, whoIs } from './table-row.js';
import { counted, cut, roundTrip } from './text.js';

export interface LiveTable {
  heard(responder: Responder): undefined;
  /** At most `rows` lines of at most `columns` characters; the latest responder stands last. */
  lines(rows: number, columns: number): string[];
}

/** More than any terminal is high; at most twice as many are kept. */
const mostShown = 500;

/** A heading and a line: less is no table. */
const leastRows = 2;

export function liveTable(colour: boolean): LiveTable {
  const paint = painter(colour);
  const links = new Set<number>();
  let latest: Responder[] = [];
  let heard = 0;

  return {
    heard(responder) {
      heard += 1;
      links.add(responder.link);
      latest.push(responder);
      if (latest.length >= 2 * mostShown) latest = latest.slice(-mostShown);
    },
    lines(rows, columns) {
      if (heard === 0 || rows < leastRows) return [];
      const room = Math.min(rows - 1, mostShown);
      // Where not all fit, one line says how many went before, if there is a second one to be had.
      const fitting = heard <= room ? heard : Math.max(1, room - 1);
      const shown = latest.slice(-fitting).map(rowOf);
      const widest = (cell: (row: Row) => string) =>
        shown.reduce((most, row) => Math.max(most, cell(row).length), cell(heading).length);
      const width = {
        ip: widest(({ ip }) => ip),
        rtt: widest(({ rtt }) => rtt),
        link: links.size > 1 ? widest(({ link }) => link) : null,
      };
      const print = rowPrinter(width, columns, (text, emphasis) => paint(cut(text, columns), emphasis));
      const before = heard - fitting;
      const earlier =
        before > 0 && fitting < room
          ? [paint(cut(`… ${counted(before, 'earlier responder')}`, columns), 'faint')]
          : [];
      return [print(heading), ...earlier, ...shown.map(print)];
    },
  };
}

function rowOf(responder: Responder): Row {
  const { ip, mac, rttMs } = responder;
  const rtt = roundTrip(rttMs, '-');
  return { ip, mac, rtt, link: linkName(responder), who: whoIs(responder), emphasis: 'none' };
}
