import type { LinkReport } from '../generated/report-types.js';
import { formatLink } from '../links/link-spec.js';
import { printable } from './text.js';

/** A link as `-I` takes it: `[NETNS:]IFACE[@VID]`. */
export function linkName(
  link: Pick<LinkReport, 'interface' | 'netns' | 'vlan' | 'innerVlan'> | undefined,
): string {
  if (link === undefined) return '?';
  return printable(formatLink(link.netns, link.interface, [link.vlan, link.innerVlan ?? null]));
}

/** What a person knows a responder by: its name, else its vendor, else nothing. */
export function nameOrVendor(responder: {
  readonly name: string | null;
  readonly vendor: string | null;
}): string {
  return printable(responder.name ?? responder.vendor ?? '');
}
