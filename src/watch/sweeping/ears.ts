/** Hears who speaks for the addresses of a watch, between its sweeps and meanwhile. */

import { arpOperation, type HeardFrame } from '../../listen/heard-frame.js';
import { type Listening, listenOn } from '../../listen/listen.js';
import { isUnicast } from '../../mac-address.js';
import type { NativeAddon } from '../../native.js';
import { framesLost } from '../../speakers/session.js';
import { statementOf } from '../../speakers/statement.js';
import { contains } from '../../targets/ranges.js';
import type { Spoken } from '../observation.js';
import type { WatchedLink } from '../watched-links.js';

export interface Ears {
  /** Listens on these links from now on, and only on them. What is the same as before goes on without a gap. */
  listenOn(links: readonly WatchedLink[]): void;
  /** Frames that were lost on this machine since the links were last changed. */
  lost(): number;
  /** For good. */
  close(): void;
}

/**
 * @param onSpoken gets statements with the kernel's times
 * @param onTrouble called where the kernel does not let it listen, or ends it
 */
export function createEars(
  addon: Pick<NativeAddon, 'Listener'>,
  onSpoken: (spoken: Spoken) => void,
  onTrouble: (error: Error) => void,
): Ears {
  let listening: Listening | null = null;
  let open = '';
  let isClosed = false;
  let links: ReturnType<typeof byDevice> = new Map();

  /** @param devices by the index of the listener's links */
  const hear = (devices: readonly string[], frames: readonly HeardFrame[]): void => {
    for (const frame of frames) {
      if (frame.outgoing) continue;
      const link = links.get(devices[frame.link] ?? '')?.find((each) => isOf(each, frame));
      const spoken = link && spokenIn(link, frame);
      if (spoken) onSpoken(spoken);
    }
  };

  return {
    listenOn(wanted) {
      if (isClosed) return;
      links = byDevice(wanted);
      const devices = [...links.keys()];
      const key = devices.join(' ');
      if (key === open && listening !== null) return;
      listening?.close();
      listening = null;
      open = key;
      if (devices.length === 0) return;
      try {
        const sockets = [...links.values()].map(socketOf);
        const begun = listenOn(addon, sockets, (frames) => hear(devices, frames));
        listening = begun;
        begun.done.catch((error: Error) => {
          if (listening === begun) listening = null;
          onTrouble(error);
        });
      } catch (error) {
        onTrouble(error as Error);
      }
    },
    lost: () => (listening === null ? Number.POSITIVE_INFINITY : framesLost(listening.status())),
    close() {
      isClosed = true;
      listening?.close();
      listening = null;
    },
  };
}

/** An interface that was deleted and made anew is another one. */
const deviceOf = ({ namespacePath, interface: name, index }: WatchedLink): string =>
  `${namespacePath ?? ''}:${name}:${index}`;

/** Links by the device that they are on; they differ by their tags. */
function byDevice(links: readonly WatchedLink[]): Map<string, [WatchedLink, ...WatchedLink[]]> {
  const devices = new Map<string, [WatchedLink, ...WatchedLink[]]>();
  for (const link of links) {
    const device = deviceOf(link);
    const others = devices.get(device);
    if (others) others.push(link);
    else devices.set(device, [link]);
  }
  return devices;
}

const socketOf = (links: readonly [WatchedLink, ...WatchedLink[]]) => ({
  label: links[0].name,
  interface: links[0].interface,
  namespacePath: links[0].namespacePath,
  // Frames with a tag of ours, or to a MAC of ours that the interface does not know, are for others by its filter.
  promiscuous: links.some(({ vlan, sourceMac, mac }) => vlan !== null || sourceMac !== mac),
  outgoing: false,
});

const isOf = ({ vlan, innerVlan }: WatchedLink, frame: HeardFrame): boolean =>
  frame.vlan === vlan && frame.innerVlan === innerVlan;

function spokenIn(link: WatchedLink, { arp, atMs, source, destination }: HeardFrame): Spoken | null {
  const statement = arp && statementOf(arp);
  if (!arp || !statement || statement.kind === 'probe') return null;
  const { kind, mac, address: ip } = statement;
  // Our own questions may come back, or somebody may have a copy of our MAC: that is a finding, and no owner.
  const isOurs = [link.mac, link.sourceMac].some((own) => own === mac || own === source);
  // What one alone is told may differ from what another is, as bonds do it (balance-alb).
  const isForUs = !isUnicast(destination) || destination === link.mac || destination === link.sourceMac;
  if (isOurs || !isForUs || link.own.has(ip) || !contains(link.targets, ip)) return null;
  const operation = arp.operation === arpOperation.request ? 'request' : 'reply';
  return { link: link.name, ip, mac, kind, operation, atMs };
}
