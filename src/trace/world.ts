/** What this machine knows of its links and bridges, in whichever network namespace they are. */

import { knownNamespaces, type Namespace, namespaceIdentity, ownNamespacePath } from '../links/namespaces.js';
import type { NativeAddon, NativeBridgeEntry, NativeBridgePort, NativeLink } from '../native.js';

/** A namespace, or null for the one that this process is in. */
export type Where = Namespace | null;

/** A look at the machine: each thing is read when it is first asked for, and once. */
export interface World {
  links(where: Where): readonly NativeLink[];
  bridgeEntries(where: Where): readonly NativeBridgeEntry[];
  bridgePorts(where: Where): readonly NativeBridgePort[];
  /** The namespace that `from` knows by this number; undefined where it cannot be found, or not be entered. */
  namespaceOf(from: Where, id: number): Where | undefined;
}

export type WorldAddon = Pick<
  NativeAddon,
  'listLinks' | 'listBridgeEntries' | 'listBridgePorts' | 'namespaceId'
>;

/** What errors its methods throw are those of the addon. */
export function lookAround(addon: WorldAddon): World {
  const pathOf = (where: Where): string | null => where?.path ?? null;
  const numbers = remembered((from) => namespacesByNumber(addon, from));
  return {
    links: remembered((where) => addon.listLinks(pathOf(where))),
    bridgeEntries: remembered((where) => addon.listBridgeEntries(pathOf(where))),
    bridgePorts: remembered((where) => addon.listBridgePorts(pathOf(where))),
    namespaceOf: (from, id) => numbers(from).get(id),
  };
}

/** The namespaces that can be found, by the number that `from` has for them. */
function namespacesByNumber(addon: WorldAddon, from: Where): ReadonlyMap<number, Where> {
  const own = namespaceIdentity(ownNamespacePath);
  const found = new Map<number, Where>();
  for (const namespace of knownNamespaces()) {
    const number = numberOf(addon, namespace.path, from);
    if (number === null || found.has(number)) continue;
    found.set(number, namespaceIdentity(namespace.path) === own ? null : namespace);
  }
  return found;
}

/** The same world, in which what cannot be looked at, or is gone, is empty. */
export function leniently(world: World): World {
  const orNone =
    <T>(read: (where: Where) => readonly T[]) =>
    (where: Where): readonly T[] => {
      try {
        return read(where);
      } catch {
        return [];
      }
    };
  return {
    links: orNone(world.links),
    bridgeEntries: orNone(world.bridgeEntries),
    bridgePorts: orNone(world.bridgePorts),
    namespaceOf: world.namespaceOf,
  };
}

/** The number by which `from` knows a namespace; null also where this process may not look. */
function numberOf(addon: WorldAddon, path: string, from: Where): number | null {
  try {
    return addon.namespaceId(path, from?.path ?? null);
  } catch {
    return null;
  }
}

function remembered<T>(read: (where: Where) => T): (where: Where) => T {
  const answers = new Map<string, T>();
  return (where) => {
    const key = where?.path ?? '';
    let answer = answers.get(key);
    if (answer === undefined) {
      answer = read(where);
      answers.set(key, answer);
    }
    return answer;
  };
}

/** What a link of a namespace is called: as `--at` takes it. */
export function labelOf(where: Where, name: string): string {
  return where === null ? name : `${where.name}:${name}`;
}
