/** `csv`: a row for each speaker, for spreadsheets and databases. */
import type { ListenReport } from '../../generated/listen-types.js';
import { quoted } from '../csv.js';
import { writeLines } from '../reporter.js';
import { remarkLines } from './remarks.js';
import type { MakeListenReporter } from './reporter.js';

const header =
  'ip,mac,requests,probes,announcements,replies,interface,netns,vlan,vendor,name,first_at,last_at';

function* rows({ hosts, links }: ListenReport): Iterable<string> {
  yield header;
  const places = links.map((link) => `${quoted(link.interface)},${quoted(link.netns)},${link.vlan ?? ''}`);
  for (const { ip, link, speakers } of hosts) {
    for (const { mac, requests, probes, announcements, replies, vendor, name, firstAt, lastAt } of speakers) {
      const said = `${ip},${mac},${requests},${probes},${announcements},${replies}`;
      yield `${said},${places[link]},${quoted(vendor)},${quoted(name)},${firstAt},${lastAt}`;
    }
  }
}

/** Rows at the end, for how often each spoke is known only then; findings and losses go to standard error. */
export const csvReporter: MakeListenReporter = ({ write, note }) => ({
  async report(report) {
    await writeLines(write, rows(report));
    for (const line of remarkLines(report, false)) note(line);
  },
});
