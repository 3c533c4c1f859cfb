/** Deals the targets out to links and sender addresses: each pair becomes one run of the engine. */

import { InterfaceError, OptionError } from '../errors.js';
import type { NativeLink } from '../native.js';
import type { CheckedOptions } from '../sweep/options.js';
import { formatAddress } from '../targets/address.js';
import { sortUnique, type TargetSet } from '../targets/parse.js';
import {
  contains,
  countAddresses,
  formatRanges,
  intersect,
  type Ranges,
  subtract,
  union,
} from '../targets/ranges.js';
import { list } from '../wording.js';
import { type EthernetLink, isEthernet } from './links.js';
import { outwardSender, type Subnet, subnetsOf } from './subnets.js';

/** What one engine does: ask these targets on this link, from this address. */
export interface LinkPlan {
  readonly link: EthernetLink;
  readonly sourceMac: string;
  /** 0 where everything is asked by probe. */
  readonly sourceIp: number;
  /** Of the sender address; null where there is none. */
  readonly prefixLength: number | null;
  /** Sorted and disjoint; own addresses included. */
  readonly targets: Ranges;
  /** Those of the targets that were named singly, or that are expected to answer; sorted. */
  readonly named: readonly number[];
  /** The sender address, and the link's own addresses among the targets; sorted. */
  readonly own: readonly number[];
}

export interface PlanInput {
  /** The links chosen. */
  readonly links: readonly EthernetLink[];
  /** Every link there is, to tell which one a target belongs to. */
  readonly allLinks: readonly NativeLink[];
  /** Null asks for the subnets of the chosen links. */
  readonly targets: Pick<TargetSet, 'ranges' | 'named'> | null;
  readonly exclude: Ranges;
  /** Addresses that should answer, targets or not. */
  readonly expected: readonly number[];
  readonly options: Pick<CheckedOptions, 'sourceIp' | 'sourceMac' | 'offLink'>;
}

/** Without a target nothing larger than this is swept. */
const shortestDefaultPrefix = 20;

/** The engine keeps three bytes for an address (TargetSpace::kMaxTargets of native/core/sweep/target_space.h). */
export const mostTargets = 2 ** 26;

/** Targets that one sender address of a link asks for. */
interface Share {
  readonly sender: number;
  readonly prefixLength: number | null;
  readonly ranges: Ranges;
}

/**
 * @returns a plan for each link and sender address, in the order of the links
 * @throws InterfaceError where no chosen link covers a target
 * @throws OptionError where nothing, or too much, is left to ask, or the source IP is none of the link's
 */
export function planSweep(input: PlanInput): LinkPlan[] {
  const { links, targets, exclude, expected, options } = input;
  const given = targets?.named ?? [];
  const named = expected.length === 0 ? given : sortUnique([...given, ...expected]);
  const wanted = (link: EthernetLink) => subtract(targets?.ranges ?? defaultTargets(link), exclude);
  const shares = links.map((link) => sharesOf(link, wanted(link)));
  if (targets) {
    const covered = shares.flat().reduce<Ranges>((sum, { ranges }) => union(sum, ranges), []);
    const offLink = subtract(subtract(targets.ranges, exclude), covered);
    if (offLink.length > 0 && !options.offLink) throw offLinkError(input, offLink);
    links.forEach((link, i) => {
      const sender = outwardSender(link);
      if (!sender || offLink.length === 0) return;
      shares[i]?.push({ sender: sender.ip, prefixLength: sender.prefixLength, ranges: offLink });
    });
  }
  const plans = links.flatMap((link, i) =>
    mergeBySender((shares[i] ?? []).map((share) => withSourceOption(link, share, options))).map((share) =>
      planOf(link, share, named, options.sourceMac),
    ),
  );
  checkSize(plans);
  return plans;
}

function defaultTargets(link: EthernetLink): Ranges {
  const subnets = subnetsOf(link);
  const large = subnets.find(({ prefixLength }) => prefixLength < shortestDefaultPrefix);
  if (large) {
    throw new OptionError(
      'targets',
      `The subnet ${cidr(large)} of ${link.name} is larger than a /${shortestDefaultPrefix}.`,
      `To sweep all of it nevertheless, name it as the target: ${cidr(large)}`,
    );
  }
  if (subnets.length === 0) {
    throw new InterfaceError(
      'ERR_INTERFACE_NOT_FOUND',
      `Interface ${link.name} has no IPv4 subnet to sweep.`,
      'Name a target, or choose an interface that has one.',
    );
  }
  return subnets.reduce<Ranges>((sum, subnet) => union(sum, [subnet]), []);
}

