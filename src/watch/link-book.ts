/** The links of a watch as they come and go, and what was asked on each. */

import type { WatchEvent } from '../generated/watch-event-types.js';
import type { WatchedLink as KeptLink } from '../generated/watch-state-types.js';
import type { NativeAddon } from '../native.js';
import { timestamp } from '../report/timestamp.js';
import { parseTargets } from '../targets/parse.js';
import { contains, formatRanges, type Ranges, union } from '../targets/ranges.js';
import { type LinkFault, standingOf, type WatchedLink } from './watched-links.js';

export interface LinkEntry {
  link: WatchedLink;
  /** Null where it can be swept. */
  fault: LinkFault | null;
  /** Since when that is so, in ms since the epoch. */
  sinceMs: number;
  /** How often it has been at fault. */
  faults: number;
  /** Addresses that were asked for at any time. */
  asked: Ranges;
  sweptAt: string | null;
  /** Share of what it loses, by its latest sweep. */
  loss: number;
  /** MACs that answer for what is not their own, by its latest sweep. */
  proxies: ReadonlySet<string>;
}

export interface LinkBook {
  /** Links that are about to be swept. */
  plan(links: readonly WatchedLink[], nowMs: number): WatchEvent[];
  /** Looks how they stand. */
  poll(nowMs: number): WatchEvent[];
  find(name: string): LinkEntry | undefined;
  readonly all: readonly LinkEntry[];
  /** Whether an address of a link was asked for before: by this watch, by an earlier one, or never. */
  askedBefore(name: string, ip: number): 'now' | 'away' | 'never';
  kept(): KeptLink[];
}

/** @param before links of an earlier watch */
export function createLinkBook(
  addon: Pick<NativeAddon, 'listLinks'>,
  before: readonly KeptLink[],
  wallMs: (ms: number) => number,
): LinkBook {
  const entries = new Map<string, LinkEntry>();
  const earlier = new Map(before.map((kept) => [kept.link, { kept, targets: rangesOf(kept) }]));

  const say = (type: 'link-down' | 'link-up', name: string, atMs: number, message: string): WatchEvent => ({
    schemaVersion: 1,
    type,
    at: timestamp(wallMs(atMs)),
    link: name,
    ip: null,
    macs: [],
    previous: null,
    gapMs: null,
    whileAway: false,
    message,
  });
  const fall = (entry: LinkEntry, fault: LinkFault, nowMs: number): WatchEvent[] => {
    const wasWell = entry.fault === null;
    entry.fault = fault;
    if (!wasWell) return [];
    entry.sinceMs = nowMs;
    entry.faults += 1;
    const { name } = entry.link;
    return [say('link-down', name, nowMs, `Nothing can be said or heard on ${name}: ${reasons[fault]}.`)];
  };
  const rise = (entry: LinkEntry, nowMs: number): WatchEvent[] => {
    if (entry.fault === null) return [];
    entry.fault = null;
    entry.sinceMs = nowMs;
    return [say('link-up', entry.link.name, nowMs, `${entry.link.name} is back.`)];
  };

  return {
    plan(links, nowMs) {
      return links.flatMap((link) => {
        const entry = entries.get(link.name);
        if (entry) {
          entry.link = link;
          return rise(entry, nowMs);
        }
        entries.set(link.name, {
          link,
          fault: null,
          sinceMs: nowMs,
          faults: 0,
          asked: [],
          sweptAt: null,
          loss: 0,
          proxies: new Set(),
        });
        return [];
      });
    },
    poll(nowMs) {
      const all = [...entries.values()];
      const standing = standingOf(
        addon,
        all.map(({ link }) => link),
      );
      return all.flatMap((entry, i) => {
        const now = standing[i];
        if (now === undefined) return [];
        if (now.fault !== null) return fall(entry, now.fault, nowMs);
        // Deleted and made anew between two looks: what was open on it hears nothing any more.
        if (now.index !== entry.link.index) entry.link = { ...entry.link, index: now.index };
        return rise(entry, nowMs);
      });
    },
    find: (name) => entries.get(name),
    get all() {
      return [...entries.values()];
    },
    askedBefore(name, ip) {
      if (contains(entries.get(name)?.asked ?? [], ip)) return 'now';
      return contains(earlier.get(name)?.targets ?? [], ip) ? 'away' : 'never';
    },
    kept() {
      const others = [...earlier].filter(([name]) => !entries.has(name)).map(([, { kept }]) => kept);
      const own = [...entries.values()].map(({ link, fault, asked, sweptAt }) => ({
        link: link.name,
        up: fault === null,
        targets: formatRanges(union(asked, earlier.get(link.name)?.targets ?? [])),
        sweptAt: sweptAt ?? earlier.get(link.name)?.kept.sweptAt ?? null,
      }));
      return [...own, ...others];
    },
  };
}

const reasons: Readonly<Record<LinkFault, string>> = {
  gone: 'the interface, or its network namespace, is gone',
  down: 'the interface is down',
  'no-carrier': 'it has no carrier',
};

/** Of a link that was never swept, nothing is known. */
function rangesOf({ targets, sweptAt }: KeptLink): Ranges {
  return sweptAt === null || targets.length === 0 ? [] : parseTargets(targets).ranges;
}
