/** A machine made up of links, for what looks around in it. */
import type { Namespace } from '../../src/links/namespaces.js';
import type { NativeBridgeEntry, NativeBridgePort, NativeLink } from '../../src/native.js';
import type { Where, World } from '../../src/trace/world.js';
import { link } from './fake-addon.js';

export const namespace = (name: string): Namespace => ({ name, path: `/run/netns/${name}` });

/** What is in one namespace. */
export interface Inside {
  readonly where: Where;
  readonly links: readonly NativeLink[];
  readonly entries?: readonly NativeBridgeEntry[];
  readonly ports?: readonly NativeBridgePort[];
}

/** Namespaces know each other by their place in the list, and one that is missing there cannot be entered. */
export function fakeWorld(...insides: readonly Inside[]): World {
  const at = (where: Where) => insides.find((inside) => inside.where?.path === where?.path);
  return {
    links: (where) => at(where)?.links ?? [],
    bridgeEntries: (where) => at(where)?.entries ?? [],
    bridgePorts: (where) => at(where)?.ports ?? [],
    namespaceOf: (_, id) => insides[id]?.where,
  };
}

/** The two ends of a cable, in the namespaces of these numbers where they differ. */
export function cable(
  [near, nearId]: readonly [string, number],
  [far, farId]: readonly [string, number],
  nearMore: Partial<NativeLink> = {},
  farMore: Partial<NativeLink> = {},
): [NativeLink, NativeLink] {
  const same = nearId === farId;
  const first = link(near, [], nearMore);
  const second = link(far, [], {
    linked: { index: first.index, namespaceId: same ? null : nearId },
    ...farMore,
  });
  return [{ ...first, linked: { index: second.index, namespaceId: same ? null : farId } }, second];
}

export function learnt(mac: string, port: NativeLink, bridge: NativeLink): NativeBridgeEntry {
  return {
    mac,
    interfaceIndex: port.index,
    bridgeIndex: bridge.index,
    vlan: null,
    state: 'REACHABLE',
    flags: [],
  };
}

export function port(
  { index }: NativeLink,
  bridge: NativeLink,
  more: Partial<NativeBridgePort> = {},
): NativeBridgePort {
  return {
    interfaceIndex: index,
    bridgeIndex: bridge.index,
    state: 'forwarding',
    hairpin: false,
    learning: true,
    unicastFlood: true,
    broadcastFlood: true,
    isolated: false,
    neighbourSuppression: false,
    vlans: [],
    ...more,
  };
}