/** Each subnet takes its own targets; a link without IPv4 has nothing to judge by and takes all. */
function sharesOf(link: EthernetLink, targets: Ranges): Share[] {
  if (!outwardSender(link)) return [{ sender: 0, prefixLength: null, ranges: targets }];
  let rest = targets;
  const shares: Share[] = [];
  for (const subnet of subnetsOf(link)) {
    const ranges = intersect(rest, [subnet]);
    if (ranges.length === 0) continue;
    shares.push({ sender: subnet.sender, prefixLength: subnet.prefixLength, ranges });
    rest = subtract(rest, ranges);
  }
  return shares;
}

function withSourceOption(link: EthernetLink, share: Share, options: PlanInput['options']): Share {
  const { sourceIp } = options;
  if (sourceIp === null) return share;
  if (sourceIp === 0) return { ...share, sender: 0, prefixLength: null };
  const address = link.addresses.find(({ ip }) => ip === sourceIp);
  if (!address) {
    const own = list(link.addresses.map(({ ip }) => formatAddress(ip)));
    throw new OptionError(
      'sourceIp',
      `The source IP ${formatAddress(sourceIp)} is not an address of ${link.name}: ` +
        'asking from it would take it away from its owner in the caches of all neighbours.',
      own ? `Give one of its own (${own}), or 0.0.0.0 to ask by probe.` : 'Give 0.0.0.0 to ask by probe.',
    );
  }
  return { ...share, sender: sourceIp, prefixLength: address.prefixLength };
}

function mergeBySender(shares: readonly Share[]): Share[] {
  const merged = new Map<number, Share>();
  for (const share of shares) {
    const before = merged.get(share.sender);
    merged.set(share.sender, before ? { ...before, ranges: union(before.ranges, share.ranges) } : share);
  }
  return [...merged.values()].filter(({ ranges }) => ranges.length > 0);
}

function planOf(
  link: EthernetLink,
  share: Share,
  named: readonly number[],
  sourceMac: string | null,
): LinkPlan {
  const { sender, prefixLength, ranges } = share;
  const own = link.addresses.map(({ ip }) => ip).filter((ip) => ip === sender || contains(ranges, ip));
  return {
    link,
    sourceMac: sourceMac ?? link.mac,
    sourceIp: sender,
    prefixLength,
    targets: ranges,
    named: named.filter((ip) => contains(ranges, ip)),
    own: [...new Set(own)].sort((a, b) => a - b),
  };
}

function checkSize(plans: readonly LinkPlan[]): void {
  if (plans.length === 0) {
    throw new OptionError(
      'targets',
      'No target is left to ask.',
      'Name a target that is not excluded as well.',
    );
  }
  for (const { link, targets } of plans) {
    const count = countAddresses(targets);
    if (count <= mostTargets) continue;
    throw new OptionError(
      'targets',
      `The targets on ${link.name} are ${count} addresses.`,
      `Sweep at most ${mostTargets} at a time (a /6).`,
    );
  }
}

function offLinkError({ links, allLinks }: PlanInput, offLink: Ranges): InterfaceError {
  const where = links.map((link) => `${link.name} (${subnetList(link)})`);
  const has = (link: NativeLink) => subnetsOf(link).some((net) => intersect(offLink, [net]).length > 0);
  const others = allLinks.filter((link) => isEthernet(link) && has(link)).map(({ name }) => name);
  const choose = others.length > 0 ? `${list(others)}, which has it` : 'the interface that leads there';
  return new InterfaceError(
    'ERR_INTERFACE_NOT_FOUND',
    `No subnet of ${list(where)} has the target ${list(formatRanges(offLink))}, and routers do not pass ARP on.`,
    `Choose ${choose}, or ask here all the same with --off-link (offLink).`,
  );
}

/** A /32 is the address of a link with nobody on it, as routed pod networks have. */
function subnetList(link: NativeLink): string {
  const single = link.addresses.map(({ ip }) => formatAddress(ip));
  const rest = single.length > 0 ? `only ${list(single)}/32` : 'no subnet';
  return list(subnetsOf(link).map(cidr)) || rest;
}

function cidr({ first, prefixLength }: Subnet): string {
  return `${formatAddress(first)}/${prefixLength}`;
}
