/** Deals the targets out to links and sender addresses: each pair becomes one run of the engine. */

import { InterfaceError, OptionError } from '../errors.js';
import type { NativeLink } from '../native.js';
import type { CheckedFields } from '../sweep/frame-fields.js';
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
import type { ChosenLink, FrameTag } from './choice.js';
import { type EthernetLink, isEthernet } from './links.js';
import type { Namespace } from './namespaces.js';
import { outwardSender, type Subnet, subnetsOf } from './subnets.js';

/** What one engine does: ask these targets on this link, from this address. */
export interface LinkPlan {
  readonly link: EthernetLink;
  /** Of the network namespace that the link is in; null for the present one. */
  readonly namespace: Namespace | null;
  /** What the frames carry, the outer one first. */
  readonly tags: readonly FrameTag[];
  /** Index of the interface whose neighbour table the answers go to; 0 for none. */
  readonly holderIndex: number;
  /** The link as `-I` takes it. */
  readonly name: string;
  /** Ethernet source and SHA, where the fields do not say otherwise. */
  readonly sourceMac: string;
  /** Set by hand. */
  readonly fields: CheckedFields;
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
  readonly links: readonly ChosenLink[];
  /** Every link there is here, to tell which one a target belongs to. */
  readonly allLinks: readonly NativeLink[];
  /** Null asks for the subnets of the chosen links. */
  readonly targets: Pick<TargetSet, 'ranges' | 'named'> | null;
  readonly exclude: Ranges;
  /** Addresses that should answer, targets or not. */
  readonly expected: readonly number[];
  readonly options: Pick<CheckedOptions, 'sourceIp' | 'sourceMac' | 'offLink' | 'fields'>;
}

/** Where a link is, as reports and responders say it. */
export interface Place {
  readonly interface: string;
  readonly netns: string | null;
  /** VLAN ID of the tag that its frames carry, the outer of two. */
  readonly vlan: number | null;
  readonly innerVlan?: number;
}

export function placeOf({
  link,
  namespace,
  tags: [outer, inner],
}: Pick<LinkPlan, 'link' | 'namespace' | 'tags'>): Place {
  return {
    interface: link.name,
    netns: namespace?.name ?? null,
    vlan: outer?.id || null,
    ...(inner && { innerVlan: inner.id }),
  };
}

/**
 * The one VLAN that is asked, and the device that carries it: of a VLAN interface, or of frames that are tagged here.
 * Null where there is none, or one within another.
 */
export function vlanOf({
  link,
  tags,
}: LinkPlan): { readonly id: number; readonly deviceIndex: number } | null {
  const [tag, inner] = tags;
  if (link.vlan) return tag ? null : { id: link.vlan.id, deviceIndex: link.parentIndex };
  return !tag || tag.id === 0 || inner ? null : { id: tag.id, deviceIndex: link.index };
}

/** SHA of the questions. */
export const senderMacOf = ({ sourceMac, fields }: LinkPlan): string =>
  fields.frame.senderHardware ?? sourceMac;

/** The namespaces that are swept, but for the present one. */
export function namespacesOf(plans: readonly Pick<LinkPlan, 'namespace'>[]): Namespace[] {
  const byPath = new Map<string, Namespace>();
  for (const { namespace } of plans) if (namespace) byPath.set(namespace.path, namespace);
  return [...byPath.values()];
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
  const wanted = (link: ChosenLink) => subtract(targets?.ranges ?? defaultTargets(link), exclude);
  const shares = links.map((link) => sharesOf(link, wanted(link)));
  if (targets) {
    const covered = shares.flat().reduce<Ranges>((sum, { ranges }) => union(sum, ranges), []);
    const offLink = subtract(subtract(targets.ranges, exclude), covered);
    if (offLink.length > 0 && !options.offLink) throw offLinkError(input, offLink);
    links.forEach((link, i) => {
      const sender = outwardSender(link.holder);
      if (!sender || offLink.length === 0) return;
      shares[i]?.push({ sender: sender.ip, prefixLength: sender.prefixLength, ranges: offLink });
    });
  }
  const plans = links.flatMap((link, i) =>
    mergeBySender((shares[i] ?? []).map((share) => withSourceOption(link, share, options))).map((share) =>
      planOf(link, share, named, options),
    ),
  );
  checkSize(plans);
  return plans;
}

