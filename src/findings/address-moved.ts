import type { Finding } from '../generated/report-types.js';
import { timestamp } from '../report/timestamp.js';
import { duration } from '../reporters/text.js';
import { list } from '../wording.js';
import { type Claim, type ClaimGroup, groupClaims, type NotedResponder, type SweepFacts } from './context.js';
import { proxyAnswers } from './proxies.js';
import { virtualMacProtocol } from './virtual-macs.js';

/**
 * An address went from one MAC to another while the sweep ran: each that had it before was asked again by unicast, and
 * was silent. Without that it might be a second machine whose answers were lost. Of an address that somebody relies on it
 * is a warning, unless several machines are to share it.
 */
export function diagnoseAddressMoved(facts: SweepFacts): Finding[] {
  const moved = [...moves(facts)];
  const isReliedOn = ({ host }: Claim) => facts.expected.get(host.ip)?.several === false;
  const bySeverity = [
    ['warning', moved.filter(isReliedOn)],
    ['info', moved.filter((claim) => !isReliedOn(claim))],
  ] as const;
  return bySeverity.flatMap(([severity, claims]) =>
    groupClaims(claims).map((group) => describe(facts, severity, group)),
  );
}

function* moves(facts: SweepFacts): Generator<Claim> {
  const isProxied = proxyAnswers(facts);
  for (const host of facts.noted) {
    if (host.self || host.sameRequest || host.alternated) continue;
    const responders = host.responders.filter(
      (responder) => virtualMacProtocol(responder.mac) === null && !isProxied(host, responder),
    );
    const left = responders.slice(0, -1);
    if (left.length > 0 && left.every(isSilentNow)) yield { host, responders };
  }
}

function isSilentNow({ confirmed, unicasts, laterBroadcasts }: NotedResponder): boolean {
  return confirmed === false && unicasts > 0 && laterBroadcasts === 0;
}

interface Move {
  readonly from: string;
  readonly lastAt: string;
  readonly to: string;
  readonly firstAt: string;
  readonly gapMs: number;
}

/** Responders come by first answer. */
function movesOf({ responders }: Claim): Move[] {
  return responders.slice(1).map((to, i) => {
    const from = responders[i] as NotedResponder;
    const lastAt = timestamp(from.lastAtMs);
    const gapMs = Date.parse(to.firstAt) - Date.parse(lastAt);
    return { from: from.mac, lastAt, to: to.mac, firstAt: to.firstAt, gapMs };
  });
}

function describe(
  { interfaces }: SweepFacts,
  severity: Finding['severity'],
  { link, macs, claims }: ClaimGroup,
): Finding {
  const ips = claims.map(({ host }) => host.ip);
  const [first] = claims.flatMap(movesOf);
  const seen =
    first === undefined
      ? ''
      : `${first.from} last answered at ${first.lastAt}, ${first.to} first at ${first.firstAt}, ${duration(first.gapMs)} later`;
  return {
    kind: 'address-moved',
    severity,
    link,
    ips,
    macs: [...macs],
    message:
      `${list(ips)} moved to another MAC on ${interfaces[link]} while the sweep ran: ${ips.length > 1 ? `of ${ips[0]}, ` : ''}${seen}. ` +
      `A failover or a new lease looks like this. If none was meant, sweep again and see whether ${ips.length === 1 ? 'it goes' : 'they go'} back.`,
    evidence: { addresses: claims.map((claim) => ({ ip: claim.host.ip, moves: movesOf(claim) })) },
  };
}
