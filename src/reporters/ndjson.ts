/** `ndjson`: a JSON object in a line as each thing happens, for programs that follow a sweep. */
import { type MakeReporter, writeLines } from './reporter.js';

/** Lines of `type` `responder` as they are heard, then `finding`, then one `summary`: the report without hosts. */
export const ndjsonReporter: MakeReporter = ({ write }) => ({
  responder: (responder) => write(`${JSON.stringify({ type: 'responder', ...responder })}\n`),
  async report(report) {
    const findings = report.findings.map((finding) => JSON.stringify({ type: 'finding', ...finding }));
    const { hosts: _, ...summary } = report;
    await writeLines(write, [...findings, JSON.stringify({ type: 'summary', ...summary })]);
  },
});
