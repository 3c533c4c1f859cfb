/** What a recording is judged by: of each link who asked there, from which address, and for what. */

import type { RecordedInterface } from '../capture/recorded.js';
import { parseLinkSpec } from '../links/link-spec.js';
import type { EthernetLink } from '../links/links.js';
import type { LinkPlan } from '../links/plan.js';
import type { ReplayOptions } from '../native.js';
import {
  contains,
  intersect,
  normalize,
  type Range,
  type Ranges,
  subtract,
  toPairs,
  union,
} from '../targets/ranges.js';
import type { Questions } from './survey.js';

export interface ReplayPlan {
  readonly plan: LinkPlan;
  readonly netns: string | null;
  readonly vlan: number | null;
  readonly options: ReplayOptions;
}

/** An interface and what to call it. */
export interface RecordedLink {
  readonly recorded: RecordedInterface;
  readonly name: string;
}

/** Targets that were named: null takes what was asked for. */
export interface ReplayTargets {
  readonly targets: Ranges | null;
  readonly exclude: Ranges;
}

/** And what the recording says that the sweep asked for. */
interface SweptTargets extends ReplayTargets {
  readonly swept: Ranges;
}

/** The questions of one link and tag. */
type Group = [Questions, ...Questions[]];

/** Questions from one sender address, and what is judged by them. */
interface Share {
  readonly questions: Questions;
  readonly targets: Ranges;
}

/** A plan for each link, tag and sender address, in that order. */
export function planReplay(
  links: readonly RecordedLink[],
  asked: readonly Questions[],
  wanted: SweptTargets,
): ReplayPlan[] {
  const groups = new Map<string, Group>();
  for (const questions of asked) {
    const key = `${questions.link} ${questions.vlan}`;
    const group = groups.get(key);
    if (group) group.push(questions);
    else groups.set(key, [questions]);
  }
  const all = [...groups.values()];
  return all.flatMap((group) => {
    const [{ link: place, vlan }] = group;
    const link = links[place];
    const others = all.filter(([other]) => other.link === place && other.vlan !== vlan);
    return link
      ? planGroup(
          link,
          group,
          others.map(([other]) => other.vlan),
          wanted,
        )
      : [];
  });
}

const single = (ip: number): Range => ({ first: ip, last: ip });

function planGroup(
  link: RecordedLink,
  group: Group,
  otherVlans: readonly number[],
  wanted: SweptTargets,
): ReplayPlan[] {
  const bySource = group.every(({ sent }) => sent === 0);
  // Where another machine asked, the addresses of the one that recorded it are none of its own.
  const addresses = bySource ? [] : link.recorded.addresses;
  const own = new Set([...addresses.map(({ ip }) => ip), ...group.map(({ senderIp }) => senderIp)]);
  own.delete(0);
  return sharesOf(group, own, wanted).map(({ questions, targets }) => {
    const { senderIp, mac, vlan } = questions;
    const ours = [...own].filter((ip) => ip === senderIp || contains(targets, ip)).sort((a, b) => a - b);
    const plan: LinkPlan = {
      link: linkOf(link, questions, addresses, bySource ? mac : (link.recorded.mac ?? mac)),
      sourceMac: mac,
      sourceIp: senderIp,
      prefixLength: addresses.find(({ ip }) => ip === senderIp)?.prefixLength ?? null,
      targets,
      named: [],
      own: ours,
    };
    const options: ReplayOptions = {
      link: questions.link,
      vlan,
      otherVlans: Uint32Array.from(otherVlans),
      sourceMac: mac,
      bySource,
      sourceIp: senderIp,
      targets: toPairs(subtract(targets, ours.map(single))),
      own: Uint32Array.from(ours),
    };
    return { plan, netns: namespaceOf(link.recorded), vlan: vlan === 0 ? null : vlan, options };
  });
}

function sharesOf(group: readonly Questions[], own: ReadonlySet<number>, wanted: SweptTargets): Share[] {
  const { targets, exclude, swept } = wanted;
  const mostFirst = [...group].sort((a, b) => b.count - a.count);
  const shares: Share[] = [];
  let taken: Ranges = [];
  // Probes, which come from no address, are asked beside requests; only what else they ask for is theirs.
  for (const questions of [...mostFirst.filter(fromAddress), ...mostFirst.filter((q) => !fromAddress(q))]) {
    const asked = questions.addresses.toRanges();
    const beside = !fromAddress(questions) && shares.length > 0;
    const others = beside ? subtract(asked, normalize([...own].map(single))) : asked;
    const share = subtract(fromAddress(questions) ? withOwn(asked, own, group, swept) : others, taken);
    taken = union(taken, share);
    shares.push({ questions, targets: share });
  }
  // Of those that were named, the ones that nobody asked for count as untested once.
  const rest = targets === null ? [] : subtract(targets, taken);
  return shares
    .map((share, i) => {
      const judged = targets === null ? share.targets : intersect(share.targets, targets);
      return { ...share, targets: subtract(i === 0 ? union(judged, rest) : judged, exclude) };
    })
    .filter((share) => share.targets.length > 0);
}

const fromAddress = ({ senderIp }: Questions): boolean => senderIp !== 0;

/**
 * A sweep asks for its own addresses by probe alone, be they targets or not. Those are that the recording says, and
 * those between addresses that it asked for by request.
 */
function withOwn(
  asked: Ranges,
  own: ReadonlySet<number>,
  group: readonly Questions[],
  swept: Ranges,
): Ranges {
  const probed = group.filter((questions) => !fromAddress(questions));
  const isProbed = (ip: number) => probed.some(({ addresses }) => addresses.has(ip));
  const others = subtract(asked, normalize([...own].map(single)));
  const runs = normalize([...own].filter(isProbed).map(single));
  const between = runs.filter(({ first, last }) => contains(others, first - 1) && contains(others, last + 1));
  return union(others, union(between, intersect(runs, swept)));
}

/** Where the recording is of our own making, its description says what the interface was swept as. */
function namespaceOf({ name, description }: RecordedInterface): string | null {
  if (name === null || description === null) return null;
  try {
    const spec = parseLinkSpec(description, 'read');
    return spec.interface === name ? spec.netns : null;
  } catch {
    return null;
  }
}

/** What a report needs to know of a link, as far as a recording tells. */
function linkOf(
  { recorded, name }: RecordedLink,
  { link }: Questions,
  addresses: RecordedInterface['addresses'],
  mac: string,
): EthernetLink {
  return {
    index: link + 1,
    name,
    mac,
    permanentMac: null,
    arpType: 1,
    kind: recorded.hardware,
    driver: null,
    flags: ['UP'],
    operState: 'unknown',
    carrier: true,
    wireless: false,
    mtu: 0,
    parentIndex: 0,
    linked: null,
    masterIndex: 0,
    vlan: null,
    vlanFiltering: false,
    addresses: addresses.map((address) => ({ ...address, secondary: false, scope: 'global' as const })),
  };
}
