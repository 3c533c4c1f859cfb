/** Says in a few lines what a report shows, by nothing but the report. */
import type { Host, HostResponder, Report } from '../generated/report-types.js';
import { counted, wrapped } from '../reporters/text.js';
import { parseTargets } from '../targets/parse.js';
import { countAddresses, formatRanges, type Range, type Ranges, subtract } from '../targets/ranges.js';
import { list } from '../wording.js';

function who({ mac, vendor, name }: HostResponder): string {
  const known = name ?? vendor;
  return known === null ? mac : `${mac} (${known})`;
}

function overview({ counts, hosts }: Report): string {
  const machines = new Set(hosts.flatMap(({ responders }) => responders.map(({ mac }) => mac)));
  const own = hosts.filter(({ self }) => self).map(({ ip }) => ip);
  return (
    `${counts.answered} of ${counted(counts.targets, 'address', 'addresses')} answered, ` +
    `from ${counted(machines.size, 'hardware address', 'hardware addresses')}` +
    `${own.length > 0 ? `; ${list(own)} is our own` : ''}.`
  );
}

function conflict({ ip, responders }: Host, { findings }: Report): string {
  const kinds = findings.filter(({ ips }) => ips.includes(ip)).map(({ kind }) => kind);
  const verdict = kinds.length > 0 ? `The finding: ${list(kinds)}.` : 'No finding came of it.';
  return (
    `${ip} is claimed by ${counted(responders.length, 'machine')}: ${list(responders.map(who))}. ` +
    `Whoever asks for it talks to one or another of them, as it happens. ${verdict}`
  );
}

/** The longest run of targets that were asked and of which none answered. */
function longestSilence({ targets, hosts, untested }: Report): Range | undefined {
  const asked = subtract(rangesOf(targets), rangesOf(untested.flatMap(({ targets }) => targets)));
  const silent = subtract(asked, rangesOf(hosts.map(({ ip }) => ip)));
  return silent.toSorted((a, b) => b.last - b.first - (a.last - a.first))[0];
}

function rangesOf(targets: readonly string[]): Ranges {
  return parseTargets(targets).ranges;
}

function silence(range: Range, { statistics }: Report): string {
  const { passes, lossEstimate } = statistics;
  const loss =
    lossEstimate === null ? '' : `, and ${(lossEstimate * 100).toFixed(1)} % of the questions got lost`;
  return (
    `${list(formatRanges([range]))} is the longest silent range: ` +
    `${counted(countAddresses([range]), 'address', 'addresses')}, asked in ${counted(passes, 'pass', 'passes')}${loss}. ` +
    'Silence is not absence: a machine that is off, or that filters ARP, looks just the same.'
  );
}

/** The explanation, in lines of at most so many columns, each ended by a newline. */
export function explain(report: Report, columns: number): string {
  const conflicts = report.hosts.filter(({ responders }) => responders.length > 1);
  const silent = longestSilence(report);
  return [
    overview(report),
    ...conflicts.map((host) => conflict(host, report)),
    ...(silent === undefined ? [] : [silence(silent, report)]),
  ]
    .flatMap((text) => wrapped(`- ${text}`, columns))
    .map((line) => `${line}\n`)
    .join('');
}
