import type { Finding } from '../generated/report-types.js';
import { list } from '../wording.js';
import { type Claim, type ClaimGroup, type DiagnosisContext, groupClaims, heardOften } from './context.js';

/** Somebody else answers the probe (RFC 5227 section 2.1.1) for an address that the swept link holds. */
export function diagnoseClaimsOurAddress(context: DiagnosisContext): Finding[] {
  return groupClaims(foreignClaims(context)).map((group) => describe(context, group));
}

function* foreignClaims({ noted, links }: DiagnosisContext): Generator<Claim> {
  for (const host of noted) {
    const claimants = new Set(host.answeredOwnProbe.filter((mac) => !links[host.link]?.ourMacs.has(mac)));
    if (claimants.size === 0) continue;
    yield { host, responders: host.responders.filter(({ mac }) => claimants.has(mac)) };
  }
}

function describe(context: DiagnosisContext, { link, macs, claims }: ClaimGroup): Finding {
  const ips = claims.map(({ host }) => host.ip);
  const name = context.interfaces[link];
  const others = macs.length === 1 ? 'Another machine' : `${macs.length} other machines`;
  const [verb, it] = macs.length === 1 ? ['claims', 'it'] : ['claim', 'them'];
  return {
    kind: 'claims-our-address',
    severity: 'error',
    link,
    ips,
    macs: [...macs],
    message:
      `${others} on ${name} ${verb} ${list(ips)}, which this machine holds: ${list(macs)}. ` +
      `Answers meant for this machine may go there, so that hosts seem silent here that are not. ` +
      `Find ${it} in the switch's MAC table and take the address from one side.`,
    evidence: {
      addresses: claims.map(({ host, responders }) => ({
        ip: host.ip,
        heldBy: name,
        claimedBy: responders.map((responder) => ({ mac: responder.mac, ...heardOften(context, responder) })),
      })),
    },
  };
}
