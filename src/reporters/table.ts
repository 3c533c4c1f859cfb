/** `table`: the report for a person at a terminal. */
import type { Host, HostResponder, Report } from '../generated/report-types.js';
import { type Emphasis, painter } from './colour.js';
import { linkName } from './link-name.js';
import { remarkLines, senderLines, summaryLine } from './remarks.js';
import { type MakeReporter, type ReporterOutput, writeLines } from './reporter.js';
import { cut, printable, roundTrip, wrapped } from './text.js';

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

function whoIs({ name, vendor, confirmed }: HostResponder): string {
  const known = name !== null && vendor !== null ? `${name} (${vendor})` : (name ?? vendor ?? '');
  return printable(confirmed === false ? `unconfirmed ${known}`.trimEnd() : known);
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

function* rowsOf(host: Host, report: Report, emphasis: Emphasis): Iterable<Row> {
  const link = report.links[host.link];
  const where = linkName(link);
  let ip = host.ip;
  if (host.self) {
    yield { ip, mac: link?.mac ?? '', rtt: '', link: where, who: 'this machine', emphasis: 'faint' };
    ip = '';
  }
  for (const responder of host.responders) {
    const rtt = roundTrip(responder.rttMs, '-');
    yield { ip, mac: responder.mac, rtt, link: where, who: whoIs(responder), emphasis };
    ip = '';
  }
}

function* rows(report: Report): Iterable<Row> {
  if (report.hosts.length === 0) return;
  yield heading;
  const worst = emphases(report);
  for (const host of report.hosts) {
    yield* rowsOf(host, report, worst.get(`${host.link} ${host.ip}`) ?? worst.get(` ${host.ip}`) ?? 'none');
  }
}

function* tableLines(report: Report, { columns, colour }: ReporterOutput): Iterable<string> {
  const paint = painter(colour);
  const widest = { ip: 0, rtt: 0, link: 0 };
  // Once for the widths and once for the lines: the rows of a million hosts are never held together.
  for (const row of rows(report)) {
    widest.ip = Math.max(widest.ip, row.ip.length);
    widest.rtt = Math.max(widest.rtt, row.rtt.length);
    widest.link = Math.max(widest.link, row.link.length);
  }
  for (const { ip, mac, rtt, link, who, emphasis } of rows(report)) {
    const cells = [ip.padEnd(widest.ip), mac.padEnd('00:00:00:00:00:00'.length), rtt.padStart(widest.rtt)];
    if (report.links.length > 1) cells.push(link.padEnd(widest.link));
    const left = cells.join('  ');
    const shown = columns === null ? who : cut(who, columns - left.length - '  '.length);
    yield paint(`${left}  ${shown}`.trimEnd(), emphasis);
  }
}

function* lines(report: Report, output: ReporterOutput): Iterable<string> {
  yield* tableLines(report, output);
  const remarks = [...remarkLines(report, output.colour)];
  if (report.hosts.length > 0 && (remarks.length > 0 || !output.quiet)) yield '';
  for (const remark of remarks) yield* wrapped(remark, output.columns);
  if (output.quiet) return;
  for (const line of [...senderLines(report), summaryLine(report)]) yield* wrapped(line, output.columns);
}

/** Everything at the end: the hosts, the findings, and what may be missed. */
export const tableReporter: MakeReporter = (output) => ({
  report: (report) => writeLines(output.write, lines(report, output)),
});
