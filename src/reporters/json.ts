/** `json`: the report as one document. */
import type { Report } from '../generated/report-types.js';
import { type MakeReporter, writeLines } from './reporter.js';

const indent = 2;

function nested(value: unknown, depth: number): string {
  return JSON.stringify(value, null, indent).replaceAll('\n', `\n${' '.repeat(indent * depth)}`);
}

/**
 * The lines of `JSON.stringify(report, null, 2)`, host by host: the text of a large report would not fit into one
 * string.
 */
function* documentLines(report: Report): Iterable<string> {
  yield '{';
  const entries = Object.entries(report);
  for (const [i, [key, value]] of entries.entries()) {
    const comma = i < entries.length - 1 ? ',' : '';
    if (key === 'hosts' && report.hosts.length > 0) {
      yield `  "hosts": [`;
      const last = report.hosts.length - 1;
      for (const [j, host] of report.hosts.entries()) yield `    ${nested(host, 2)}${j < last ? ',' : ''}`;
      yield `  ]${comma}`;
    } else {
      yield `  ${JSON.stringify(key)}: ${nested(value, 1)}${comma}`;
    }
  }
  yield '}';
}

/** One pretty-printed document at the end, as schema/report-v1.schema.json describes it. */
export const jsonReporter: MakeReporter = ({ write }) => ({
  report: (report) => writeLines(write, documentLines(report)),
});
