/** Who answers for what is not its own: a finding of its own, and the cause of what others would make of it. */

import type { NotedHost, NotedResponder, Observations, SweepFacts } from './context.js';

/** A MAC that answers requests for many addresses, and probes for none of them. */
export interface ArpProxy {
  readonly link: number;
  readonly mac: string;
  /** What it answers for so, by IP. */
  readonly proxied: readonly NotedHost[];
  /** What else it answers for. */
  readonly own: readonly string[];
}

/** Where others answer as well, a machine that ignores probes for fewer addresses may just be one that does so. */
const fewestProxied = 8;

/** On a /32 link one address may be all there is: then so many probes for it must have stayed without an answer. */
const fewestProbes = 3;

/** Times as many as loss alone explains. */
const beyondChance = 4;

/**
 * A proxy answers whoever asks for an address that it would route elsewhere, and nobody else: so a probe, which asks
 * from no address, remains without an answer (Linux: arp_process of net/ipv4/arp.c answers probes for own addresses
 * alone). For eight addresses that is more than a whim of one machine. On a /32 link, where every neighbour is behind
 * the one that answers, it is enough if all that was heard is of that kind.
 */
export function proxiesOf(seen: Observations): ArpProxy[] {
  const candidates = new Map<string, { link: number; mac: string; proxied: NotedHost[] }>();
  for (const host of seen.noted) {
    if (host.self) continue;
    for (const responder of host.responders) {
      if (!ignoresProbes(host, responder)) continue;
      const key = keyOf(host, responder);
      const candidate = candidates.get(key);
      if (candidate) candidate.proxied.push(host);
      else candidates.set(key, { link: host.link, mac: responder.mac, proxied: [host] });
    }
  }
  return [...candidates.values()]
    .filter(({ link, proxied }) => proxied.length >= fewestProxied || isPointToPoint(seen, link))
    .map((candidate) => ({ ...candidate, own: otherAddresses(seen, candidate) }))
    .filter((candidate) =>
      isPointToPoint(seen, candidate.link)
        ? answersEverything(seen, candidate)
        : isBeyondDoubt(seen, candidate),
    );
}

/** Tells the answers that a proxy gave for what is not its own. */
export function proxyAnswers({
  proxies,
}: SweepFacts): (host: NotedHost, responder: NotedResponder) => boolean {
  const known = new Set(proxies.map((proxy) => keyOf(proxy, proxy)));
  return (host, responder) => responder.probeReplies === 0 && known.has(keyOf(host, responder));
}

const keyOf = ({ link }: { link: number }, { mac }: { mac: string }) => `${link} ${mac}`;

/** Who leaves unicasts without an answer as well is not there: somebody answers in its place. */
function ignoresProbes({ probes }: NotedHost, responder: NotedResponder): boolean {
  const { probeReplies, confirmed, laterBroadcasts } = responder;
  return probes > 0 && probeReplies === 0 && !(confirmed === false && laterBroadcasts > 0);
}

/** A /32 on an Ethernet link: whatever is asked from there is somewhere else. */
const isPointToPoint = ({ links }: Observations, link: number) => links[link]?.prefixLength === 32;

function otherAddresses(
  { hosts }: Observations,
  { link, mac, proxied }: Pick<ArpProxy, 'link' | 'mac' | 'proxied'>,
): string[] {
  const known = new Set(proxied.map(({ ip }) => ip));
  const answers = hosts.filter((host) => host.link === link && !host.self && !known.has(host.ip));
  return answers
    .filter(({ responders }) => responders.some((responder) => responder.mac === mac))
    .map(({ ip }) => ip);
}

/** Nobody else was heard on the link, and probes were not answered at all. */
function answersEverything(seen: Observations, { link, proxied, own }: ArpProxy): boolean {
  const probes = proxied.reduce((sum, host) => sum + host.probes, 0);
  return own.length === 0 && probes >= fewestProbes && isAlone(seen, link, proxied.length);
}

/** Some switches keep probes from all hosts. That they pass shows where anybody answers one. */
function isBeyondDoubt(seen: Observations, { link, proxied, own }: ArpProxy): boolean {
  const all = proxied.length + own.length;
  const probesPass = (seen.links[link]?.answeredProbes ?? 0) > 0;
  return (probesPass || isAlone(seen, link, all)) && !isChance(seen, proxied, all);
}

/** Whether one MAC, which answers for so many addresses, is the only one on the link. */
function isAlone({ hosts }: Observations, link: number, addresses: number): boolean {
  const answered = hosts.filter((host) => host.link === link && !host.self);
  return answered.length === addresses && answered.every(({ responders }) => responders.length === 1);
}

/** Of so many addresses of one healthy machine, loss takes the answers to all probes for a share. */
function isChance({ wires }: Observations, proxied: readonly NotedHost[], of: number): boolean {
  const loss = wires[proxied[0]?.link ?? 0]?.statistics.lossEstimate ?? 0;
  // An address that somebody else answers for as well is asked by probe less often than the others.
  const silentByLoss = proxied.reduce((sum, { probes }) => sum + loss ** probes, 0) / proxied.length;
  return proxied.length < beyondChance * of * silentByLoss;
}
