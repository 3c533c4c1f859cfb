/** Lines of ethers(5): a hardware address and the name of the machine that has it. */

import { type InputFile, refuseInput } from '../input/input-file.js';
import { parseMac } from '../mac-address.js';
import type { NamedInterface, NamedMachine } from './named-machine.js';

/**
 * Reads such lines; addresses of the same name belong to one machine. A comment goes from `#` to the end of its line.
 * @throws OptionError that names the line
 */
export function parseEthers(content: string, file: InputFile): NamedMachine[] {
  const machines = new Map<string, NamedInterface[]>();
  for (const [i, line] of content.split(/\r\n|\n|\r/).entries()) {
    const [address, name, ...rest] = line.replace(/#.*/, '').split(/\s+/).filter(Boolean);
    if (address === undefined) continue;
    const place = `line ${i + 1}`;
    const mac = parseMac(address);
    if (mac === null) refuseInput(file, place, `${JSON.stringify(address)} is no MAC address`);
    if (name === undefined) refuseInput(file, place, 'there is no name behind the MAC address');
    if (rest.length > 0) refuseInput(file, place, 'there is more than a MAC address and a name');
    machines.set(name, [...(machines.get(name) ?? []), nameless(mac)]);
  }
  return [...machines].map(([name, interfaces]) => ({ name, interfaces }));
}

function nameless(mac: string): NamedInterface {
  return { name: null, netns: null, mac, permanentMac: null, flags: [], master: null, addresses: null };
}
