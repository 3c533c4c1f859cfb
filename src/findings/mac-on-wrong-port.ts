import type { Finding } from '../generated/report-types.js';
import { list } from '../wording.js';
import type { BridgeFacts, HeldMac, SweepFacts } from './context.js';
import { virtualMacProtocol } from './virtual-macs.js';

/**
 * A bridge of this machine holds a MAC on another port than the one by which a frame of it came. Each frame teaches the
 * bridge its port, so that a table that differs before and after an answer has been wrong at least once. On a link that
 * is a port itself, the answer came in there, whatever the table says. Machines do move, in a migration or a failover:
 * the two looks must be close together, and both ports still there; virtual MACs move by design.
 */
export function diagnoseMacOnWrongPort({ interfaces, bridges = [], links }: SweepFacts): Finding[] {
  return bridges.flatMap((facts) => {
    const ourMacs = links[facts.link]?.ourMacs;
    const wrong = misplaced(facts).filter(
      ({ mac }) => !ourMacs?.has(mac) && virtualMacProtocol(mac) === null,
    );
    return byPorts(wrong).map((group) => describe(interfaces[facts.link] ?? '', facts, group));
  });
}

/** Between two looks at a table that are further apart, a machine may well have moved. */
const longestMs = 10_000;

interface Misplaced {
  readonly mac: string;
  readonly vlan: number | null;
  readonly heldOn: string;
  readonly heardOn: string;
  readonly ips: readonly string[];
}

function misplaced({ apartMs, port, before, after, answers }: BridgeFacts): Misplaced[] {
  if (apartMs > longestMs) return [];
  const found: Misplaced[] = [];
  for (const [mac, ips] of answers) {
    const held = before.filter((entry) => entry.mac === mac);
    const holds = after.filter((entry) => entry.mac === mac);
    const wrong = port === null ? moved(held, holds) : elsewhere(port, [...held, ...holds]);
    if (wrong) found.push({ mac, ips, ...wrong });
  }
  return found;
}

type Ports = Pick<Misplaced, 'vlan' | 'heldOn' | 'heardOn'>;

/** One that was on a port, and after its answer is on another. */
function moved(held: readonly HeldMac[], holds: readonly HeldMac[]): Ports | null {
  for (const { vlan, port: heldOn } of held) {
    const heardOn = holds.find((entry) => entry.vlan === vlan)?.port;
    if (heardOn !== undefined && heardOn !== heldOn) return { vlan, heldOn, heardOn };
  }
  return null;
}

/** One that answered by this port, and has no entry but on others. */
function elsewhere(port: string, entries: readonly HeldMac[]): Ports | null {
  const [first] = entries;
  if (first === undefined || entries.some((entry) => entry.port === port)) return null;
  return { vlan: first.vlan, heldOn: first.port, heardOn: port };
}

/** One cause, hence one finding, for all that are held on one port and answer by another. */
function byPorts(misplacedMacs: readonly Misplaced[]): Misplaced[][] {
  const groups = new Map<string, Misplaced[]>();
  for (const one of misplacedMacs) {
    const key = `${one.heldOn} ${one.heardOn}`;
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()];
}

function describe(name: string, { link, bridge, port }: BridgeFacts, group: readonly Misplaced[]): Finding {
  const ips = group.flatMap((one) => one.ips);
  const macs = group.map(({ mac }) => mac).sort();
  const [{ heldOn, heardOn } = { heldOn: '', heardOn: '' }] = group;
  const who = `${list(ips)} (${list(macs)})`;
  const [it, answers] = macs.length === 1 ? ['it', 'answers'] : ['them', 'answer'];
  const on = name === bridge ? '' : `On ${name}, `;
  const contradiction =
    port === null
      ? `${on}${bridge} had ${who} on its port ${heldOn} before the sweep, and on ${heardOn} after it`
      : `${who} ${answers} by way of ${heardOn}, but ${bridge} has ${it} on its port ${heldOn}`;
  return {
    kind: 'mac-on-wrong-port',
    severity: 'error',
    link,
    ips,
    macs,
    message:
      `${contradiction}: what is meant for ${it} gets lost at the wrong one. ` +
      `Look for a loop that brings frames back by one of the two, or for a second machine with the same MAC ` +
      `(bridge fdb show br ${bridge}).`,
    evidence: { bridge, entries: group.map((one) => ({ ...one })) },
  };
}
