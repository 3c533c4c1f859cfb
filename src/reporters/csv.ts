/** `csv`: a row for each responder, for spreadsheets and databases. */
import type { LinkReport, Report } from '../generated/report-types.js';
import { remarkLines } from './remarks.js';
import { type MakeReporter, writeLines } from './reporter.js';
import { roundTrip } from './text.js';

const header = 'ip,mac,rtt_ms,replies,confirmed,interface,netns,vlan,vendor,name,first_at';

/** RFC 4180, section 2: a field with a comma, a quote or a line break is quoted, and its quotes doubled. */
function field(text: string | null): string {
  if (text === null) return '';
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** `interface,netns,vlan`: two tags are written as in `100@7`. */
function placeOf(link: LinkReport): string {
  const tags = [link.vlan, link.innerVlan].filter((id) => id != null).join('@');
  return `${field(link.interface)},${field(link.netns)},${tags}`;
}

function* rows({ hosts, links }: Report): Iterable<string> {
  yield header;
  const places = links.map(placeOf);
  for (const { ip, link, responders } of hosts) {
    for (const { mac, rttMs, replies, confirmed, vendor, name, firstAt } of responders) {
      const heard = `${ip},${mac},${roundTrip(rttMs, '')},${replies},${confirmed ?? ''}`;
      yield `${heard},${places[link]},${field(vendor)},${field(name)},${firstAt}`;
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
