/** `plain`: a line for each responder as it is heard, for a pipe. */
import type { FieldName } from './field-names.js';
import { columnsOf, type Heard, heardOf } from './fields.js';
import { remarkLines } from './remarks.js';
import { type MakeReporter, writeLines } from './reporter.js';
import { printable } from './text.js';

const usualFields: readonly FieldName[] = ['ip', 'mac', 'rtt', 'link', 'who'];

/**
 * `IP<TAB>MAC<TAB>RTT ms<TAB>link<TAB>name or vendor`, or the fields that were chosen, `-` for what is not known.
 * Findings and losses go to standard error. Where the lines are to be sorted, or a field is known only at the end,
 * all of them wait for it.
 */
export const plainReporter: MakeReporter = ({ write, note, sort, fields }) => {
  const columns = columnsOf(fields ?? usualFields);
  const lineOf = (heard: Heard): string =>
    columns.map(({ text }) => printable(text(heard) ?? '-')).join('\t');
  const waits = sort !== null || columns.some(({ final }) => final === true);
  const lines = function* (all: Iterable<Heard>): Iterable<string> {
    for (const heard of all) yield lineOf(heard);
  };
  return {
    ...(!waits && { responder: (responder: Heard) => write(`${lineOf(responder)}\n`) }),
    async report(report) {
      if (waits) await writeLines(write, lines(heardOf(report, sort)));
      for (const line of remarkLines(report, false)) note(line);
    },
  };
};
