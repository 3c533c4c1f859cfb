import type { LinkReport } from '../generated/report-types.js';
import { printable } from './text.js';

/** A link as `-I` takes it: `[NETNS:]IFACE[@VID]`. */
export function linkName(link: Pick<LinkReport, 'interface' | 'netns' | 'vlan'> | undefined): string {
  if (link === undefined) return '?';
  const namespace = link.netns === null ? '' : `${link.netns}:`;
  const tag = link.vlan === null ? '' : `@${link.vlan}`;
  return printable(`${namespace}${link.interface}${tag}`);
}

/** What a person knows a responder by: its name, else its vendor, else nothing. */
export function nameOrVendor(responder: {
  readonly name: string | null;
  readonly vendor: string | null;
}): string {
  return printable(responder.name ?? responder.vendor ?? '');
}
