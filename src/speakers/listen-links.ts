/** Which links are listened on: those that were named, or all on which something may be heard that no other one hears. */

import { OptionError } from '../errors.js';
import { type ChosenLink, chooseLinks, type LinkSource, type WantedLink } from '../links/choice.js';
import { isBridge, isBundle, isStacked } from '../links/kinds.js';
import { formatLink } from '../links/link-spec.js';
import type { EthernetLink } from '../links/links.js';
import type { Namespace } from '../links/namespaces.js';

/** An interface to listen on. */
export interface ListenedLink {
  /** Null for the namespace that this process is in. */
  readonly namespace: Namespace | null;
  readonly device: EthernetLink;
  /** VLAN IDs of the frames that are wanted, null for untagged ones; null in place of all where the tag does not matter. */
  readonly vlans: ReadonlySet<number | null> | null;
}

export interface ListenLinks {
  readonly links: readonly ListenedLink[];
  /** How many more there are that would do, where none was named. */
  readonly leftOut: number;
}

/** Each link costs a megabyte of ring; on a node with hundreds of containers nobody means them all. */
const mostUnnamed = 32;

/**
 * Chooses links as a sweep does, but that one without an interface stands for all that are suitable.
 * @throws OptionError, InterfaceError, PermissionError, SystemError
 */
export function chooseListenLinks(source: LinkSource, wanted: readonly WantedLink[]): ListenLinks {
  const chosen = new Map<string, ListenedLink>();
  let leftOut = 0;
  for (const want of wanted) {
    const vlans = vlansOf(want);
    const found = chooseLinks(source, [{ ...want, interface: want.interface ?? '*' }]);
    const suitable = want.interface === null ? found.filter((link) => isSuitable(source, link)) : found;
    const some = want.interface === null ? suitable.slice(0, mostUnnamed) : suitable;
    leftOut += suitable.length - some.length;
    for (const { namespace, device } of some) {
      const key = `${namespace?.path ?? ''} ${device.index}`;
      const before = chosen.get(key);
      chosen.set(key, { namespace, device, vlans: before ? either(before.vlans, vlans) : vlans });
    }
  }
  return { links: [...chosen.values()], leftOut };
}

/** What a listened link is called, its tags left out. */
export function deviceName({ namespace, device }: ListenedLink): string {
  return formatLink(namespace?.name ?? null, device.name, []);
}

/** What passes a port is heard on its bridge or bond as well, and what an interface on top of another hears, on that one. */
function isSuitable(source: LinkSource, { namespace, device }: ChosenLink): boolean {
  const links = source.links(namespace);
  const above = links.find(({ index }) => index === device.masterIndex);
  const isHeardAbove = above !== undefined && (isBridge(above) || isBundle(above));
  // In a container the device below is elsewhere.
  const isHeardBelow = isStacked(device) && links.some(({ index }) => index === device.parentIndex);
  return !isHeardAbove && !isHeardBelow;
}

type Vlans = ListenedLink['vlans'];

function vlansOf({ tags, ...link }: WantedLink): Vlans {
  if (tags === null) return null;
  const [tag, inner] = tags;
  if (!inner && !tag?.priority) return new Set([tag?.id ?? null]);
  const name = formatLink(
    link.netns,
    link.interface ?? '',
    tags.map(({ id }) => id),
  );
  throw new OptionError(
    'links',
    `The link ${JSON.stringify(name)} has a priority or a second tag, and frames are heard by their outer VLAN ID alone.`,
    'Give [NETNS:]IFACE[@VID]: one tag without a priority.',
  );
}

/** One listener for an interface, whatever tags are asked for. */
const either = (one: Vlans, other: Vlans): Vlans => one && other && new Set([...one, ...other]);
