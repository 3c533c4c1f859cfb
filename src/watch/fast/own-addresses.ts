/** Which addresses this machine holds itself, on a link where it asks for them. */

import type { NativeAddon, NativeLink } from '../../native.js';
import type { AddressOnLink } from '../../talk/endpoints.js';
import { linksThere } from '../watched-links.js';

/** An address that comes or goes is noticed within this. In ms. */
const freshMs = 1000;

/** Tells whether the link itself holds an address at a time (ms), the times of which only grow. */
export function ownAddresses(
  addon: Pick<NativeAddon, 'listLinks'>,
): (of: AddressOnLink, nowMs: number) => boolean {
  const looks = new Map<string | null, { readonly atMs: number; readonly links: readonly NativeLink[] }>();
  const linksOf = (path: string | null, nowMs: number): readonly NativeLink[] => {
    const before = looks.get(path);
    if (before && nowMs - before.atMs < freshMs) return before.links;
    const links = linksThere(addon, path);
    looks.set(path, { atMs: nowMs, links });
    return links;
  };
  return ({ endpoint: { namespace, holder }, ip: wanted }, nowMs) =>
    linksOf(namespace?.path ?? null, nowMs)
      .filter(({ index }) => index === holder.index)
      .some(({ addresses }) => addresses.some(({ ip }) => ip === wanted));
}
