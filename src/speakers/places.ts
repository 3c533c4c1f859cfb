/** The links of a report on what was heard: what is listened on, and each tag that comes by there. */

import type { HeardFrame } from '../listen/heard-frame.js';
import type { ListenedLink } from './listen-links.js';
import type { Place } from './observer.js';

/** A link as the report has it, by the index of its `links`. */
export interface ListenPlace extends Place {
  readonly interface: string;
  readonly netns: string | null;
  readonly vlan: number | null;
  /** Index of what is listened on. */
  readonly listened: number;
  frames: number;
}

export interface Places {
  /** The place of a frame, or null where its tag is not wanted. */
  of(frame: Pick<HeardFrame, 'link' | 'vlan'>): ListenPlace | null;
  /** Grows with the tags that are heard. */
  readonly all: readonly ListenPlace[];
}

export function createPlaces(links: readonly ListenedLink[]): Places {
  const all: ListenPlace[] = [];
  const byTag = links.map(() => new Map<number | null, ListenPlace>());

  const add = (listened: number, link: ListenedLink, vlan: number | null): ListenPlace => {
    const { name, mac } = link.device;
    const netns = link.namespace?.name ?? null;
    const place = { index: all.length, interface: name, netns, vlan, mac, listened, frames: 0 };
    all.push(place);
    byTag[listened]?.set(vlan, place);
    return place;
  };
  // Where nothing is heard, that is said of each as well.
  for (const [i, link] of links.entries()) {
    for (const vlan of link.vlans ?? [null]) add(i, link, vlan);
  }
  return {
    of({ link: listened, vlan }) {
      const known = byTag[listened]?.get(vlan);
      if (known) return known;
      const link = links[listened];
      return link === undefined || link.vlans !== null ? null : add(listened, link, vlan);
    },
    all,
  };
}
