/** `table`: the report for a person at a terminal. */
import type { Host, Report } from '../generated/report-types.js';
import { type Emphasis, painter } from './colour.js';
import { linkName } from './link-name.js';
import { orderedEntries, type SortKey } from './order.js';
import { neighbourLines, remarkLines, senderLines, summaryLine } from './remarks.js';
import { type MakeReporter, type ReporterOutput, writeLines } from './reporter.js';
import { heading, type Row, type RowWidths, rowPrinter, whoIs } from './table-row.js';
import { roundTrip, wrapped } from './text.js';

/** The worst severity among findings that name an address, by link and IP. */
export function emphases({ findings }: Pick<Report, 'findings'>): Map<string, Emphasis> {
  const worst = new Map<string, Emphasis>();
  for (const severity of ['warning', 'error'] as const) {
    for (const finding of findings) {
      if (finding.severity !== severity) continue;
      for (const ip of finding.ips) worst.set(`${finding.link ?? ''} ${ip}`, severity);
    }
  }
  return worst;
}

function* rows(report: Report, sort: SortKey | null): Iterable<Row> {
  const worst = emphases(report);
  const links = report.links.map(linkName);
  const byAddress = sort === null || sort === 'ip';
  let before: Host | null = null;
  for (const { host, mac, responder } of orderedEntries(report, sort)) {
    // The lines of one address stand together in the order of addresses only.
    const ip = byAddress && host === before ? '' : host.ip;
    before = host;
    const link = links[host.link] ?? linkName(undefined);
    if (responder === null) {
      yield { ip, mac, rtt: '', link, who: 'this machine', emphasis: 'faint' };
      continue;
    }
    const emphasis = worst.get(`${host.link} ${host.ip}`) ?? worst.get(` ${host.ip}`) ?? 'none';
    yield { ip, mac, rtt: roundTrip(responder.rttMs, '-'), link, who: whoIs(responder), emphasis };
  }
}

/** How wide the columns are. The rows themselves are made twice rather than held together: there may be millions. */
function widths({ hosts, links }: Report): RowWidths {
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
    link: links.length > 1 ? Math.max(heading.link.length, ...names) : null,
  };
}

function* tableLines(report: Report, { columns, colour, sort }: ReporterOutput): Iterable<string> {
  if (report.hosts.length === 0) return;
  const lineOf = rowPrinter(widths(report), columns, painter(colour));
  yield lineOf(heading);
  for (const row of rows(report, sort)) yield lineOf(row);
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
