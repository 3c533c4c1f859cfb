import type { LinkReport } from '../generated/report-types.js';
import { formatLink } from '../links/link-spec.js';
import { isLocal } from '../mac-address.js';
import { printable } from './text.js';

/** A link as `-I` takes it: `[NETNS:]IFACE[@VID]`. */
export function linkName(
  link: Pick<LinkReport, 'interface' | 'netns' | 'vlan' | 'innerVlan'> | undefined,
): string {
  if (link === undefined) return '?';
  return printable(formatLink(link.netns, link.interface, [link.vlan, link.innerVlan ?? null]));
}

interface Known {
  readonly mac: string;
  readonly name: string | null;
  readonly vendor: string | null;
}

/** In the place of a vendor: phones draw such addresses at random, containers and administrators make them up. */
const unassigned = ({ mac }: Known): string => (isLocal(mac) ? '(random or local MAC)' : '');

/** What a person knows a responder by: its name, else its vendor, else that nobody assigned its MAC. */
export function nameOrVendor(responder: Known): string {
  return printable(responder.name ?? responder.vendor ?? unassigned(responder));
}

/** The same with the vendor behind the name. */
export function nameAndVendor(responder: Known): string {
  const { name, vendor } = responder;
  return name !== null && vendor !== null ? printable(`${name} (${vendor})`) : nameOrVendor(responder);
}
