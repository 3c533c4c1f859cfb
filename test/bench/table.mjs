// The one table of the bench, in Markdown.

/** @typedef {import('./contest.mjs').Row} Row */

const RIGHT = true;
const COLUMNS = [
  ['Scenario'],
  ['Program'],
  ['Found / live', RIGHT],
  ['All found', RIGHT],
  ['Seconds', RIGHT],
  ['Longest', RIGHT],
  ['Ratio', RIGHT],
  ['Frames', RIGHT],
  ['Peak MiB', RIGHT],
  ['Also measured'],
  ['Asked'],
];

export const grouped = (number) => Math.round(number).toLocaleString('en');
export const percent = (share, digits = 1) => `${(share * 100).toFixed(digits)} %`;
const NOTHING = '–';

function cell(value, format) {
  return Number.isFinite(value) ? format(value) : NOTHING;
}

/** Milliseconds matter in what takes few. */
const seconds = (value) => value.toFixed(value < 1 ? 3 : value < 10 ? 2 : 1);

function outcome({ found, live, runs }) {
  if (runs.length === 0) return 'failed';
  return found === undefined ? NOTHING : `${grouped(found)} / ${grouped(live)}`;
}

function completeness({ complete, runs, failures }) {
  const count =
    complete === null
      ? `${runs.length} ${runs.length === 1 ? 'run' : 'runs'}`
      : `${complete} of ${runs.length}`;
  return failures.length > 0 ? `${count}, ${failures.length} failed` : count;
}

function asked(bounds) {
  return bounds.map(({ says, value, met }) => `${says}: ${value}, ${met ? 'met' : '**missed**'}`).join('; ');
}

/** @param {Row} row */
function cells({ scenario, result, measured, bounds }, isFirst) {
  const failure = result.failures[0];
  return [
    isFirst ? scenario : '',
    result.program,
    outcome(result),
    completeness(result),
    cell(result.seconds, seconds),
    cell(result.longest, seconds),
    cell(result.ratio, (value) => value.toFixed(2)),
    cell(result.frames, grouped),
    cell(result.peakMiB, (value) => value.toFixed(0)),
    [measured, failure && `failed: ${failure}`].filter(Boolean).join('; '),
    asked(bounds),
  ].map((text) => text.replaceAll('|', '\\|').replaceAll('\n', ' '));
}

/** @param {Row[]} rows in the order of the table; those of one scenario one after the other */
export function table(rows) {
  const body = rows.map((row, i) => cells(row, row.scenario !== rows[i - 1]?.scenario));
  const titles = COLUMNS.map(([title]) => title);
  const widths = COLUMNS.map((_, i) => Math.max(...[titles, ...body].map((line) => line[i].length)));
  const padded = (text, i) => (COLUMNS[i][1] === RIGHT ? text.padStart(widths[i]) : text.padEnd(widths[i]));
  const line = (texts) => `| ${texts.join(' | ')} |\n`;
  const rule = COLUMNS.map(([, right], i) =>
    right === RIGHT ? `${'-'.repeat(widths[i] - 1)}:` : '-'.repeat(widths[i]),
  );
  return [line(titles.map(padded)), line(rule), ...body.map((texts) => line(texts.map(padded)))].join('');
}
