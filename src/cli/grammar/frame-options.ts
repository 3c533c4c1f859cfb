/** Options that set fields of the frames by hand. */
import type * as commander from 'commander';
import { Option } from './commander.js';

const heading = 'Frames by hand, field by field:';

const options: readonly (readonly [flags: string, description: string])[] = [
  ['--ether-dst <mac>', 'Ethernet destination (default: broadcast)'],
  ['--ether-src <mac>', 'Ethernet source (default: as --source-mac)'],
  ['--ether-type <n>', 'EtherType (default: 0x0806)'],
  ['--llc', 'LLC/SNAP framing (RFC 1042)'],
  ['--padding <hex>', 'bytes behind the ARP packet'],
  ['--arp-hrd <n>', 'hardware type (default: 1)'],
  ['--arp-pro <n>', 'protocol type (default: 0x0800)'],
  ['--arp-hln <n>', 'hardware address length (default: 6); no address is cut'],
  ['--arp-pln <n>', 'protocol address length (default: 4)'],
  ['--arp-op <n>', 'operation (default: 1, request)'],
  ['--arp-sha <mac>', 'sender hardware address (default: as --source-mac)'],
  ['--arp-spa <ip>', 'sender IP, any at all, or "target" for that of the target'],
  ['--arp-tha <mac>', 'target hardware address (default: 00:00:00:00:00:00)'],
  ['--dry-run', 'print the first frame of each link, and send nothing'],
];

export function addFrameOptions(command: commander.Command): commander.Command {
  for (const [flags, description] of options) {
    command.addOption(new Option(flags, description).helpGroup(heading));
  }
  return command;
}
