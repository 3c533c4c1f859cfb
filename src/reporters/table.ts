/** `table`: the report for a person at a terminal. */
import type { HostResponder, Report } from '../generated/report-types.js';
import { type Emphasis, painter } from './colour.js';
import { linkName, nameAndVendor } from './link-name.js';
import { neighbourLines, remarkLines, senderLines, summaryLine } from './remarks.js';
import { type MakeReporter, type ReporterOutput, writeLines } from './reporter.js';
import { cut, roundTrip, wrapped } from './text.js';

interface Row {
  readonly ip: string;
  readonly mac: string;
  readonly rtt: string;
  readonly link: string;
  /** Who it is: remarks, name and vendor. The only column that is cut to fit the width. */
  readonly who: string;
  readonly emphasis: Emphasis;
}

const heading: Row = { ip: 'IP', mac: 'MAC', rtt: 'RTT ms', link: 'Link', who: 'Vendor', emphasis: 'strong' };

function whoIs(responder: HostResponder): string {
  const known = nameAndVendor(responder);
  return responder.confirmed === false ? `unconfirmed ${known}`.trimEnd() : known;
}

/** The worst severity among findings that name an address, by link and IP. */
function emphases({ findings }: Report): Map<string, Emphasis> {
  const worst = new Map<string, Emphasis>();
  for (const severity of ['warning', 'error'] as const) {
    for (const finding of findings) {
      if (finding.severity !== severity) continue;
      for (const ip of finding.ips) worst.set(`${finding.link ?? ''} ${ip}`, severity);
    }
  }
  return worst;
}

function* rows(report: Report): Iterable<Row> {
  const worst = emphases(report);
  const links = report.links.map(linkName);
  for (const host of report.hosts) {
    const link = links[host.link] ?? linkName(undefined);
    let { ip } = host;
    if (host.self) {
      const mac = report.links[host.link]?.mac ?? '';
      yield { ip, mac, rtt: '', link, who: 'this machine', emphasis: 'faint' };
      ip = '';
    }
    if (host.responders.length === 0) continue;
    const emphasis = worst.get(`${host.link} ${host.ip}`) ?? worst.get(` ${host.ip}`) ?? 'none';
    for (const responder of host.responders) {
      const rtt = roundTrip(responder.rttMs, '-');
      yield { ip, mac: responder.mac, rtt, link, who: whoIs(responder), emphasis };
      ip = '';
    }
  }
}

/** How wide the columns are. The rows themselves are made twice rather than held together: there may be millions. */
function widths({ hosts, links }: Report): {
  readonly ip: number;
  readonly rtt: number;
  readonly link: number;
} {
  let ip = heading.ip.length;
  let longest = 0;
  const used = new Set<number>();
  for (const host of hosts) {
    ip = Math.max(ip, host.ip.length);
    used.add(host.link);
    for (const { rttMs } of host.responders) longest = Math.max(longest, rttMs ?? 0);
  }
  const names = [...used].map((index) => linkName(links[index]).length);
  return {
    ip,
    rtt: Math.max(heading.rtt.length, roundTrip(longest, '').length),
    link: Math.max(heading.link.length, ...names),
  };
}

function* tableLines(report: Report, { columns, colour }: ReporterOutput): Iterable<string> {
  if (report.hosts.length === 0) return;
  const paint = painter(colour);
  const width = widths(report);
  const named = report.links.length > 1;
  const lineOf = ({ ip, mac, rtt, link, who, emphasis }: Row): string => {
    const cells = `${ip.padEnd(width.ip)}  ${mac.padEnd('00:00:00:00:00:00'.length)}  ${rtt.padStart(width.rtt)}`;
    const left = named ? `${cells}  ${link.padEnd(width.link)}` : cells;
    const shown = columns === null ? who : cut(who, columns - left.length - '  '.length);
    return paint(`${left}  ${shown}`.trimEnd(), emphasis);
  };
  yield lineOf(heading);
  for (const row of rows(report)) yield lineOf(row);
}

function* lines(report: Report, output: ReporterOutput): Iterable<string> {
  yield* tableLines(report, output);
  const remarks = [...remarkLines(report, output.colour)];
  if (report.hosts.length > 0 && (remarks.length > 0 || !output.quiet)) yield '';
  for (const remark of remarks) yield* wrapped(remark, output.columns);
  if (output.quiet) return;
  const notes = [...senderLines(report), ...neighbourLines(report), summaryLine(report)];
  for (const line of notes) yield* wrapped(line, output.columns);
}

/** Everything at the end: the hosts, the findings, and what may be missed. */
export const tableReporter: MakeReporter = (output) => ({
  report: (report) => writeLines(output.write, lines(report, output)),
});
