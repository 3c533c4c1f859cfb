/** `plain`: a line for each responder as it is heard, for a pipe. */
import { linkName, nameOrVendor } from './link-name.js';
import { remarkLines } from './remarks.js';
import type { MakeReporter } from './reporter.js';
import { roundTrip } from './text.js';

/** `IP<TAB>MAC<TAB>RTT ms<TAB>link<TAB>name or vendor`; findings and losses go to standard error. */
export const plainReporter: MakeReporter = ({ write, note }) => ({
  responder(responder) {
    const { ip, mac, rttMs } = responder;
    return write(
      `${ip}\t${mac}\t${roundTrip(rttMs, '-')}\t${linkName(responder)}\t${nameOrVendor(responder)}\n`,
    );
  },
  async report(report) {
    for (const line of remarkLines(report, false)) note(line);
  },
});
