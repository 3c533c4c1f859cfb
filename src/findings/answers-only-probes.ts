import type { Finding } from '../generated/report-types.js';
import { list } from '../wording.js';
import {
  type Claim,
  type ClaimGroup,
  groupClaims,
  type NotedHost,
  type NotedResponder,
  type SweepFacts,
} from './context.js';

/** So often must one kind of question have been answered, and the other not. */
const often = 3;

/**
 * A host that ignores requests from our address but answers probes, which come from no address: it takes our address
 * for its own, or has no way back to it, and so sends us nothing at all (Linux: ip_route_input of a request fails).
 */
export function diagnoseAnswersOnlyProbes(facts: SweepFacts): Finding[] {
  return groupClaims(claims(facts)).map((group) => describe(facts, group));
}

function* claims({ noted, links }: SweepFacts): Generator<Claim> {
  for (const host of noted) {
    if (host.self) continue;
    const responders = host.responders.filter(
      (responder) =>
        // This machine itself does so on its other interfaces, and nobody is the worse for it.
        !links[host.link]?.ourMacs.has(responder.mac) &&
        responder.probeReplies >= often &&
        responder.replies === responder.probeReplies &&
        requestsTo(host, responder) >= often,
    );
    if (responders.length > 0) yield { host, responders };
  }
}

/** Requests that reached this MAC as far as we know: those to all, and those to it alone. */
function requestsTo({ asked, probes, responders }: NotedHost, responder: NotedResponder): number {
  const toOthers = responders.reduce((sum, each) => sum + (each === responder ? 0 : each.unicasts), 0);
  return asked - probes - toOthers;
}

function describe({ interfaces, links }: SweepFacts, { link, macs, claims }: ClaimGroup): Finding {
  const ips = claims.map(({ host }) => host.ip);
  const our = links[link]?.ip ?? 'our address';
  const [does, it, takes] = ips.length === 1 ? ['does', 'It', 'takes'] : ['do', 'They', 'take'];
  const has = ips.length === 1 ? 'has' : 'have';
  return {
    kind: 'answers-only-probes',
    severity: 'warning',
    link,
    ips,
    macs: [...macs],
    message:
      `${list(ips)} (${list(macs)}) on ${interfaces[link]} ${does} not answer ${our}, the address of this machine, ` +
      `but ${does} answer when asked from no address. ${it} most likely ${takes} ${our} for an own address, or ${has} no ` +
      `route back to it, and so will not talk to this machine. Over there, look for ${our} on every interface, also on ` +
      `those that are down (ip address show to ${our}), at the route back (ip route get ${our}), and at rp_filter ` +
      `and arp_ignore.`,
    evidence: {
      ourIp: links[link]?.ip ?? null,
      addresses: claims.flatMap(({ host, responders }) =>
        responders.map((responder) => ({
          ip: host.ip,
          mac: responder.mac,
          requests: requestsTo(host, responder as NotedResponder),
          requestsAnswered: 0,
          probes: host.probes,
          probesAnswered: responder.probeReplies,
        })),
      ),
    },
  };
}
