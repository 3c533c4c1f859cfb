/** `plain`: a line for each speaker as it is first heard in a kind of frame, for a pipe. */
import { painter } from '../colour.js';
import { linkName, nameOrVendor } from '../link-name.js';
import { findingLines } from '../remarks.js';
import { lossLines } from './remarks.js';
import type { MakeListenReporter } from './reporter.js';

/** `IP<TAB>MAC<TAB>kind<TAB>link<TAB>name or vendor`; findings go to standard error as they are seen. */
export const plainReporter: MakeListenReporter = ({ write, note }) => ({
  utterance(utterance) {
    const { ip, mac, kind } = utterance;
    return write(`${ip}\t${mac}\t${kind}\t${linkName(utterance)}\t${nameOrVendor(utterance)}\n`);
  },
  finding(finding) {
    for (const line of findingLines(finding, painter(false))) note(line);
  },
  async report(report) {
    for (const line of lossLines(report, false)) note(line);
  },
});
