/** Whose a hardware address is. */

import { parseAddress } from '../targets/address.js';
import { contains, subnetRange } from '../targets/ranges.js';
import type { NamedInterface, NamedMachine } from './named-machine.js';

/** The interface, of a machine, that has a hardware address. */
export interface Owner {
  /** The same object for the same machine. */
  readonly machine: NamedMachine;
  readonly interface: NamedInterface;
}

export interface Roster {
  /**
   * Machine and interface that have a MAC, such as `node-3 eth1`, or null where none is known. Where several
   * interfaces share it, that of the address `ip`; where several machines do, all of them.
   */
  nameOf(mac: string, ip: string): string | null;
  /** Who has a MAC, or null where nobody is known or several machines have it. */
  ownerOf(mac: string, ip: string): Owner | null;
}

/** Makes the roster of machines; of what is known of an interface twice, the later holds. */
export function createRoster(machines: readonly NamedMachine[]): Roster {
  const owners = new Map<string, Owner[]>();
  for (const machine of merged(machines)) {
    for (const link of machine.interfaces) {
      for (const mac of macsOf(link))
        owners.set(mac, [...(owners.get(mac) ?? []), { machine, interface: link }]);
    }
  }

  /** The likeliest interface of each machine that has the MAC; where one holds the address, of that machine only. */
  const candidates = (mac: string, ip: string): Owner[] => {
    const found = owners.get(mac);
    if (found === undefined || found.length === 1) return found ?? [];
    const best = new Map<NamedMachine, Owner>();
    for (const owner of found) {
      const before = best.get(owner.machine);
      const better = before === undefined || likelihood(owner, ip) > likelihood(before, ip);
      if (better) best.set(owner.machine, owner);
    }
    const likely = [...best.values()];
    const holders = likely.filter((owner) => holds(owner.interface, ip));
    return holders.length === 1 ? holders : likely;
  };

  return {
    nameOf(mac, ip) {
      // Asked for every responder, of whom most are unknown.
      return owners.has(mac) ? candidates(mac, ip).map(label).join(' or ') : null;
    },
    ownerOf(mac, ip) {
      const [only, ...others] = candidates(mac, ip);
      return only !== undefined && others.length === 0 ? only : null;
    },
  };
}

/** Whether an interface is known to have an address. */
export function holds({ addresses }: NamedInterface, ip: string): boolean {
  return addresses?.some((address) => address.ip === ip) ?? false;
}

/** Whether an address lies in a subnet of an interface. */
export function isOnSubnetOf({ addresses }: NamedInterface, ip: string): boolean {
  const wanted = parseAddress(ip);
  if (wanted === null) return false;
  return (addresses ?? []).some((address) => {
    const own = parseAddress(address.ip);
    return (
      own !== null && address.prefixLength < 32 && contains([subnetRange(own, address.prefixLength)], wanted)
    );
  });
}

/** The name of an interface on its machine: `eth1`, `blue:eth1` in a namespace, or null. */
export function interfaceName({ name, netns }: NamedInterface): string | null {
  return name === null || netns === null ? name : `${netns}:${name}`;
}

function label(owner: Owner): string {
  return [owner.machine.name, interfaceName(owner.interface)].filter((part) => part !== null).join(' ');
}

/** A bridge has the MAC of a port, a VLAN that of its parent: the one with the address is meant, not what carries it. */
function likelihood({ interface: link }: Owner, ip: string): number {
  if (holds(link, ip)) return 4;
  if (isOnSubnetOf(link, ip)) return 3;
  return (link.name === null ? 0 : 1) + (link.master === null ? 1 : 0);
}

const NO_MAC = '00:00:00:00:00:00';

function macsOf({ mac, permanentMac }: NamedInterface): Set<string> {
  // A permanent address that is no longer in use may be another bond's, but is still this machine's.
  return new Set([mac, permanentMac].filter((each) => each !== null && each !== NO_MAC) as string[]);
}

/**
 * What is known of one machine may come in several parts. They belong together where they share the name and a MAC: a
 * name alone does not make a machine, for there are many that are called `localhost`.
 */
function merged(machines: readonly NamedMachine[]): NamedMachine[] {
  const known: { readonly name: string; interfaces: NamedInterface[] }[] = [];
  const byMac = new Map<string, (typeof known)[number]>();
  for (const { name, interfaces } of machines) {
    const macs = interfaces.flatMap((link) => [...macsOf(link)]);
    const keys = macs.map((mac) => `${mac} ${name}`);
    const before = keys.map((key) => byMac.get(key)).find((machine) => machine !== undefined);
    const machine = before ?? { name, interfaces: [] };
    if (!before) known.push(machine);
    const replaced = new Set(interfaces.map(interfaceName));
    const kept = machine.interfaces.filter(
      (link) => link.name === null || !replaced.has(interfaceName(link)),
    );
    machine.interfaces = [...kept, ...interfaces];
    for (const key of keys) byMac.set(key, machine);
  }
  return known;
}
