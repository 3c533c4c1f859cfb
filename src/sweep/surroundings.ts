/** What this machine sees around a sweep, beside the answers: tables of its bridges, and tags on other devices. */

import { bridgeOf } from '../links/bridges.js';
import type { StateOf } from '../links/machine-state.js';
import { type LinkPlan, vlanOf } from '../links/plan.js';
import type { NativeAddon, NativeBridgeEntry, NativeBridgePort } from '../native.js';
import type { TagSighting, TagWatch } from './tag-watch.js';

/** The bridges of a network namespace: every entry before and after, and the ports after. */
export interface BridgeTables {
  readonly before: readonly NativeBridgeEntry[];
  readonly after: readonly NativeBridgeEntry[];
  readonly ports: readonly NativeBridgePort[];
  readonly apartMs: number;
}

export interface Surroundings {
  /** By the path of the namespace, empty for the present one; only where a swept link has a bridge. */
  readonly bridgeTables: ReadonlyMap<string, BridgeTables>;
  /** ARP with the tag of a swept VLAN link. */
  readonly tags: readonly TagSighting[];
}

export const noSurroundings: Surroundings = { bridgeTables: new Map(), tags: [] };

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
  states: StateOf,
): Promise<Observation> {
  const tags = plans.some((plan) => vlanOf(plan) !== null) ? await watchTags(addon, plans, states) : null;
  const bridged = plans.filter(({ link, namespace }) => bridgeOf(link, states(namespace).links) !== null);
  const paths = new Set(bridged.map(({ namespace }) => namespace?.path ?? null));
  const tables = [...paths].map((path) => ({ path: path ?? '', after: watchBridges(addon, path) }));
  return {
    finish: async () => ({
      bridgeTables: new Map(
        tables.flatMap(({ path, after }) => {
          const table = after();
          return table ? [[path, table]] : [];
        }),
      ),
      tags: (await tags?.finish()) ?? [],
    }),
    close: () => tags?.close(),
  };
}

/** Reads the bridges of a namespace now, and once more when what it returns is called. */
function watchBridges(addon: NativeAddon, path: string | null): () => BridgeTables | null {
  const before = readable(() => addon.listBridgeEntries(path));
  const at = performance.now();
  return () => {
    const after = before && readable(() => addon.listBridgeEntries(path));
    const ports = after && readable(() => addon.listBridgePorts(path));
    const apartMs = performance.now() - at;
    return before && after && ports ? { before, after, ports, apartMs } : null;
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
  states: StateOf,
): Promise<TagWatch | null> {
  const { startTagWatch } = await import('./tag-watch.js');
  return readable(() => startTagWatch(addon, plans, states));
}
