/** What a sweep of everything comes to for a watch. */

import type { Finding } from '../../generated/report-types.js';
import { timestamp } from '../../report/timestamp.js';
import { union } from '../../targets/ranges.js';
import type { LinkEntry } from '../link-book.js';
import type { WatchWorld } from '../watch-world.js';
import { linkOfFinding, type Round, type RoundLink } from './asking.js';

/**
 * Notes what a link answered.
 * @param hasLost the listener missed something, so that the sweep knows more
 */
export function noteRound(world: WatchWorld, round: RoundLink, hasLost: boolean): void {
  const { links, ledger, clock, tell } = world;
  const entry = links.find(round.name);
  if (entry === undefined) return;
  entry.proxies = new Set(
    round.findings.filter(({ kind }) => kind === 'proxy-arp').flatMap(({ macs }) => macs),
  );
  entry.loss = round.loss ?? entry.loss;
  if (hasLost) {
    for (const { ip, mac, atMs } of round.answers()) {
      const answer = { link: round.name, ip, mac, kind: 'reply', operation: 'reply' } as const;
      tell(ledger.spoken({ ...answer, atMs: clock.steadyMs(atMs) }));
    }
  }
  noteOwn(world, entry);
  // Only now is anybody new.
  entry.asked = union(entry.asked, round.tested);
  entry.sweptAt = timestamp(clock.wallMs(clock.now()));
}

/** What others had, and this machine has by now, has moved here: it does not hear itself. Who still claims it is a finding. */
function noteOwn({ ledger, clock, tell }: WatchWorld, { link }: LinkEntry): void {
  const nowMs = clock.now();
  for (const ip of link.own) {
    if (ledger.stateOf(link.name, ip) === null) continue;
    const times = { fromMs: nowMs, untilMs: nowMs };
    const sure = { macs: [link.mac], requests: Number.MAX_SAFE_INTEGER, unanswered: 0 };
    tell(ledger.asked({ link: link.name, ip, ...sure, ...times }));
  }
}

/** Tells what is found for the first time, or no more. What an incomplete sweep did not find may be there all the same. */
export function noteFindings(
  { findings, links, clock, tell }: WatchWorld,
  { report, links: swept }: Round,
): void {
  if (report.outcome === 'interrupted' || report.outcome === 'failed') return;
  const names = new Set(swept.map(({ name }) => name));
  const lossIsKnown = (link: string): boolean =>
    swept.some(({ name, loss }) => name === link && loss !== null);
  const isWhole = (link: string, kind?: Finding['kind']): boolean =>
    report.outcome === 'complete' &&
    (names.has(link) || links.all.every(({ fault }) => fault === null)) &&
    (kind !== 'loss' || lossIsKnown(link));
  const found = report.findings.map((finding) => ({ link: linkOfFinding(report, finding), finding }));
  tell(findings.note(found, isWhole, timestamp(clock.wallMs(clock.now()))));
}
