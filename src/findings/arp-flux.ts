import type { Finding } from '../generated/report-types.js';
import { list } from '../wording.js';
import { type Claim, type ClaimGroup, groupClaims, heardOften, type SweepFacts } from './context.js';
import { conflicts, machinesOf } from './duplicate-address.js';
import { partiesOf, partyName } from './parties.js';

/**
 * What would pass for a duplicate address comes from one machine: its kernel answers for each of its addresses on every
 * interface (Linux, Documentation/networking/ip-sysctl.rst: arp_ignore, arp_filter). So does this machine where another
 * of its interfaces answers for an address of the one that asks.
 */
export function diagnoseArpFlux(facts: SweepFacts): Finding[] {
  return groupClaims(fluxes(facts)).map((group) => describe(facts, group));
}

function* fluxes(facts: SweepFacts): Generator<Claim> {
  for (const claim of conflicts(facts)) {
    if (machinesOf(facts, claim).length === 1) yield claim;
  }
  for (const host of facts.noted) {
    const ourMacs = facts.links[host.link]?.ourMacs;
    const ours = host.self ? host.responders.filter(({ mac }) => ourMacs?.has(mac)) : [];
    if (ours.length > 0) yield { host, responders: ours };
  }
}

const settings = 'net.ipv4.conf.all.arp_ignore=1 and net.ipv4.conf.all.arp_announce=2';

function describe(facts: SweepFacts, { link, macs, claims }: ClaimGroup): Finding {
  const { interfaces, roster, passive } = facts;
  const ips = claims.map(({ host }) => host.ip);
  const who = list(partiesOf(roster, ips[0] ?? '', macs).map(partyName));
  const here = claims.every(({ host }) => host.self);
  const [are, them] = ips.length === 1 ? ['is', 'it'] : ['are', 'them'];
  const subject = ips.length === 1 ? ips[0] : `${ips.length} addresses (${list(ips)})`;
  return {
    kind: 'arp-flux',
    severity: 'warning',
    link,
    ips,
    macs: [...macs],
    message: here
      ? `This machine holds ${list(ips)} on ${interfaces[link]} and answers for ${them} with another interface as well: ${who}. ` +
        `Set ${settings} here, or take that interface off this network.`
      : `${subject} ${are} ${passive ? 'claimed' : 'answered'} on ${interfaces[link]} by ${macs.length} interfaces of one machine: ${who}. ` +
        `Nobody else has ${them}, but traffic changes from one interface to another. ` +
        `Set ${settings} on that machine, or take the interface that is not needed off this network.`,
    evidence: {
      machine: roster.ownerOf(macs[0] ?? '', ips[0] ?? '')?.machine.name ?? null,
      addresses: claims.map(({ host, responders }) => ({
        ip: host.ip,
        responders: responders.map((responder) => {
          const { mac, name } = responder;
          return { mac, name, ...heardOften(facts, responder) };
        }),
      })),
    },
  };
}
