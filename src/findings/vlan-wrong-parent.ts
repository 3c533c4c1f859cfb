import type { Finding } from '../generated/report-types.js';
import { formatLink } from '../links/link-spec.js';
import { list } from '../wording.js';
import type { SweepFacts, VlanFacts } from './context.js';

/**
 * Nobody answers on a VLAN link, while machines of the very addresses that were asked for speak with its tag on another
 * device, or answer on a link of the same tag there. A tag that its own device hears as well is in its place: then the
 * machines are silent for another reason.
 */
export function diagnoseVlanWrongParent({ interfaces, vlans = [] }: SweepFacts): Finding[] {
  return vlans
    .filter(({ asked, answered, heardOnParent }) => asked > 0 && answered === 0 && heardOnParent === 0)
    .flatMap((silent) => {
      const homes = [...silent.heard, ...answeredElsewhere(silent, vlans)];
      return homes.length === 0 ? [] : [describe(interfaces[silent.link] ?? '', silent, homes)];
    });
}

/** Another device on which the tag lives, and by whom that is known. */
type Home = VlanFacts['heard'][number];

function answeredElsewhere(silent: VlanFacts, vlans: readonly VlanFacts[]): Home[] {
  return vlans
    .filter(
      ({ id, parent, netns, answered }) =>
        id === silent.id && netns === silent.netns && parent !== silent.parent && answered > 0,
    )
    .map(({ parent, answers }) => ({
      device: parent,
      how: 'answered' as const,
      hosts: answers.filter(({ ip }) => silent.covers(ip)),
    }))
    .filter(({ hosts }) => hosts.length > 0);
}

function describe(
  name: string,
  { link, id, parent, netns, isInterface }: VlanFacts,
  homes: readonly Home[],
): Finding {
  const devices = [...new Set(homes.map(({ device }) => device))];
  const hosts = homes.flatMap((home) => home.hosts);
  const ips = [...new Set(hosts.map(({ ip }) => ip))];
  const macs = [...new Set(hosts.map(({ mac }) => mac))].sort();
  const [home = parent] = devices;
  const remedy = isInterface
    ? `make the link on ${home} (ip link add link ${home} name NAME type vlan id ${id})`
    : `sweep on ${formatLink(netns, home, [id])}`;
  return {
    kind: 'vlan-wrong-parent',
    severity: 'error',
    link,
    ips,
    macs,
    message:
      `Nobody answers on ${name}, VLAN ${id} of ${parent}, but ${list(ips)} ${ips.length === 1 ? 'speaks' : 'speak'} with that tag on ${list(devices)}. ` +
      `The link sits on the wrong device, or the switch carries the VLAN to the wrong port: ` +
      `compare ${parent} and ${home} with the switch, and ${remedy}.`,
    evidence: {
      vlan: id,
      parent,
      homes: homes.map(({ device, how, hosts: seen }) => ({ device, how, hosts: seen })),
    },
  };
}
