/** `csv`: a row for each responder, for spreadsheets and databases. */
import type { Report } from '../generated/report-types.js';
import type { FieldName } from './field-names.js';
import { columnsOf, heardOf } from './fields.js';
import { remarkLines } from './remarks.js';
import { type MakeReporter, writeLines } from './reporter.js';

const usualFields: readonly FieldName[] = [
  'ip',
  'mac',
  'rtt',
  'replies',
  'confirmed',
  'interface',
  'netns',
  'vlan',
  'vendor',
  'name',
  'first',
];

/** RFC 4180, section 2: a field with a comma, a quote or a line break is quoted, and its quotes doubled. */
export function quoted(text: string | null): string {
  if (text === null) return '';
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Rows at the end, for how often each replied is known only then; findings and losses go to standard error. */
export const csvReporter: MakeReporter = ({ write, note, sort, fields }) => {
  const columns = columnsOf(fields ?? usualFields);
  const rows = function* (report: Report): Iterable<string> {
    yield columns.map(({ heading }) => heading).join(',');
    for (const heard of heardOf(report, sort)) yield columns.map(({ text }) => quoted(text(heard))).join(',');
  };
  return {
    async report(report) {
      await writeLines(write, rows(report));
      for (const line of remarkLines(report, false)) note(line);
    },
  };
};
