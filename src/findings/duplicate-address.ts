import type { Finding } from '../generated/report-types.js';
import { list } from '../wording.js';
import {
  type Claim,
  type ClaimGroup,
  type DiagnosisContext,
  groupClaims,
  heardOften,
  type SweepFacts,
} from './context.js';
import { type Party, partiesOf, partyName } from './parties.js';
import { proxyAnswers } from './proxies.js';
import { virtualMacProtocol } from './virtual-macs.js';

/**
 * Several machines answer for one address. Several interfaces of one machine are left to arp-flux, our own addresses to
 * claims-our-address, the answers of an ARP proxy to proxy-arp.
 */
export function diagnoseDuplicateAddress(facts: SweepFacts): Finding[] {
  const claims = [...conflicts(facts)].filter((claim) => machinesOf(facts, claim).length > 1);
  return groupClaims(claims).map((group) => describe(facts, group));
}

/**
 * Addresses that several MACs answer for. Two MACs one after the other may be a hand-over, so they must have answered the
 * same request, or one must have come back after the other. Addresses that are meant to be shared are none.
 */
export function* conflicts(facts: SweepFacts): Generator<Claim> {
  const isProxied = proxyAnswers(facts);
  for (const host of facts.noted) {
    if (host.self || !(host.sameRequest || host.alternated)) continue;
    if (facts.expected.get(host.ip)?.several) continue;
    const responders = host.responders.filter(
      (responder) => virtualMacProtocol(responder.mac) === null && !isProxied(host, responder),
    );
    if (responders.length >= 2) yield { host, responders };
  }
}

/** The machines that the MACs of a claim come down to. */
export function machinesOf({ roster }: DiagnosisContext, { host, responders }: Claim): Party[] {
  const macs = responders.map(({ mac }) => mac).sort();
  return partiesOf(roster, host.ip, macs);
}

function describe(context: DiagnosisContext, group: ClaimGroup): Finding {
  const { link, macs, claims } = group;
  const machines = claims.slice(0, 1).flatMap((claim) => machinesOf(context, claim));
  const ips = claims.map(({ host }) => host.ip);
  const claimed = context.passive ? 'claimed' : 'answered';
  const subject =
    ips.length === 1
      ? `${ips[0]} is ${claimed} by ${machines.length} machines`
      : `${ips.length} addresses (${list(ips)}) are each ${claimed} by the same ${machines.length} machines`;
  const [traffic, address] = ips.length === 1 ? ['it', 'the address'] : ['them', 'each address'];
  return {
    kind: 'duplicate-address',
    severity: 'error',
    link,
    ips,
    macs: [...macs],
    message:
      `${subject} on ${context.interfaces[link]}: ${list(machines.map(partyName))}. ` +
      `Traffic for ${traffic} reaches one or another by chance. ` +
      `${machines.every(({ machine }) => machine) ? 'Leave' : "Find the machines in the switch's MAC table and leave"} ${address} to one of them.`,
    evidence: { addresses: claims.map((claim) => seen(context, claim)) },
  };
}

function seen(context: DiagnosisContext, { host, responders }: Claim): Record<string, unknown> {
  const virtual = host.responders.filter((responder) => !responders.includes(responder));
  return {
    ip: host.ip,
    answeredSameRequest: host.sameRequest,
    alternated: host.alternated,
    asked: host.asked,
    responders: responders.map((responder) => {
      const { mac, name } = responder;
      return { mac, name, ...heardOften(context, responder) };
    }),
    ...(virtual.length > 0 && {
      virtualMacs: virtual.map(({ mac }) => ({ mac, protocol: virtualMacProtocol(mac) })),
    }),
  };
}
