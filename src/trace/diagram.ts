/** The way of question and answer, drawn for a terminal. */

import { type Paint, painter } from '../reporters/colour.js';
import { counted, wrapped } from '../reporters/text.js';
import type { Station } from './causes.js';
import { repliesOf, requestsOf, returnedOf } from './sightings.js';
import type { TraceResult } from './trace.js';

/**
 * A line for each link, from the asker down to the target, with what it saw in frames; and the message.
 * @param columns width to break the message at, or null
 */
export function diagramLines(result: TraceResult, colour: boolean, columns: number | null): string[] {
  const { trace, asker, stations } = result;
  const paint = painter(colour);
  const rows = stations[0]?.label === asker.label ? stations : [asker, ...stations];
  const width = Math.max(...rows.map(({ label }) => label.length));
  const { request, reply } = trace.lostAt;
  const lost = (what: string) => paint(`${' '.repeat(width)}  ✗ ${what} is lost here`, 'error');
  const lines = [paint(`${''.padEnd(width)}  request  reply`, 'strong')];
  for (const row of rows) {
    // Replies come from below.
    if (row.label === reply) lines.push(lost('the reply'));
    lines.push(stationLine(row, width, paint));
    if (row.label === request) lines.push(lost('the request'));
  }
  return [...lines, '', ...wrapped(trace.message, columns, '')];
}

function stationLine({ label, sighting }: Station, width: number, paint: Paint): string {
  const cell = (arrow: string, count: number, size: number) =>
    count > 0 ? `${arrow} ${count}`.padEnd(size) : paint('-'.padEnd(size), 'faint');
  const returned = returnedOf(sighting);
  const loop = returned > 0 ? paint(`  ${counted(returned, 'request')} came back`, 'warning') : '';
  const request = cell('↓', requestsOf(sighting), 'request'.length);
  const reply = cell('↑', repliesOf(sighting), loop === '' ? 0 : 'reply'.length);
  return `${label.padEnd(width)}  ${request}  ${reply}${loop}`;
}
