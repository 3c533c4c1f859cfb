/** What the kernel holds while a sweep runs: read before it and after it, because both may differ. */

import type { HeldAddress } from '../findings/context.js';
import type { ChangedNeighbour } from '../generated/report-types.js';
import type { NativeAddon, NativeLink, NativeNeighbour } from '../native.js';
import { explainNativeError } from '../system-error.js';
import { formatAddress } from '../targets/address.js';
import type { LinkSource } from './choice.js';
import type { Namespace } from './namespaces.js';

/** Of one network namespace. */
export interface MachineState {
  readonly links: readonly NativeLink[];
  readonly neighbours: readonly NativeNeighbour[];
}

/** The state of a network namespace, null for the present one; read when it is first asked for, and once. */
export type StateOf = (where: Namespace | null) => MachineState;

type StateAddon = Pick<NativeAddon, 'listLinks' | 'listNeighbours'>;

/** @throws PermissionError, SystemError where a namespace cannot be entered */
export function machineStates(addon: StateAddon): StateOf {
  return remembered((where) =>
    readIn(where, (path) => ({ links: addon.listLinks(path), neighbours: addon.listNeighbours(path) })),
  );
}

/** The states by now. What is heard is not given up because the kernel does not say any more what has changed. */
export function laterStates(addon: StateAddon, before: StateOf): StateOf {
  const now = machineStates(addon);
  return remembered((where) => {
    try {
      return now(where);
    } catch {
      return before(where);
    }
  });
}

/**
 * Reads something in a namespace.
 * @throws PermissionError, SystemError
 */
export function readIn<T>(where: Namespace | null, read: (path: string | null) => T): T {
  try {
    return read(where?.path ?? null);
  } catch (error) {
    const doing = where === null ? 'list the interfaces' : `look into the network namespace ${where.name}`;
    throw explainNativeError(error, doing);
  }
}

function remembered<T>(read: (where: Namespace | null) => T): (where: Namespace | null) => T {
  const answers = new Map<string, T>();
  return (where) => {
    const key = where?.path ?? '';
    const answer = answers.get(key) ?? read(where);
    answers.set(key, answer);
    return answer;
  };
}

/** Where links are chosen from: those of the states, and the routes beside them. */
export function linkSource(addon: Pick<NativeAddon, 'listRoutes'>, states: StateOf): LinkSource {
  return {
    links: (where) => states(where).links,
    routes: (where) => readIn(where, (path) => addon.listRoutes(path)),
  };
}

/** Hardware addresses of all interfaces that there were, permanent ones included. */
export function hardwareAddresses(...states: readonly MachineState[]): Set<string> {
  const macs = states.flatMap(({ links }) => links.flatMap(({ mac, permanentMac }) => [mac, permanentMac]));
  return new Set(macs.filter((mac) => mac !== null));
}

/** The addresses that were held all the time, by IP. */
export function heldAddresses(before: MachineState, after: MachineState): Map<string, HeldAddress[]> {
  const still = new Set(after.links.flatMap((link) => link.addresses.map(({ ip }) => `${link.index} ${ip}`)));
  const held = new Map<string, HeldAddress[]>();
  for (const { index, name, flags, addresses } of before.links) {
    const state = [
      ...(flags.includes('UP') ? [] : ['DOWN']),
      ...flags.filter((flag) => flag === 'NOARP' || flag === 'LOOPBACK'),
    ];
    for (const { ip, prefixLength } of addresses) {
      if (!still.has(`${index} ${ip}`)) continue;
      const text = formatAddress(ip);
      const places = held.get(text) ?? [];
      held.set(text, [...places, { interface: name, prefixLength, flags: state }]);
    }
  }
  return held;
}

/**
 * Entries of the kernel's neighbour table on one interface that are not as they were, of the addresses that answered:
 * the kernel hears the answers as well. An entry that came of age meanwhile is none of the sweep's doing.
 */
export function changedNeighbours(
  before: MachineState,
  after: MachineState,
  interfaceIndex: number,
  answered: (ip: number) => boolean,
): ChangedNeighbour[] {
  const here = ({ neighbours }: MachineState) =>
    new Map(
      neighbours
        .filter((entry) => entry.interfaceIndex === interfaceIndex && answered(entry.ip))
        .map((entry) => [entry.ip, entry]),
    );
  const earlier = here(before);
  const changed: ChangedNeighbour[] = [];
  for (const [ip, { mac, state }] of [...here(after)].sort(([a], [b]) => a - b)) {
    const old = earlier.get(ip);
    const confirmed = state === 'REACHABLE' && old?.state !== 'REACHABLE';
    if (mac === null || (old?.mac === mac && !confirmed)) continue;
    changed.push({
      ip: formatAddress(ip),
      before: old ? { mac: old.mac, state: old.state } : null,
      after: { mac, state },
    });
  }
  return changed;
}
