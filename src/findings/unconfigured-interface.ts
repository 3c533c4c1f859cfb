import type { Finding, Host, HostResponder } from '../generated/report-types.js';
import type { NamedInterface } from '../names/named-machine.js';
import { holds, interfaceName, isOnSubnetOf, type Owner, type Roster } from '../names/roster.js';
import { list } from '../wording.js';
import { type Claim, type ClaimGroup, groupClaims, type SweepFacts } from './context.js';
import { partiesOf, partyName } from './parties.js';
import { proxyAnswers } from './proxies.js';
import { virtualMacProtocol } from './virtual-macs.js';

/**
 * The MAC that answers is of an interface that its own machine shows without that address: most often the kernel answers
 * on an interface that nobody meant to take part. A virtual MAC wanders between machines, so it tells nothing; the
 * answers of an ARP proxy are left to proxy-arp.
 */
export function diagnoseUnconfiguredInterface(facts: SweepFacts): Finding[] {
  return groupClaims(strays(facts)).map((group) => describe(facts, group));
}

function* strays(facts: SweepFacts): Generator<Claim<Host>> {
  const { hosts, roster } = facts;
  const isProxied = proxyAnswers(facts);
  const noted = new Map(facts.noted.map((host) => [keyOf(host), host]));
  for (const host of hosts) {
    // Most have no name, and need no second look.
    if (host.responders.every(({ name }) => name === null)) continue;
    const responders = host.responders.filter(({ mac, name }) => {
      if (name === null || virtualMacProtocol(mac) !== null) return false;
      const note = noted.get(keyOf(host));
      if (note?.responders.some((each) => each.mac === mac && isProxied(note, each))) return false;
      const owner = roster.ownerOf(mac, host.ip);
      return owner !== null && answersAstray(owner, host.ip);
    });
    if (responders.length > 0) yield { host, responders };
  }
}

const keyOf = ({ link, ip }: Host) => `${link} ${ip}`;

function answersAstray({ machine, interface: link }: Owner, ip: string): boolean {
  // Of several interfaces with one MAC, the roster gives the one that has the address.
  if (link.addresses === null || holds(link, ip)) return false;
  // An address of the loopback is answered for by whichever interface its subnet is on: it has no other.
  const elsewhere = machine.interfaces.filter((other) => holds(other, ip));
  const isSilent = ({ flags }: NamedInterface) => flags.includes('LOOPBACK') || flags.includes('NOARP');
  return !(elsewhere.some(isSilent) && isOnSubnetOf(link, ip));
}

function describe({ interfaces, roster }: SweepFacts, { link, macs, claims }: ClaimGroup<Host>): Finding {
  const ips = claims.map(({ host }) => host.ip);
  const who = partiesOf(roster, ips[0] ?? '', macs).map(partyName);
  const [subject, it] =
    ips.length === 1
      ? [`${ips[0]} is`, 'that address']
      : [`${ips.length} addresses (${list(ips)}) are`, 'those addresses'];
  const [by, them] =
    macs.length === 1 ? ['an interface', 'that interface'] : ['interfaces', 'those interfaces'];
  return {
    kind: 'unconfigured-interface',
    severity: 'warning',
    link,
    ips,
    macs: [...macs],
    message:
      `${subject} answered on ${interfaces[link]} by ${by} without ${it}: ${list(who)}. ` +
      `${whereElse(claims, roster)}Linux answers on all interfaces for every address that the machine holds. ` +
      `Take ${them} off this network, or set net.ipv4.conf.all.arp_ignore=1 there.`,
    evidence: {
      addresses: claims.map(({ host, responders }) => ({
        ip: host.ip,
        responders: responders.map((responder) => seen(responder, host.ip, roster)),
      })),
    },
  };
}

/** A sentence on where the machines have the addresses, as far as all of them do. */
function whereElse(claims: readonly Claim<Host>[], roster: Roster): string {
  const homes = new Set<string>();
  for (const { host, responders } of claims) {
    for (const { mac } of responders) {
      const owner = roster.ownerOf(mac, host.ip);
      const held = owner === null ? [] : heldOn(owner, host.ip);
      if (owner === null || held.length === 0) return '';
      for (const name of held) homes.add(`${owner.machine.name} ${name}`);
    }
  }
  const subject = claims.length === 1 ? 'The address is' : 'The addresses are';
  return `${subject} configured on ${list([...homes].sort())}. `;
}

function heldOn({ machine }: Owner, ip: string): string[] {
  return machine.interfaces
    .filter((other) => holds(other, ip))
    .map(interfaceName)
    .filter((name) => name !== null);
}

function seen({ mac, name, replies }: HostResponder, ip: string, roster: Roster): Record<string, unknown> {
  const owner = roster.ownerOf(mac, ip);
  return { mac, name, replies, heldOn: owner === null ? [] : heldOn(owner, ip) };
}
