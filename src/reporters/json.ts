/** `json`: the report as one document. */
import type { Host, Report } from '../generated/report-types.js';
import { type MakeReporter, writeLines } from './reporter.js';

/** Enough for the call to be worth its while, few enough for a short text even where many answer for each address. */
const hostsAtOnce = 64;

const pretty = (value: object): string => JSON.stringify(value, null, 2);

/** No other line of a document begins so: a line break within a text is written as `\n`. */
const hostsBegin = '\n  "hosts": [';
const hostsEnd = '\n  ]\n}';

/** Hosts as they stand in the document. */
function hostLines(hosts: readonly Host[]): string {
  return pretty({ hosts }).slice(`{${hostsBegin}\n`.length, -hostsEnd.length);
}

/**
 * The lines of `JSON.stringify(report, null, 2)`, some hosts at a time: the text of a large report would not fit into
 * one string.
 */
export function* documentLines(report: Report): Iterable<string> {
  const { hosts } = report;
  const empty = pretty({ ...report, hosts: [] });
  if (hosts.length === 0) {
    yield empty;
    return;
  }
  const [before = '', after = ''] = empty.split(`${hostsBegin}]`);
  yield before + hostsBegin;
  for (let from = 0; from < hosts.length; from += hostsAtOnce) {
    const next = from + hostsAtOnce;
    yield `${hostLines(hosts.slice(from, next))}${next < hosts.length ? ',' : ''}`;
  }
  yield `  ]${after}`;
}

/** One pretty-printed document at the end, as schema/report-v1.schema.json describes it. */
export const jsonReporter: MakeReporter = ({ write }) => ({
  report: (report) => writeLines(write, documentLines(report)),
});
