/** What this machine holds while it listens: for hours addresses come and go, so that it is looked at again and again. */

import type { HeldAddress } from '../findings/context.js';
import type { Machine } from '../generated/report-types.js';
import { describeMachine } from '../links/links.js';
import { hardwareAddresses, heldAddresses, type MachineState, type StateOf } from '../links/machine-state.js';
import type { Namespace } from '../links/namespaces.js';
import type { NativeAddon } from '../native.js';
import { formatAddress } from '../targets/address.js';
import type { ListenedLink } from './listen-links.js';

/** This machine as one link sees it: what is in another network namespace is like another machine. */
export interface OwnLink {
  /** Hardware addresses of all interfaces that there were at any time, permanent ones included. */
  readonly macs: ReadonlySet<string>;
  /** What was held at any time, and what has been held all the time, by address. */
  readonly everHeld: ReadonlyMap<string, readonly HeldAddress[]>;
  readonly heldThroughout: ReadonlyMap<string, readonly HeldAddress[]>;
  /** What the link itself holds (host byte order), and since when as far as is known; -Infinity: from the beginning. */
  readonly heldSince: ReadonlyMap<number, number>;
  /** MACs by which the kernel knew neighbours there, at addresses that this machine does not hold, when it began. */
  readonly neighbours: ReadonlySet<string>;
  /** Interfaces that the link binds together; none unless it is a bond. */
  readonly slaves: number;
}

export interface MachineWatch {
  /** Looks again; what cannot be seen any more counts as it was. */
  refresh(nowMs: number): void;
  /** When it was last looked at, in ms since the epoch. */
  readonly lookedAtMs: number;
  /** By the index of what is listened on, as it was last looked at. */
  readonly links: readonly OwnLink[];
  /** The present namespace, and those that are listened in. */
  machines(): Machine[];
}

/** What one namespace was in the beginning, and what became of it. */
interface Watched {
  readonly where: Namespace | null;
  readonly first: MachineState;
  last: MachineState;
  readonly macs: Set<string>;
  readonly everHeld: Map<string, readonly HeldAddress[]>;
}

/** @param before the machine as it is now */
export function watchMachine(
  addon: Pick<NativeAddon, 'listLinks'>,
  before: StateOf,
  listened: readonly ListenedLink[],
): MachineWatch {
  const namespaces = new Map<string, Watched>();
  const watchedOf = (where: Namespace | null): Watched => {
    const key = where?.path ?? '';
    const first = before(where);
    const watched = namespaces.get(key) ?? {
      where,
      first,
      last: first,
      macs: new Set(),
      everHeld: new Map(),
    };
    namespaces.set(key, watched);
    return watched;
  };
  watchedOf(null);
  const since = listened.map(() => new Map<number, number>());
  const look = (atMs: number): OwnLink[] => {
    for (const { last, macs, everHeld } of namespaces.values()) {
      for (const mac of hardwareAddresses(last)) macs.add(mac);
      for (const [ip, places] of heldAddresses(last, last)) everHeld.set(ip, places);
    }
    return listened.map((link, i) => ownLink(link, watchedOf(link.namespace), since[i] ?? new Map(), atMs));
  };
  for (const { namespace } of listened) watchedOf(namespace);
  let lookedAtMs = Number.NaN;
  let links = look(Number.NEGATIVE_INFINITY);

  return {
    refresh(nowMs) {
      for (const watched of namespaces.values()) {
        try {
          watched.last = { links: addon.listLinks(watched.where?.path ?? null), neighbours: [] };
        } catch {
          // The namespace may be gone; what was held there does not matter any more.
        }
      }
      links = look(nowMs);
      lookedAtMs = nowMs;
    },
    get lookedAtMs() {
      return lookedAtMs;
    },
    get links() {
      return links;
    },
    machines: () =>
      [...namespaces.values()].map(({ where, last }) => describeMachine(last.links, where?.name)),
  };
}

function ownLink(
  { device }: ListenedLink,
  { first, last, macs, everHeld }: Watched,
  heldSince: Map<number, number>,
  atMs: number,
): OwnLink {
  const now = last.links.find(({ index }) => index === device.index)?.addresses.map(({ ip }) => ip) ?? [];
  for (const ip of heldSince.keys()) if (!now.includes(ip)) heldSince.delete(ip);
  for (const ip of now) if (!heldSince.has(ip)) heldSince.set(ip, atMs);
  const heldThroughout = heldAddresses(first, last);
  const neighbours = first.neighbours.filter(
    ({ ip, interfaceIndex, state }) =>
      interfaceIndex === device.index && state !== 'FAILED' && !heldThroughout.has(formatAddress(ip)),
  );
  const bound = last.links.filter(({ masterIndex }) => masterIndex === device.index).length;
  return {
    macs,
    everHeld,
    heldThroughout,
    heldSince,
    neighbours: new Set(neighbours.map(({ mac }) => mac).filter((mac) => mac !== null)),
    slaves: device.kind === 'bond' ? bound : 0,
  };
}
