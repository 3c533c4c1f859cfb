import type { Finding } from '../generated/report-types.js';
import { counted } from '../reporters/text.js';
import { list } from '../wording.js';
import type { NotedHost, SweepFacts } from './context.js';
import type { ArpProxy } from './proxies.js';

/** One machine answers for what is not its own, so that answers say nothing of the hosts themselves. */
export function diagnoseProxyArp(facts: SweepFacts): Finding[] {
  return facts.proxies.map((proxy) => describe(facts, proxy));
}

function describe({ interfaces, links }: SweepFacts, { link, mac, proxied, own }: ArpProxy): Finding {
  const ips = proxied.map(({ ip }) => ip);
  const contested = proxied.filter(({ responders }) => responders.length > 1);
  const message =
    links[link]?.prefixLength === 32
      ? everythingMessage(mac, interfaces[link] ?? '', ips)
      : routerMessage(mac, interfaces[link] ?? '', ips, contested);
  const requestsAnswered = proxied
    .flatMap(({ responders }) => responders.filter((responder) => responder.mac === mac))
    .reduce((sum, { replies, probeReplies }) => sum + replies - probeReplies, 0);
  return {
    kind: 'proxy-arp',
    severity: 'warning',
    link,
    ips,
    macs: [mac],
    message,
    evidence: {
      addressCount: ips.length,
      requestsAnswered,
      probes: proxied.reduce((sum, { probes }) => sum + probes, 0),
      probesAnswered: 0,
      ownAddresses: own,
      contested: contested.map(({ ip, responders }) => ({ ip, by: responders.map((each) => each.mac) })),
    },
  };
}

function everythingMessage(mac: string, name: string, ips: readonly string[]): string {
  return (
    `Whatever is asked on ${name}, from its /32 address, ${mac} answers (${list(ips)}), and nobody else does: ` +
    `it stands in for all others as ARP proxy, as in a routed container network. ` +
    `So an answer does not show that a host is there. Ask the hosts themselves, or sweep from the machine that ${mac} is of.`
  );
}

function routerMessage(
  mac: string,
  name: string,
  ips: readonly string[],
  contested: readonly NotedHost[],
): string {
  const rivals =
    contested.length === 0
      ? 'So an answer does not show that a host is there.'
      : `For ${list(contested.map(({ ip }) => ip))} another machine answers as well, and traffic reaches either by chance.`;
  return (
    `${mac} answers on ${name} for ${counted(ips.length, 'address', 'addresses')} that are not its own (${list(ips)}): ` +
    `it does so for whoever asks from an address and for nobody who asks from none, as a router that acts as ` +
    `ARP proxy. ${rivals} ` +
    `On that machine look at proxy ARP (Linux: net.ipv4.conf.*.proxy_arp), at its netmask and its routes.`
  );
}
