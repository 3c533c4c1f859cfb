/** What this machine sees around a sweep, beside the answers: tables of its bridges, and tags on other devices. */

import { bridgeOf } from '../links/bridges.js';
import type { LinkPlan } from '../links/plan.js';
import type { NativeAddon, NativeBridgeEntry, NativeBridgePort, NativeLink } from '../native.js';
import type { TagSighting, TagWatch } from './tag-watch.js';

export interface Surroundings {
  /** Every entry before and after, and the ports after; null where no swept link has a bridge. */
  readonly bridgeTables: {
    readonly before: readonly NativeBridgeEntry[];
    readonly after: readonly NativeBridgeEntry[];
    readonly ports: readonly NativeBridgePort[];
    readonly apartMs: number;
  } | null;
  /** ARP with the tag of a swept VLAN link. */
  readonly tags: readonly TagSighting[];
}

export const noSurroundings: Surroundings = { bridgeTables: null, tags: [] };

export interface Observation {
  /** Ends it, and tells what was seen. */
  finish(): Promise<Surroundings>;
  /** Ends it in vain. */
  close(): void;
}

/** Begins to look around; what cannot be seen is left out, for the sweep is worth more than its surroundings. */
export async function observe(
  addon: NativeAddon,
  plans: readonly LinkPlan[],
  links: readonly NativeLink[],
): Promise<Observation> {
  const tags = plans.some(({ link }) => link.vlan !== null) ? await watchTags(addon, plans, links) : null;
  const hasBridge = plans.some(({ link }) => bridgeOf(link, links) !== null);
  const before = hasBridge ? readable(() => addon.listBridgeEntries()) : null;
  const at = performance.now();
  return {
    finish: async () => {
      const after = before && readable(() => addon.listBridgeEntries());
      const ports = after && readable(() => addon.listBridgePorts());
      const apartMs = performance.now() - at;
      return {
        bridgeTables: before && after && ports ? { before, after, ports, apartMs } : null,
        tags: (await tags?.finish()) ?? [],
      };
    },
    close: () => tags?.close(),
  };
}

function readable<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}

async function watchTags(
  addon: NativeAddon,
  plans: readonly LinkPlan[],
  links: readonly NativeLink[],
): Promise<TagWatch | null> {
  const { startTagWatch } = await import('./tag-watch.js');
  return readable(() => startTagWatch(addon, plans, links));
}
