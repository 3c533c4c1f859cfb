/** `arpsweep interfaces`: what there is to sweep on. */
import type { Interface, Machine } from '../generated/report-types.js';
import { machine } from '../links/links.js';
import { painter } from '../reporters/colour.js';
import { aligned, cut, printable } from '../reporters/text.js';
import { standardOutput } from './standard-output.js';
import { columnsOf, wantsColour } from './terminal.js';

export interface InterfacesFlags {
  readonly format?: 'table' | 'json';
  readonly color: boolean;
}

/** What of the state decides whether a sweep is possible. */
function stateOf({ flags, carrier }: Interface): string {
  if (!flags.includes('UP')) return 'down';
  return carrier ? 'up' : 'no carrier';
}

/** The flags that the other columns do not say and that bear on ARP. */
function flagsOf({ flags }: Interface): string {
  return flags
    .filter((flag) => ['NOARP', 'PROMISC', 'ALLMULTI', 'LOOPBACK', 'POINTOPOINT'].includes(flag))
    .join(' ');
}

function cellsOf(link: Interface): string[] {
  const { name, mac, addresses, kind, driver, parent, master, vlan } = link;
  return [
    name,
    stateOf(link),
    mac ?? '-',
    addresses.map(({ ip, prefixLength }) => `${ip}/${prefixLength}`).join(' ') || '-',
    kind ?? driver ?? (link.type === 'ethernet' ? '-' : link.type),
    parent ?? '-',
    master ?? '-',
    vlan === null ? '-' : `${vlan.id}`,
    flagsOf(link) || '-',
  ].map(printable);
}

/** A line for each interface under a heading, in columns. */
export function interfaceLines({ interfaces }: Machine, columns: number | null): string[] {
  const heading = ['NAME', 'STATE', 'MAC', 'ADDRESSES', 'KIND', 'PARENT', 'MASTER', 'VLAN', 'FLAGS'];
  return aligned([heading, ...interfaces.map(cellsOf)]).map((line) =>
    columns === null ? line : cut(line, columns),
  );
}

export async function runInterfacesCommand(flags: InterfacesFlags): Promise<number> {
  const here = machine();
  const { stdout } = process;
  const output = standardOutput({ beforeWrite: () => {}, onReaderGone: () => {} });
  if (flags.format === 'json') {
    output.write(`${JSON.stringify(here, null, 2)}\n`);
  } else {
    const paint = painter(wantsColour(stdout, flags.color));
    const [heading = '', ...lines] = interfaceLines(here, columnsOf(stdout));
    output.write(`${[paint(heading, 'strong'), ...lines].join('\n')}\n`);
  }
  await output.finish();
  return 0;
}
