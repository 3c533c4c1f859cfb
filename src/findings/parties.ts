/** Which machines a set of hardware addresses comes down to. */

import type { NamedInterface, NamedMachine } from '../names/named-machine.js';
import { interfaceName, type Roster } from '../names/roster.js';

/** A machine with those of its hardware addresses that are spoken of. */
export interface Party {
  /** Null for one that nobody has named, which has a single address. */
  readonly machine: NamedMachine | null;
  readonly members: readonly { readonly mac: string; readonly interface: NamedInterface | null }[];
}

/** The machines that answer for an address; a MAC that nobody has named counts as a machine. In the order of `macs`. */
export function partiesOf(roster: Roster, ip: string, macs: readonly string[]): Party[] {
  const parties: { machine: NamedMachine | null; members: Party['members'][number][] }[] = [];
  for (const mac of macs) {
    const owner = roster.ownerOf(mac, ip);
    const member = { mac, interface: owner?.interface ?? null };
    const party = owner && parties.find(({ machine }) => machine === owner.machine);
    if (party) party.members.push(member);
    else parties.push({ machine: owner?.machine ?? null, members: [member] });
  }
  return parties;
}

/** `node-3 (eth0 02:00:00:00:00:03, eth1 02:00:00:00:00:13)`, or the MAC of a machine without a name. */
export function partyName({ machine, members }: Party): string {
  const addresses = members.map(({ mac, interface: link }) => {
    const name = link === null ? null : interfaceName(link);
    return name === null ? mac : `${name} ${mac}`;
  });
  return machine === null ? addresses.join(', ') : `${machine.name} (${addresses.join(', ')})`;
}