function defaultTargets({ name, holder, tags }: ChosenLink): Ranges {
  const subnets = subnetsOf(holder);
  const large = subnets.find(({ prefixLength }) => prefixLength < shortestDefaultPrefix);
  if (large) {
    throw new OptionError(
      'targets',
      `The subnet ${cidr(large)} of ${name} is larger than a /${shortestDefaultPrefix}.`,
      `To sweep all of it nevertheless, name it as the target: ${cidr(large)}`,
    );
  }
  if (subnets.length === 0) {
    throw new InterfaceError(
      'ERR_INTERFACE_NOT_FOUND',
      `Interface ${name} has no IPv4 subnet to sweep${tags.length > 0 ? ': no VLAN interface on it has its tag and an address' : ''}.`,
      'Name a target, or choose an interface that has one.',
    );
  }
  return subnets.reduce<Ranges>((sum, subnet) => union(sum, [subnet]), []);
}

/** Each subnet takes its own targets; a link without IPv4 has nothing to judge by and takes all. */
function sharesOf({ holder }: ChosenLink, targets: Ranges): Share[] {
  if (!outwardSender(holder)) return [{ sender: 0, prefixLength: null, ranges: targets }];
  let rest = targets;
  const shares: Share[] = [];
  for (const subnet of subnetsOf(holder)) {
    const ranges = intersect(rest, [subnet]);
    if (ranges.length === 0) continue;
    shares.push({ sender: subnet.sender, prefixLength: subnet.prefixLength, ranges });
    rest = subtract(rest, ranges);
  }
  return shares;
}

function withSourceOption({ name, holder }: ChosenLink, share: Share, options: PlanInput['options']): Share {
  const { sourceIp, fields } = options;
  if (fields.spa !== null) {
    return { ...share, sender: fields.spa === 'target' ? 0 : fields.spa, prefixLength: null };
  }
  if (sourceIp === null) return share;
  if (sourceIp === 0) return { ...share, sender: 0, prefixLength: null };
  const address = holder.addresses.find(({ ip }) => ip === sourceIp);
  if (!address) {
    const own = list(holder.addresses.map(({ ip }) => formatAddress(ip)));
    throw new OptionError(
      'sourceIp',
      `The source IP ${formatAddress(sourceIp)} is not an address of ${name}: ` +
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
  chosen: ChosenLink,
  share: Share,
  named: readonly number[],
  { sourceMac, fields }: PlanInput['options'],
): LinkPlan {
  const { sender, prefixLength, ranges } = share;
  const { namespace, device, tags, holder, name } = chosen;
  const own = holder.addresses.map(({ ip }) => ip).filter((ip) => ip === sender || contains(ranges, ip));
  return {
    link: device,
    namespace,
    tags,
    holderIndex: holder.index,
    name,
    sourceMac: sourceMac ?? holder.mac ?? device.mac,
    fields,
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
  for (const { name, targets } of plans) {
    const count = countAddresses(targets);
    if (count <= mostTargets) continue;
    throw new OptionError(
      'targets',
      `The targets on ${name} are ${count} addresses.`,
      `Sweep at most ${mostTargets} at a time (a /6).`,
    );
  }
}

function offLinkError({ links, allLinks }: PlanInput, offLink: Ranges): InterfaceError {
  const where = links.map(({ name, holder }) => `${name} (${subnetList(holder)})`);
  const has = (link: NativeLink) => subnetsOf(link).some((net) => intersect(offLink, [net]).length > 0);
  const others = allLinks.filter((link) => isEthernet(link) && has(link)).map(({ name }) => name);
  const choose = others.length > 0 ? `${list(others)} for that` : 'the interface that leads there';
  const targets = formatRanges(offLink);
  const noun = targets.length > 1 ? 'targets' : 'target';
  return new InterfaceError(
    'ERR_INTERFACE_NOT_FOUND',
    `No subnet of ${list(where)} has the ${noun} ${list(targets)}, and routers do not pass ARP on.`,
    `Choose ${choose}, or ask here all the same with --off-link (offLink).`,
  );
}

/** A /32 is the address of a link with nobody on it, as routed pod networks have. */
function subnetList(link: Pick<NativeLink, 'addresses'>): string {
  const single = link.addresses.map(({ ip }) => formatAddress(ip));
  const rest = single.length > 0 ? `only ${list(single)}/32` : 'no subnet';
  return list(subnetsOf(link).map(cidr)) || rest;
}

function cidr({ first, prefixLength }: Subnet): string {
  return `${formatAddress(first)}/${prefixLength}`;
}
