/** Why a frame that one link saw was not seen by the next: what this machine's own settings say of it. */

import { isBridge } from '../links/kinds.js';
import type { NativeBridgePort, NativeLink } from '../native.js';
import { portHolding } from './places.js';
import type { Sighting } from './sightings.js';
import type { Where, World } from './world.js';

/** A link on the way, and what it saw. */
export interface Station {
  readonly label: string;
  readonly where: Where;
  readonly link: NativeLink;
  readonly sighting: Sighting;
}

/** A frame that went from one link towards another and did not come by there. */
export interface Gap {
  readonly what: 'request' | 'reply';
  /** In the direction of the frame. */
  readonly from: Station;
  readonly to: Station;
  /** The link before `from`, if any. */
  readonly before: Station | null;
  readonly askerMac: string;
}

export interface Cause {
  /** Completes "…: ", or null where nothing that is known explains it. */
  readonly why: string | null;
  /** Completes "look at …". */
  readonly look: string;
}

/** A command that looks at a link, where that link is. */
function command(where: Where, words: string): string {
  if (where === null) return `"${words}"`;
  if (where.name.includes('/')) return `"nsenter --net=${where.path} ${words}"`;
  const isName = !where.path.startsWith('/proc/');
  return isName ? `"ip netns exec ${where.name} ${words}"` : `"nsenter -t ${where.name} -n ${words}"`;
}

/** The first cause that the world knows of, or where to look for one that it does not know. */
export function causeOf(world: World, gap: Gap): Cause {
  return linkIsAway(gap.to) ?? bridgeRefuses(world, gap) ?? unknownCause(gap);
}

function linkIsAway({ label, where, link }: Station): Cause | null {
  const show = command(where, `ip link show dev ${link.name}`);
  if (!link.flags.includes('UP')) return { why: `${label} is down`, look: show };
  return link.carrier ? null : { why: `${label} has no carrier`, look: `its other end, and at ${show}` };
}

const isSameNamespace = (a: Station, b: Station): boolean => a.where?.path === b.where?.path;

/** The bridge through which a frame goes from one station to the next, with its ports on the way. */
interface Crossing {
  readonly bridge: NativeLink;
  readonly where: Where;
  readonly ingress: Port | null;
  readonly egress: Port | null;
}

interface Port extends NativeBridgePort {
  readonly station: Station;
}

function crossingOf(world: World, { from, to, before }: Gap): Crossing | null {
  if (!isSameNamespace(from, to)) return null;
  const { where } = from;
  const bridges = world.links(where).filter(isBridge);
  const bridge = bridges.find(({ index }) =>
    [from, to].every(({ link }) => link.index === index || link.masterIndex === index),
  );
  if (!bridge) return null;
  const portAt = (station: Station | null): Port | null => {
    if (!station || !isSameNamespace(station, from)) return null;
    const port = world
      .bridgePorts(where)
      .find((one) => one.interfaceIndex === station.link.index && one.bridgeIndex === bridge.index);
    return port ? { ...port, station } : null;
  };
  return { bridge, where, ingress: portAt(from) ?? portAt(before), egress: portAt(to) };
}

function bridgeRefuses(world: World, gap: Gap): Cause | null {
  const crossing = crossingOf(world, gap);
  if (!crossing) return null;
  const { bridge, where, ingress, egress } = crossing;
  const ports = [ingress, egress].filter((port) => port !== null);
  const portCommand = ({ station }: Port) => command(where, `bridge -d link show dev ${station.link.name}`);

  const blocked = ports.find(({ state }) => state !== 'forwarding');
  if (blocked) {
    return {
      why: `as a port of ${bridge.name}, ${blocked.station.label} is ${blocked.state}`,
      look: `its spanning tree, ${portCommand(blocked)}`,
    };
  }
  if (ingress?.isolated && egress?.isolated) {
    return {
      why: `${ingress.station.label} and ${egress.station.label} are isolated ports of ${bridge.name}`,
      look: portCommand(egress),
    };
  }
  return (
    withoutVlan(crossing) ??
    (gap.what === 'request' ? takesNoBroadcast(crossing) : heldElsewhere(world, gap, crossing))
  );
}

function takesNoBroadcast({ egress, where }: Crossing): Cause | null {
  if (!egress || egress.broadcastFlood) return null;
  const { label, link } = egress.station;
  const look = command(where, `bridge -d link show dev ${link.name}`);
  return { why: `${label} takes no broadcasts (bcast_flood off)`, look };
}

/** A reply is unicast: it goes where the bridge has the asker. */
function heldElsewhere(world: World, { askerMac }: Gap, crossing: Crossing): Cause | null {
  const { bridge, where, egress } = crossing;
  if (!egress) return null;
  const held = portHolding(world, { where, link: bridge }, askerMac);
  const look = command(where, `bridge fdb show br ${bridge.name}`);
  if (held === null && !egress.unicastFlood) {
    return { why: `${bridge.name} does not know the asker, and ${egress.station.label} has flood off`, look };
  }
  if (held === null || held === egress.interfaceIndex) return null;
  const wrong = world.links(where).find(({ index }) => index === held)?.name ?? `interface ${held}`;
  const right = egress.station.label;
  return {
    why: `${bridge.name} has the asker's ${askerMac} on ${wrong} and not on ${right}, so frames come back by ${wrong}`,
    look: `a loop or a second holder of that MAC behind ${wrong}, ${look}`,
  };
}

/** A frame belongs to the VLAN of its tag, and without one to that which its port gives it. */
function withoutVlan({ bridge, where, ingress, egress }: Crossing): Cause | null {
  if (!bridge.vlanFiltering || !ingress) return null;
  const [tag] = ingress.station.sighting.vlans;
  const vlan = tag ?? ingress.vlans.find(({ pvid }) => pvid)?.id;
  if (vlan === undefined) {
    return noVlan(`${ingress.station.label} takes no untagged frames`, where, ingress);
  }
  const outside = [ingress, egress].find((port) => port && !port.vlans.some(({ id }) => id === vlan));
  return outside
    ? noVlan(`${outside.station.label} is not in VLAN ${vlan} of ${bridge.name}`, where, outside)
    : null;
}

function noVlan(why: string, where: Where, { station }: Port): Cause {
  return { why, look: command(where, `bridge vlan show dev ${station.link.name}`) };
}

function unknownCause({ from, to }: Gap): Cause {
  const rules = (station: Station) => command(station.where, 'nft list ruleset');
  if (!isSameNamespace(from, to)) {
    return { why: null, look: `the filters of both, ${rules(from)} and ${rules(to)}` };
  }
  // What goes into a bridge is filtered at the port that it came by.
  const filtered = isBridge(to.link) ? from : to;
  const traffic = command(filtered.where, `tc filter show dev ${filtered.link.name}`);
  return { why: null, look: `what may filter there, ${rules(filtered)} and ${traffic}` };
}
