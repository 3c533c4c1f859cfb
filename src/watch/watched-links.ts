/** The links of a watch: what is swept there, and who may speak. */

import { isReady } from '../links/links.js';
import type { LinkPlan } from '../links/plan.js';
import type { NativeAddon, NativeLink } from '../native.js';
import { type Ranges, union } from '../targets/ranges.js';

export interface WatchedLink {
  /** As `-I` takes it. */
  readonly name: string;
  /** Of the interface, which may be made anew under this name. */
  readonly interface: string;
  readonly index: number;
  readonly mac: string;
  /** File of its network namespace; null for the present one. */
  readonly namespacePath: string | null;
  /** VLAN IDs that its frames carry, null for none. */
  readonly vlan: number | null;
  readonly innerVlan: number | null;
  /** SHA of the questions, where it is not that of the interface. */
  readonly sourceMac: string;
  readonly targets: Ranges;
  /** Its own addresses, of which nothing is to be told. */
  readonly own: ReadonlySet<number>;
}

/** What plans come to by link: several of one link ask from different addresses. */
export function watchedLinksOf(plans: readonly LinkPlan[]): WatchedLink[] {
  const links = new Map<string, WatchedLink>();
  for (const { name, link, namespace, tags, targets, own, sourceMac } of plans) {
    const before = links.get(name);
    const [outer, inner] = tags;
    links.set(name, {
      name,
      interface: link.name,
      index: link.index,
      mac: link.mac,
      namespacePath: namespace?.path ?? null,
      vlan: outer?.id || null,
      innerVlan: inner?.id ?? null,
      sourceMac,
      targets: before ? union(before.targets, targets) : targets,
      own: new Set([...(before?.own ?? []), ...own]),
    });
  }
  return [...links.values()];
}

/** Why nothing can be said or heard on a link. */
export type LinkFault = 'gone' | 'down' | 'no-carrier';

/** How links stand: null where one can be swept, and the index that its interface has by now. */
export type LinkStanding = { readonly fault: LinkFault } | { readonly fault: null; readonly index: number };

/** Looks how links stand; each namespace is looked into once. */
export function standingOf(
  addon: Pick<NativeAddon, 'listLinks'>,
  links: readonly WatchedLink[],
): LinkStanding[] {
  const listed = new Map<string | null, readonly NativeLink[]>();
  return links.map(({ namespacePath, interface: name }) => {
    const there = listed.get(namespacePath) ?? linksThere(addon, namespacePath);
    listed.set(namespacePath, there);
    const link = there.find((each) => each.name === name);
    if (link === undefined) return { fault: 'gone' };
    if (isReady(link)) return { fault: null, index: link.index };
    return { fault: link.flags.includes('UP') ? 'no-carrier' : 'down' };
  });
}

/** The links of a namespace, by its file; none where it is gone, and everything in it. */
export function linksThere(
  addon: Pick<NativeAddon, 'listLinks'>,
  path: string | null,
): readonly NativeLink[] {
  try {
    return addon.listLinks(path);
  } catch {
    return [];
  }
}
