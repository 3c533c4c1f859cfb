/** What is wrong with what was heard, and what was not heard, in lines for people. */
import type { ListenReport } from '../../generated/listen-types.js';
import { painter } from '../colour.js';
import { linkName } from '../link-name.js';
import { findingLines } from '../remarks.js';
import { counted, duration, grouped } from '../text.js';

const states = { up: '', 'no-carrier': 'has no carrier', down: 'is down', gone: 'is gone' };

/** Links that no longer hear, and frames that are missing: what must not be overlooked, in any format. */
export function* lossLines(report: ListenReport, colour: boolean): Iterable<string> {
  const paint = painter(colour);
  const { links, statistics, fault } = report;
  const warn = (text: string): string => `${paint('warning:', 'warning')} ${text}`;
  if (fault) yield warn(`${fault.syscall} failed with ${fault.code}, which ended the listening`);
  for (const [name, state] of new Map(links.map((link) => [linkName({ ...link, vlan: null }), link.state]))) {
    if (state !== 'up') yield warn(`${name} ${states[state]}: nothing is heard on it any more`);
  }
  const { kernelDrops, overruns, leftOut } = statistics;
  if (kernelDrops > 0)
    yield warn(`the kernel dropped ${counted(kernelDrops, 'frame')} before they could be read`);
  if (overruns > 0) yield warn(`${counted(overruns, 'frame')} came faster than they could be read here`);
  if (leftOut > 0) {
    yield warn(
      `too many speakers: ${counted(leftOut, 'frame')} of further ones left out, after the first ${grouped(report.counts.speakers)}`,
    );
  }
}

/** Findings and losses. */
export function* remarkLines(report: ListenReport, colour: boolean): Iterable<string> {
  const paint = painter(colour);
  for (const finding of report.findings) yield* findingLines(finding, paint);
  yield* lossLines(report, colour);
}

const outcomes: Readonly<Record<ListenReport['outcome'], string>> = {
  complete: '',
  inconclusive: 'Inconclusive. ',
  interrupted: 'Interrupted. ',
  failed: 'Failed. ',
};

/** What was heard, in one line. */
export function summaryLine({ outcome, counts, statistics, durationMs, hosts }: ListenReport): string {
  const spoken = hosts.filter(({ speakers }) => speakers.some(({ probes, ...said }) => speaks(said)));
  const wanted = counts.addresses - spoken.length;
  const { received, sent } = statistics;
  const parts = [
    `${counted(spoken.length, 'address', 'addresses')} spoken for`,
    ...(wanted > 0 ? [`${grouped(wanted)} only probed for`] : []),
  ];
  return `${outcomes[outcome]}${parts.join(', ')}; ${counted(received, 'frame')} heard, ${grouped(sent)} sent by this machine in ${duration(durationMs)}`;
}

const speaks = (said: { requests: number; announcements: number; replies: number }): boolean =>
  said.requests + said.announcements + said.replies > 0;
