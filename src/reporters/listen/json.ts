/** `json`: the report as one document. */
import type { MakeListenReporter } from './reporter.js';

/** One pretty-printed document at the end, as schema/listen-v1.schema.json describes it. */
export const jsonReporter: MakeListenReporter = ({ write }) => ({
  async report(report) {
    await write(`${JSON.stringify(report, null, 2)}\n`);
  },
});
