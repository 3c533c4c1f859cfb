/** Links as people name them: `[NETNS:]IFACE[@VID]`. */

import { OptionError } from '../errors.js';

export interface LinkSpec {
  /** A name, a path or a process id, as it was given; null for the present network namespace. */
  readonly netns: string | null;
  readonly interface: string;
  /** Null where the tag does not matter. */
  readonly vlan: number | null;
}

const form =
  'Give [NETNS:]IFACE[@VID], as in eth0, qdhcp-7:tap0 or eth1@100; a VID is a number from 1 to 4094.';

/**
 * Reads a link. The kernel has no interface with a colon or a slash in its name, so that what stands before the last
 * colon is the namespace, be it a path with colons of its own.
 * @throws OptionError that names `option`
 */
export function parseLinkSpec(text: string, option: string): LinkSpec {
  const colon = text.lastIndexOf(':');
  const netns = colon < 0 ? null : text.slice(0, colon);
  const [, name = '', tag] = /^([^@]*)(?:@(.*))?$/s.exec(text.slice(colon + 1)) ?? [];
  const vlan = tag === undefined ? null : vlanId(tag);
  if (netns === '' || name === '' || /[\s/]/.test(name) || Number.isNaN(vlan)) {
    throw new OptionError(option, `The link ${JSON.stringify(text)} cannot be right.`, form);
  }
  return { netns, interface: name, vlan };
}

/** IEEE 802.1Q: 0 stands for no VLAN, 4095 is reserved. */
function vlanId(text: string): number {
  const id = /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  return id >= 1 && id <= 4094 ? id : Number.NaN;
}
