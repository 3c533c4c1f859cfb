/** Which bridge carries the frames of a link. */

import type { NativeLink } from '../native.js';
import { isBridge, isPaired, isStacked } from './kinds.js';

export interface Bridged {
  readonly bridge: NativeLink;
  /** The link is itself a port of the bridge, so that what it hears came in there; else the bridge's table tells. */
  readonly isPort: boolean;
}

/** The bridge of this namespace that the frames of a link pass: itself, below, above, or at the other end of its veth. */
export function bridgeOf(link: NativeLink, links: readonly NativeLink[]): Bridged | null {
  const at = (index: number) => links.find((one) => one.index === index);
  if (isBridge(link)) return { bridge: link, isPort: false };
  const master = at(link.masterIndex);
  if (master && isBridge(master)) return { bridge: master, isPort: true };
  if (isStacked(link)) {
    const parent = at(link.parentIndex);
    const below = parent ? bridgeOf(parent, links) : null;
    // A tagged frame that comes in by a port is taken out before the bridge sees it.
    return below?.isPort === false ? below : null;
  }
  const peer = isPaired(link) && link.linked?.namespaceId === null ? at(link.linked.index) : undefined;
  const behind = peer && at(peer.masterIndex);
  return behind && isBridge(behind) ? { bridge: behind, isPort: false } : null;
}
