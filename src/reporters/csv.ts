/** `csv`: a row for each responder, for spreadsheets and databases. */
import type { Report } from '../generated/report-types.js';
import { remarkLines } from './remarks.js';
import { type MakeReporter, writeLines } from './reporter.js';
import { roundTrip } from './text.js';

const header = 'ip,mac,rtt_ms,replies,confirmed,interface,netns,vlan,vendor,name,first_at';

/** RFC 4180, section 2: a field with a comma, a quote or a line break is quoted, and its quotes doubled. */
function field(value: string | number | boolean | null | undefined): string {
  const text = String(value ?? '');
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function* rows({ hosts, links }: Report): Iterable<string> {
  yield header;
  for (const { ip, link: index, responders } of hosts) {
    const link = links[index];
    for (const { mac, rttMs, replies, confirmed, vendor, name, firstAt } of responders) {
      const place = [link?.interface, link?.netns, link?.vlan];
      const cells = [ip, mac, roundTrip(rttMs, ''), replies, confirmed, ...place, vendor, name, firstAt];
      yield cells.map(field).join(',');
    }
  }
}

/** Rows at the end, for how often each replied is known only then; findings and losses go to standard error. */
export const csvReporter: MakeReporter = ({ write, note }) => ({
  async report(report) {
    await writeLines(write, rows(report));
    for (const line of remarkLines(report, false)) note(line);
  },
});
