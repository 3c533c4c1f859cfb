/** What it means that an address changed hands, where nobody had it at the same time as another. */

import type { Finding } from '../generated/report-types.js';
import { timestamp } from '../report/timestamp.js';
import { duration } from '../reporters/text.js';
import { formatAddress } from '../targets/address.js';
import { list } from '../wording.js';
import type { HeardAddress } from './observer.js';
import { isFlapping, movesIn } from './turns.js';

/** A new owner that has not announced itself is one only once nobody else has spoken for so long. */
const quietMs = 5000;

/**
 * Findings on addresses whose turns tell that they moved: `flapping` where they keep doing so, else `address-moved`.
 * @param nowMs ms since the epoch; Infinity where nothing more will be heard
 */
export function diagnoseChanges(
  interfaces: readonly string[],
  addresses: Iterable<HeardAddress>,
  nowMs: number,
): Finding[] {
  const groups = new Map<string, HeardAddress[]>();
  for (const address of addresses) {
    const kind = kindOf(address, nowMs);
    if (kind === null) continue;
    const key = [kind, address.place.index, ...macsOf(address)].join(' ');
    groups.set(key, [...(groups.get(key) ?? []), address]);
  }
  return [...groups].map(([key, group]) => {
    return key.startsWith('flapping') ? describeFlapping(interfaces, group) : describeMove(interfaces, group);
  });
}

function kindOf({ turns }: HeardAddress, nowMs: number): 'flapping' | 'address-moved' | null {
  const last = turns.at(-1);
  if (turns.length < 2 || last === undefined) return null;
  if (isFlapping(turns)) return 'flapping';
  return last.announced || nowMs - last.fromMs > quietMs ? 'address-moved' : null;
}

const macsOf = ({ turns }: HeardAddress): string[] => [...new Set(turns.map(({ mac }) => mac))].sort();

const movesOf = ({ ip, turns }: HeardAddress) => ({
  ip: formatAddress(ip),
  moves: movesIn(turns).map(({ from, lastAtMs, to, firstAtMs }) => ({
    from,
    lastAt: timestamp(lastAtMs),
    to,
    firstAt: timestamp(firstAtMs),
    gapMs: Math.round(firstAtMs - lastAtMs),
  })),
});

interface Subject {
  readonly link: number;
  readonly name: string;
  readonly ips: string[];
  readonly macs: string[];
  readonly addresses: ReturnType<typeof movesOf>[];
}

function subjectOf(interfaces: readonly string[], group: readonly HeardAddress[]): Subject {
  const [first] = group;
  const link = first?.place.index ?? 0;
  const addresses = group.map(movesOf);
  const macs = first ? macsOf(first) : [];
  return { link, name: interfaces[link] ?? '', ips: addresses.map(({ ip }) => ip), macs, addresses };
}

function describeMove(interfaces: readonly string[], group: readonly HeardAddress[]): Finding {
  const { link, name, ips, macs, addresses } = subjectOf(interfaces, group);
  const last = addresses[0]?.moves.at(-1);
  const seen = last
    ? `${last.from} last spoke for it at ${last.lastAt}, ${last.to} first at ${last.firstAt}, ${duration(Math.max(0, last.gapMs))} later`
    : '';
  return {
    kind: 'address-moved',
    severity: 'info',
    link,
    ips,
    macs,
    message:
      `${list(ips)} moved to another MAC on ${name}: ${ips.length > 1 ? `of ${ips[0]}, ` : ''}${seen}. ` +
      `A failover or a new lease looks like this. If none was meant, find ${last?.to} in the switch's MAC table.`,
    evidence: { addresses },
  };
}

function describeFlapping(interfaces: readonly string[], group: readonly HeardAddress[]): Finding {
  const { link, name, ips, macs, addresses } = subjectOf(interfaces, group);
  const changes = addresses[0]?.moves.length ?? 0;
  const [keeps, them] = ips.length === 1 ? ['keeps', 'it'] : ['keep', 'them'];
  return {
    kind: 'flapping',
    severity: 'error',
    link,
    ips,
    macs,
    message:
      `${list(ips)} ${keeps} going from one MAC to another and back on ${name}: ${list(macs)} announce ${them} in turn` +
      `${ips.length === 1 ? `, ${changes} times lately` : ''}. Connections break each time. ` +
      `Look whether the nodes of a failover pair hear each other, and stop the service on one of them until they do.`,
    evidence: { addresses },
  };
}
