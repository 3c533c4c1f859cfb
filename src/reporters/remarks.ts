/** What a sweep found wrong and what it may have missed, in lines for people. */
import type { Finding, Report, Statistics, Untested } from '../generated/report-types.js';
import { type Paint, painter } from './colour.js';
import { linkName } from './link-name.js';
import { counted, duration, expectedMissed, grouped, percent, printable, shortList } from './text.js';

const reasons: Readonly<Record<string, string>> = {
  'send-blocked': 'nothing could be sent for a second',
  'link-down': 'the link was down',
  'link-gone': 'the interface is gone, or its network namespace',
};

function namesAll(message: string, addresses: readonly string[]): boolean {
  const words = new Set(message.split(/[^0-9a-f.:]+/).map((word) => word.replace(/[.:]+$/, '')));
  return addresses.every((address) => words.has(address));
}

/** A finding: its message, and the addresses that the message leaves out. */
export function* findingLines(finding: Finding, paint: Paint): Iterable<string> {
  const emphasis = finding.severity === 'info' ? 'none' : finding.severity;
  yield `${paint(`${finding.severity}: ${printable(finding.kind)}:`, emphasis)} ${printable(finding.message)}`;
  // A message names the first few of many.
  if (!namesAll(finding.message, finding.ips)) yield `  IP   ${shortList(finding.ips, 16)}`;
  if (!namesAll(finding.message, finding.macs)) yield `  MAC  ${shortList(finding.macs, 16)}`;
}

function untestedLine(report: Report, { link, targets, reason }: Untested, paint: Paint): string {
  const { fault } = report.links[link] ?? {};
  const cause = fault ? `${fault.syscall} failed with ${fault.code}` : reasons[reason];
  const why = cause === undefined ? printable(reason) : `${reason}: ${cause}`;
  const where = linkName(report.links[link]);
  const which = shortList(targets, 5, 'range');
  return `${paint('untested:', 'warning')} ${which} on ${where} (${why})`;
}

function* lossLines(
  { statistics: { queued, transmitted, kernelDrops, overruns }, outcome, untested }: Report,
  paint: Paint,
): Iterable<string> {
  // Where it is known whose they were, the addresses are untested, or were asked again; and what the kernel dropped
  // may have been our own frames as they left.
  const unknown = outcome === 'inconclusive' && untested.length === 0 && kernelDrops === 0;
  if (unknown && transmitted < queued) {
    yield `${paint('warning:', 'warning')} ${grouped(queued - transmitted)} of ${counted(queued, 'frame')} never left, and it is not known whose they were`;
  }
  if (kernelDrops > 0) {
    // With drops, only a sweep is complete that came to its end and asked again.
    const again = outcome === 'complete' ? '; what may have been lost was asked again' : '';
    yield `${paint('warning:', 'warning')} the kernel dropped ${counted(kernelDrops, 'frame')} before they could be read${again}`;
  }
  if (overruns > 0) {
    yield `${paint('warning:', 'warning')} ${counted(overruns, 'reply', 'replies')} could not be recorded: too many responders`;
  }
}

/** Findings, untested addresses and losses: everything that must not be overlooked, in any format. */
export function* remarkLines(report: Report, colour: boolean): Iterable<string> {
  const paint = painter(colour);
  for (const finding of report.findings) yield* findingLines(finding, paint);
  for (const untested of report.untested) yield untestedLine(report, untested, paint);
  yield* lossLines(report, paint);
}

/** What may be missed, or null where nothing was asked. */
function missed({ lossEstimate, expectedMissedAtLeast, passes }: Statistics): string | null {
  if (lossEstimate !== null && expectedMissedAtLeast !== null) {
    return `${percent(lossEstimate)} of the questions lost, ${expectedMissed(expectedMissedAtLeast)}`;
  }
  if (passes === 0) return null;
  return passes === 1
    ? 'asked only once, so a lost question looks like silence'
    : 'too few answered to tell how many questions were lost';
}

const outcomes: Readonly<Record<Report['outcome'], string>> = {
  complete: '',
  inconclusive: 'Inconclusive. ',
  interrupted: 'Interrupted. ',
  failed: 'Failed. ',
};

/** Links that asked without an address of their own, which proxies do not answer. */
export function* senderLines({ links }: Report): Iterable<string> {
  for (const link of links) {
    if (link.ip !== null || link.frame?.spa !== undefined) continue;
    yield `${linkName(link)}: asked without a sender address (SPA 0)`;
  }
}

/** Neighbours to which this machine sends elsewhere since it heard the answers. */
export function* neighbourLines({ links }: Report): Iterable<string> {
  for (const link of links) {
    const moved = (link.changedNeighbours ?? []).filter(
      ({ before, after }) => before !== null && before.mac !== null && before.mac !== after.mac,
    );
    if (moved.length === 0) continue;
    const each = moved.map(({ ip, before, after }) => `${ip} from ${before?.mac} to ${after.mac}`);
    yield `${linkName(link)}: the answers changed where this machine sends for ${shortList(each, 5)}`;
  }
}

/** The sweep in one line: what became of the targets, at what cost, and what may be missed. */
export function summaryLine({ outcome, counts, durationMs, statistics }: Report): string {
  const of = [
    `${grouped(counts.answered)} answered`,
    ...(counts.self > 0 ? [`${grouped(counts.self)} of this machine`] : []),
    `${grouped(counts.silent)} silent`,
    ...(counts.untested > 0 ? [`${grouped(counts.untested)} untested`] : []),
  ];
  const cost = `${counted(statistics.transmitted, 'frame')} in ${duration(durationMs)}`;
  const told = statistics.expectedMissedAtLeast !== null;
  // Where every address answered, or is our own, nothing hangs on what cannot be told.
  const moot = !told && counts.silent === 0 && (statistics.passes > 1 || counts.answered === 0);
  const loss = moot ? null : missed(statistics);
  const scope = told && counts.untested > 0 ? ' among the addresses asked' : '';
  const parts = [of.join(', '), cost, ...(loss === null ? [] : [loss + scope])];
  return `${outcomes[outcome]}${counted(counts.targets, 'address', 'addresses')}: ${parts.join('; ')}`;
}

/** Every counter of every link, for `--verbose`. */
export function* statisticsLines(report: Report): Iterable<string> {
  for (const link of report.links) {
    const { statistics: s } = link;
    const sender = link.ip === null ? 'no sender address' : `${link.ip}/${link.prefixLength ?? '?'}`;
    yield `${linkName(link)}: ${link.mac}, ${sender}`;
    yield `  sent      ${grouped(s.queued)} queued, ${grouped(s.transmitted)} transmitted, ${counted(s.passes, 'pass', 'passes')}, ${counted(s.sendErrors, 'send error')}, ${grouped(s.rate)}/s`;
    yield `  received  ${counted(s.received, 'reply', 'replies')}, ${grouped(s.malformed)} malformed, ${grouped(s.kernelDrops)} dropped by the kernel, ${counted(s.overruns, 'overrun')}`;
    const loss = missed(s);
    if (loss !== null) yield `  missed    ${loss}`;
  }
}
