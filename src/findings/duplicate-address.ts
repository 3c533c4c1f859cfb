import type { Finding } from '../generated/report-types.js';
import { list } from '../wording.js';
import {
  type Claim,
  type ClaimGroup,
  type DiagnosisContext,
  groupClaims,
  type SweepFacts,
} from './context.js';
import { proxyAnswers } from './proxies.js';
import { virtualMacProtocol } from './virtual-macs.js';

/**
 * Several machines answer for one address. Two MACs one after the other may be a hand-over, so they must have
 * answered the same request, or one must have come back after the other. Our own addresses are left to
 * claims-our-address, and the answers of an ARP proxy to proxy-arp.
 */
export function diagnoseDuplicateAddress(facts: SweepFacts): Finding[] {
  return groupClaims(conflicts(facts)).map((group) => describe(facts, group));
}

function* conflicts(facts: SweepFacts): Generator<Claim> {
  const isProxied = proxyAnswers(facts);
  for (const host of facts.noted) {
    if (host.self || !(host.sameRequest || host.alternated)) continue;
    const responders = host.responders.filter(
      (responder) => virtualMacProtocol(responder.mac) === null && !isProxied(host, responder),
    );
    if (responders.length >= 2) yield { host, responders };
  }
}

function describe({ interfaces }: DiagnosisContext, { link, macs, claims }: ClaimGroup): Finding {
  const ips = claims.map(({ host }) => host.ip);
  const subject =
    ips.length === 1
      ? `${ips[0]} is answered by ${macs.length} machines`
      : `${ips.length} addresses (${list(ips)}) are each answered by the same ${macs.length} machines`;
  const [traffic, address] = ips.length === 1 ? ['it', 'the address'] : ['them', 'each address'];
  return {
    kind: 'duplicate-address',
    severity: 'error',
    link,
    ips,
    macs: [...macs],
    message:
      `${subject} on ${interfaces[link]}: ${list(macs)}. ` +
      `Traffic for ${traffic} reaches one or another by chance. ` +
      `Find the machines in the switch's MAC table and leave ${address} to one of them.`,
    evidence: { addresses: claims.map(seen) },
  };
}

function seen({ host, responders }: Claim): Record<string, unknown> {
  const virtual = host.responders.filter((responder) => !responders.includes(responder));
  return {
    ip: host.ip,
    answeredSameRequest: host.sameRequest,
    alternated: host.alternated,
    asked: host.asked,
    responders: responders.map(({ mac, replies, firstAt }) => ({ mac, replies, firstAt })),
    ...(virtual.length > 0 && {
      virtualMacs: virtual.map(({ mac }) => ({ mac, protocol: virtualMacProtocol(mac) })),
    }),
  };
}
