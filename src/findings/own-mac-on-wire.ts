import type { Finding } from '../generated/report-types.js';
import { counted } from '../reporters/text.js';
import type { Stray } from '../sweep/stray.js';
import { list } from '../wording.js';
import type { LinkFacts, SweepFacts } from './context.js';
import { inVlan, sameVlan } from './tags.js';
import { virtualMacProtocol } from './virtual-macs.js';

/**
 * Our own frames come back, or somebody else uses our MAC.
 *
 * A frame that comes back once is no sign of a loop: a bridge port in hairpin mode, a reflective relay (802.1Qbg) or an
 * access point sends every broadcast back to where it came from, and a bond whose switch does not know of it hears each
 * on every other of its ports. A loop has no such measure. So what counts is whether of any question more copies came
 * back than that, and whether one came back with another tag, which nothing of the kind puts on.
 */
export function diagnoseOwnMacOnWire(facts: SweepFacts): Finding[] {
  return facts.links.flatMap((own, link) => {
    const returned = returnedTo(own);
    const loop = hasLoop(own);
    const leaked = returned.filter((copy) => !sameVlan(copy, own));
    const clones = clonesOf(own);
    return [
      ...(loop ? [describeLoop(facts, link, returned)] : []),
      ...(leaked.length > 0 && !loop ? [describeLeak(facts, link, own, leaked)] : []),
      ...(clones.length > 0 ? [describeClone(facts, link, clones)] : []),
    ];
  });
}

/** Whether of any question more copies came back than a network without a loop makes. */
export function hasLoop(own: LinkFacts): boolean {
  return returnedTo(own).some((copies) => copies.count > mostCopies(own, copies));
}

const returnedTo = ({ strays }: LinkFacts): Stray[] => strays.filter(({ kind }) => kind === 'returned');

/** The kernel asks by itself now and then (mcast_solicit of arp(7) is 3), and at full rate that is not seen. */
const unseenQuestions = 3;

/** How many copies of the questions for one address may come back where there is no loop. */
function mostCopies({ slaves }: LinkFacts, { asked }: Stray): number {
  return (asked + unseenQuestions) * Math.max(1, slaves - 1);
}

/** Kinds of interfaces that share their MAC with others by design. */
const shareMac = new Set(['ipvlan', 'ipvtap']);

/** Frames with our MAC that this machine has not sent: what comes from an address of its own may be a copy. */
function clonesOf({ mac, kind, strays, held }: LinkFacts): Stray[] {
  if (virtualMacProtocol(mac) !== null || shareMac.has(kind ?? '')) return [];
  return strays.filter((stray) => stray.kind === 'our-mac' && stray.ip !== '0.0.0.0' && !held.has(stray.ip));
}

const sum = (strays: readonly Stray[], value: (stray: Stray) => number): number =>
  strays.reduce((all, stray) => all + value(stray), 0);

const earliest = (strays: readonly Stray[]): string => strays.map(({ firstAt }) => firstAt).sort()[0] ?? '';
const latest = (strays: readonly Stray[]): string =>
  strays
    .map(({ lastAt }) => lastAt)
    .sort()
    .at(-1) ?? '';

function finding(
  facts: SweepFacts,
  link: number,
  more: Pick<Finding, 'severity' | 'ips' | 'message' | 'evidence'>,
): Finding {
  return { kind: 'own-mac-on-wire', link, macs: [facts.links[link]?.mac ?? ''], ...more };
}

function describeLoop(facts: SweepFacts, link: number, returned: readonly Stray[]): Finding {
  const excess = ({ count, asked }: Stray) => count - asked;
  const [worst] = returned.toSorted((a, b) => excess(b) - excess(a));
  const copies = sum(returned, ({ count }) => count);
  const name = facts.interfaces[link];
  return finding(facts, link, {
    severity: 'error',
    ips: [],
    message:
      `Frames that ${name} sent come back to it again and again, ${counted(copies, 'copy', 'copies')} so far: ` +
      `for ${worst?.ip} alone it asked ${counted(worst?.asked ?? 0, 'time')} and heard itself ${counted(worst?.count ?? 0, 'time')}. ` +
      `The network has a loop. Look for two paths between the same switches or bridges, for ports without ` +
      `spanning tree, and for MAC addresses that move from port to port in the switches' logs; ` +
      `until it is cut, answers get lost and hosts seem silent.`,
    evidence: {
      copies,
      addressCount: returned.length,
      most: worst && { ip: worst.ip, questions: worst.asked, copies: worst.count },
      vlans: [...new Set(returned.map(({ vlan }) => vlan))],
      firstAt: earliest(returned),
      lastAt: latest(returned),
    },
  });
}

function describeLeak(facts: SweepFacts, link: number, own: LinkFacts, leaked: readonly Stray[]): Finding {
  const places = [...new Set(leaked.map(inVlan))];
  const name = facts.interfaces[link];
  return finding(facts, link, {
    severity: 'warning',
    ips: [],
    message:
      `What ${name} sends ${inVlan(own)} comes back to it ${list(places)}: somewhere the two are joined. ` +
      `Look for a cable or a bridge between ports of different VLANs, and compare the native VLANs of the trunks.`,
    evidence: {
      copies: sum(leaked, ({ count }) => count),
      addressCount: leaked.length,
      vlans: [...new Set(leaked.map(({ vlan }) => vlan))],
      firstAt: earliest(leaked),
      lastAt: latest(leaked),
    },
  });
}

function describeClone(facts: SweepFacts, link: number, clones: readonly Stray[]): Finding {
  const ips = [...new Set(clones.map(({ ip }) => ip))];
  const name = facts.interfaces[link];
  const mac = facts.links[link]?.mac ?? '';
  return finding(facts, link, {
    severity: 'warning',
    ips,
    message:
      `Another machine uses the MAC ${mac} of ${name}: it spoke for ${list(ips)}, which this machine does not hold. ` +
      `Switches send frames for either to whichever spoke last, so that both lose traffic. ` +
      `Look for a copied virtual machine or a MAC set by hand, and give one of them another.`,
    evidence: {
      frames: sum(clones, ({ count }) => count),
      addresses: clones.map(({ ip, vlan, count, firstAt, lastAt }) => ({ ip, vlan, count, firstAt, lastAt })),
    },
  });
}
