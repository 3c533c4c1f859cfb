import type { Finding, Host } from '../generated/report-types.js';
import { list } from '../wording.js';
import {
  type HeldAddress,
  heardOften,
  type NotedHost,
  type NotedResponder,
  type SweepFacts,
} from './context.js';
import { proxyAnswers } from './proxies.js';
import { virtualMacProtocol } from './virtual-macs.js';

/**
 * Another machine answers for an address that this machine holds as well, on whatever interface: the kernel takes all
 * of its addresses for its own, wherever and in whatever state they are, and sends nothing there. What the swept link
 * itself holds is left to claims-our-address.
 *
 * Nodes of a load balancer hold the addresses of services by design, without answering for them: as a /32 on an
 * interface that carries no frames (IPVS: kube-ipvs0, lo). One of them answers, with a virtual MAC or beside the address
 * that it has as well, and is none the worse for it. So there it is a finding only where all that the other machine
 * answers for is held here, and it cannot be reached at all.
 *
 * Where the address is expected to be another's by its MAC, that this machine holds it is an error for certain.
 */
export function diagnoseShadowedAddress(facts: SweepFacts): Finding[] {
  const isProxied = proxyAnswers(facts);
  const reachable = reachableMacs(facts);
  const groups = new Map<string, Omit<Group, 'shadows'> & { shadows: Shadow[] }>();
  for (const host of facts.noted) {
    if (host.self) continue;
    const own = facts.links[host.link];
    const others = host.responders.filter(
      (responder) => !own?.ourMacs.has(responder.mac) && !isProxied(host, responder),
    );
    for (const place of own?.held.get(host.ip) ?? []) {
      const isService = ({ mac }: NotedResponder) =>
        isParked(place) && (virtualMacProtocol(mac) !== null || reachable.has(`${host.link} ${mac}`));
      const responders = others.filter((responder) => !isService(responder));
      if (responders.length === 0) continue;
      const severity = isExpectedElsewhere(facts, host) ? 'error' : 'warning';
      const key = `${host.link} ${place.interface} ${severity}`;
      const group = groups.get(key);
      if (group) group.shadows.push({ host, responders });
      else groups.set(key, { link: host.link, severity, place, shadows: [{ host, responders }] });
    }
  }
  return [...groups.values()].map((group) => describe(facts, group));
}

interface Shadow {
  readonly host: NotedHost;
  readonly responders: readonly NotedResponder[];
}

/** What one interface of this machine holds: one cause, hence one finding. */
interface Group {
  readonly link: number;
  readonly severity: Finding['severity'];
  readonly place: HeldAddress;
  readonly shadows: readonly Shadow[];
}

function isExpectedElsewhere({ expected, links }: SweepFacts, { ip, link }: NotedHost): boolean {
  const macs = expected.get(ip)?.macs ?? [];
  return macs.length > 0 && !macs.some((mac) => links[link]?.ourMacs.has(mac));
}

/** As load balancers hold what they serve: an address alone, where no frame goes in or out. */
function isParked({ prefixLength, flags }: HeldAddress): boolean {
  return prefixLength === 32 && flags.length > 0;
}

/** Those at an address that this machine does not hold, as answers or its own neighbour table show, each with its link. */
function reachableMacs({ hosts, noted, links }: SweepFacts): Set<string> {
  const isHeld = ({ ip, link }: Host): boolean => links[link]?.held.has(ip) ?? false;
  if (!noted.some(isHeld)) return new Set();
  const others = hosts.filter((host) => !isHeld(host));
  const neighbours = links.flatMap((facts, link) => [...facts.neighbours].map((mac) => `${link} ${mac}`));
  return new Set([
    ...others.flatMap(({ link, responders }) => responders.map(({ mac }) => `${link} ${mac}`)),
    ...neighbours,
  ]);
}

function describe(facts: SweepFacts, { link, severity, place, shadows }: Group): Finding {
  const { interfaces, passive } = facts;
  const ips = shadows.map(({ host }) => host.ip);
  const macs = [...new Set(shadows.flatMap(({ responders }) => responders.map(({ mac }) => mac)))].sort();
  const state = place.flags.length > 0 ? ` (${place.flags.join(', ')})` : '';
  const others =
    macs.length === 1
      ? `another machine ${passive ? 'speaks' : 'answers'}`
      : `other machines ${passive ? 'speak' : 'answer'}`;
  const [them, there] = ips.length === 1 ? ['it', 'that address'] : ['them', 'those addresses'];
  return {
    kind: 'shadowed-address',
    severity,
    link,
    ips,
    macs,
    message:
      `${place.interface}${state} of this machine holds ${list(ips)}, for which ${others} on ${interfaces[link]}: ` +
      `${list(macs)}. Whatever this machine sends to ${there} it handles itself, so that the two cannot reach ` +
      `each other. If it is not meant to hold ${them}: ` +
      `ip address delete ${ips[0]}/${place.prefixLength} dev ${place.interface}`,
    evidence: {
      heldBy: place.interface,
      flags: place.flags,
      addresses: shadows.map(({ host, responders }) => ({
        ip: host.ip,
        answeredBy: responders.map((responder) => ({ mac: responder.mac, ...heardOften(facts, responder) })),
      })),
    },
  };
}
