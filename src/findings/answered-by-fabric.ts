import type { Finding } from '../generated/report-types.js';
import { list } from '../wording.js';
import type { NotedHost, NotedResponder, SweepFacts } from './context.js';

/** Requests by unicast that stayed without an answer. */
const fewestUnicasts = 3;

/**
 * Broadcasts that were answered afterwards, less than a second apart (Census of native/core/sweep/census.cc): so the
 * host was neither gone by then nor is it one that answers once a second.
 */
const fewestLaterBroadcasts = 2;

/** Among a hundred sweeps of healthy hosts, loss makes at most one find this. */
const byChance = 1 / 100;

/**
 * Whether somebody between us and the host answers broadcasts in its place, which nobody does for unicasts. More
 * answers than broadcasts are to unicasts in part, even where it cannot be told to which, because others on this machine
 * asked at the same time.
 */
function isAnsweredByFabric(host: NotedHost, responder: NotedResponder): boolean {
  const { confirmed, unicasts, laterBroadcasts, replies, probeReplies } = responder;
  const broadcasts = host.asked - host.probes - host.responders.reduce((sum, each) => sum + each.unicasts, 0);
  return (
    confirmed === false &&
    unicasts >= fewestUnicasts &&
    laterBroadcasts >= fewestLaterBroadcasts &&
    replies - probeReplies <= broadcasts
  );
}

/**
 * Broadcasts are answered, unicasts are not: a switch answers from its own table (RFC 9161, ARP suppression of an
 * EVPN fabric), which says nothing of the host.
 */
export function diagnoseAnsweredByFabric(facts: SweepFacts): Finding[] {
  return facts.links.flatMap((_, link) => {
    const seen = facts.noted
      .filter((host) => host.link === link && !host.self)
      .map((host) => ({ host, responders: host.responders.filter((each) => isAnsweredByFabric(host, each)) }))
      .filter(({ responders }) => responders.length > 0);
    return seen.length > 0 && !isChance(facts, link, seen) ? [describe(facts, link, seen)] : [];
  });
}

interface Seen {
  readonly host: NotedHost;
  readonly responders: readonly NotedResponder[];
}

function isChance({ wires, hosts }: SweepFacts, link: number, seen: readonly Seen[]): boolean {
  const loss = wires[link]?.statistics.lossEstimate ?? 0;
  const unicasts = seen
    .flatMap(({ responders }) => responders)
    .reduce((least, each) => Math.min(least, each.unicasts), Number.POSITIVE_INFINITY);
  const asked = hosts.reduce((sum, host) => sum + Number(host.link === link && !host.self), 0);
  return asked * loss ** unicasts > byChance;
}

function describe({ interfaces }: SweepFacts, link: number, seen: readonly Seen[]): Finding {
  const ips = seen.map(({ host }) => host.ip);
  const macs = [...new Set(seen.flatMap(({ responders }) => responders.map(({ mac }) => mac)))].sort();
  const [is, host, them] =
    ips.length === 1 ? ['is', 'the host itself is', 'it'] : ['are', 'the hosts themselves are', 'them'];
  return {
    kind: 'answered-by-fabric',
    severity: 'info',
    link,
    ips,
    macs,
    message:
      `${list(ips)} on ${interfaces[link]} ${is} answered when everybody is asked, but not when ${list(macs)} ` +
      `alone ${macs.length === 1 ? 'is' : 'are'}. So a switch most likely answers from its table, and ${host} not shown to be alive. ` +
      `Look for ARP suppression or ARP proxy on the switch port, and ask ${them} for something else, such as ping.`,
    evidence: {
      addresses: seen.map(({ host: { ip, asked }, responders }) => ({
        ip,
        asked,
        responders: responders.map(({ mac, replies, probeReplies, unicasts, laterBroadcasts }) => ({
          mac,
          requestsAnswered: replies - probeReplies,
          unicasts,
          unicastsAnswered: 0,
          broadcastsAnsweredAfterwards: laterBroadcasts,
        })),
      })),
    },
  };
}
