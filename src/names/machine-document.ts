/** A machine as `arpsweep interfaces -f json` prints it. */

import { elements, ipv4, mac, member, optional, type Place, text, wholeNumber } from '../input/shape.js';
import { formatAddress } from '../targets/address.js';
import type { NamedInterface, NamedMachine } from './named-machine.js';

/**
 * Reads a machine, and leaves aside what names do not need: a later version may print more.
 * @throws OptionError as `place.fail` does
 */
export function readMachine(place: Place): NamedMachine {
  return {
    name: text(member(place, 'name')),
    interfaces: elements(member(place, 'interfaces')).map(readInterface),
  };
}

function readInterface(place: Place): NamedInterface {
  const of = <T>(key: string, read: (at: Place) => T): T | null => optional(member(place, key), read, null);
  return {
    name: text(member(place, 'name')),
    netns: of('netns', text),
    mac: of('mac', mac),
    permanentMac: of('permanentMac', mac),
    flags: of('flags', (flags) => elements(flags).map(text)) ?? [],
    master: of('master', text),
    addresses: elements(member(place, 'addresses')).map((address) => ({
      ip: formatAddress(ipv4(member(address, 'ip'))),
      prefixLength: wholeNumber(member(address, 'prefixLength'), 0, 32),
    })),
  };
}
