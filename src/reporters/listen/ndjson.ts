/** `ndjson`: a JSON object in a line as each thing happens, for programs that follow. */
import { writeLines } from '../reporter.js';
import type { MakeListenReporter } from './reporter.js';

/** Lines of `type` `utterance` and `finding` as they happen, then one `summary`: the report without hosts. */
export const ndjsonReporter: MakeListenReporter = ({ write }) => ({
  utterance: (utterance) => write(`${JSON.stringify({ type: 'utterance', ...utterance })}\n`),
  finding: (finding) => void write(`${JSON.stringify({ type: 'finding', ...finding })}\n`),
  async report(report) {
    const { hosts: _, ...summary } = report;
    await writeLines(write, [JSON.stringify({ type: 'summary', ...summary })]);
  },
});
