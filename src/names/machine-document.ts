/** A machine as `arpsweep interfaces -f json` prints it. */

import { elements, ipv4, mac, member, optional, type Place, text, wholeNumber } from '../input/shape.js';
import { formatAddress } from '../targets/address.js';
import type { NamedInterface, NamedMachine } from './named-machine.js';

/**
 * Reads a machine, and leaves aside what names do not need: a later version may print more. One that was read from
 * lines of ethers(5), and is given to the library, has interfaces without names and addresses.
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
    name: known(member(place, 'name'), text),
    netns: of('netns', text),
    mac: of('mac', mac),
    permanentMac: of('permanentMac', mac),
    flags: of('flags', (flags) => elements(flags).map(text)) ?? [],
    master: of('master', text),
    addresses: known(member(place, 'addresses'), (addresses) =>
      elements(addresses).map((address) => ({
        ip: formatAddress(ipv4(member(address, 'ip'))),
        prefixLength: wholeNumber(member(address, 'prefixLength'), 0, 32),
      })),
    ),
  };
}

/** What must not be left out, but may be null where it is not known. */
function known<T>(place: Place, read: (place: Place) => T): T | null {
  return place.value === null ? null : read(place);
}
