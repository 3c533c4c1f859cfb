/** Listens, while VLAN links are swept, whether their tags are heard on any device that could carry them. */

import { isStacked } from '../links/kinds.js';
import { isEthernet } from '../links/links.js';
import type { StateOf } from '../links/machine-state.js';
import type { Namespace } from '../links/namespaces.js';
import { type LinkPlan, vlanOf } from '../links/plan.js';
import type { HeardFrame } from '../listen/heard-frame.js';
import { listenOn } from '../listen/listen.js';
import type { NativeAddon, NativeLink } from '../native.js';
import { contains } from '../targets/ranges.js';

/** Machines that spoke with the tag of a swept VLAN link, of addresses that it was asked for. */
export interface TagSighting {
  /** Index of the plan. */
  readonly plan: number;
  readonly device: string;
  /** The device below the VLAN link. */
  readonly isParent: boolean;
  frames: number;
  /** MAC by address, in host byte order: the last that was heard. */
  readonly holders: Map<number, string>;
}

export interface TagWatch {
  finish(): Promise<TagSighting[]>;
  close(): void;
}

/** Each device takes a listener. */
const mostDevices = 32;
const mostHolders = 64;

interface Device {
  readonly index: number;
  readonly name: string;
  readonly namespace: Namespace | null;
  /** Carries the frames of a plan. */
  readonly isParent: boolean;
}

function devicesIn(
  namespace: Namespace | null,
  plans: readonly LinkPlan[],
  links: readonly NativeLink[],
): Device[] {
  const here = plans.filter((plan) => plan.namespace?.path === namespace?.path);
  const parents = new Set(here.map((plan) => vlanOf(plan)?.deviceIndex));
  return links.flatMap((link) => {
    const isParent = parents.has(link.index);
    // The frames of a port come by its bridge or bond as well.
    const couldBe = isEthernet(link) && !isStacked(link) && link.carrier && link.masterIndex === 0;
    return isParent || couldBe ? [{ index: link.index, name: link.name, namespace, isParent }] : [];
  });
}

/**
 * Starts to listen on the devices below the links, and on all others that could be below a VLAN link.
 * @throws PermissionError, SystemError
 */
export function startTagWatch(
  addon: Pick<NativeAddon, 'Listener'>,
  plans: readonly LinkPlan[],
  states: StateOf,
): TagWatch {
  const tagged = plans.filter((plan) => vlanOf(plan) !== null);
  const namespaces = new Map(tagged.map(({ namespace }) => [namespace?.path, namespace]));
  const devices = [...namespaces.values()]
    .flatMap((where) => devicesIn(where, tagged, states(where).links))
    .sort((a, b) => Number(b.isParent) - Number(a.isParent))
    .slice(0, mostDevices);
  const vlans = plans.map(vlanOf);
  const sightings = new Map<string, TagSighting>();
  // A tag that its own device hears is in its place, and answers may come in by the million there.
  const unsettled = new Set([...plans.keys()].filter((i) => vlans[i] !== null));

  const note = ({ link, vlan, arp }: HeardFrame): void => {
    const device = devices[link];
    if (!device || vlan === null || !arp) return;
    for (const [i, plan] of plans.entries()) {
      if (vlans[i]?.id !== vlan || plan.namespace?.path !== device.namespace?.path) continue;
      if (!contains(plan.targets, arp.spa)) continue;
      const key = `${i} ${device.index}`;
      const isParent = device.index === vlans[i]?.deviceIndex;
      const sighting = sightings.get(key) ?? {
        plan: i,
        device: device.name,
        isParent,
        frames: 0,
        holders: new Map(),
      };
      sightings.set(key, sighting);
      sighting.frames += 1;
      if (isParent) unsettled.delete(i);
      if (sighting.holders.size < mostHolders) sighting.holders.set(arp.spa, arp.sha);
    }
  };
  const listening = listenOn(
    addon,
    devices.map(({ name, namespace }) => ({
      label: name,
      interface: name,
      namespacePath: namespace?.path ?? null,
      promiscuous: true,
      outgoing: false,
    })),
    (frames) => {
      frames.forEach(note);
      if (unsettled.size === 0) listening.finish();
    },
  );
  return {
    finish: async () => {
      listening.finish();
      await listening.done.catch(() => {});
      return [...sightings.values()];
    },
    close: listening.close,
  };
}
