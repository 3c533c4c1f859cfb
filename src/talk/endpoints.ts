/** Where frames are sent one by one: links, in whichever namespace and with which tag, and who asks there. */

import { parseLinkSpec } from '../links/link-spec.js';
import { chooseLinks, type EthernetLink } from '../links/links.js';
import { findNamespace } from '../links/namespaces.js';
import { type LinkPlan, planSweep } from '../links/plan.js';
import { linkOfRoute } from '../links/route.js';
import type { NativeAddon, NativeLink } from '../native.js';
import { linkName } from '../reporters/link-name.js';
import type { CheckedOptions } from '../sweep/options.js';
import { explainNativeError } from '../system-error.js';
import { countAddresses, normalize, type Range, type Ranges } from '../targets/ranges.js';
import type { VlanTag } from '../wire/arp-frame.js';

/** A link to speak on. */
export interface Endpoint {
  /** As `-I` takes it. */
  readonly label: string;
  readonly interface: string;
  /** As it was named; null for the present namespace. */
  readonly netns: string | null;
  readonly namespacePath: string | null;
  /** Null where frames are untagged. */
  readonly vlan: number | null;
  readonly tags: readonly VlanTag[];
  /** With the addresses, of either kind, that belong to the tag: those of the VLAN interface on it, where there is one. */
  readonly link: EthernetLink;
  /** Every link of its namespace. */
  readonly allLinks: readonly NativeLink[];
}

/** An endpoint with the addresses that are asked there, and from which one. */
export interface Asker {
  readonly endpoint: Endpoint;
  readonly plan: LinkPlan;
}

type LinkAddon = Pick<NativeAddon, 'listLinks' | 'listRoutes'>;

/** Part of the targets, and where they are. */
interface Share {
  readonly endpoints: readonly Endpoint[];
  readonly targets: Ranges;
  /** This machine's own routes say that the targets are there. */
  readonly isRouted: boolean;
}

/**
 * Who asks for the targets: on the links that are named, or each on the link by which this machine reaches it.
 * @throws OptionError, InterfaceError, as `planSweep` does; SystemError
 */
export function chooseAskers(
  addon: LinkAddon,
  targets: Ranges,
  options: Pick<CheckedOptions, 'links' | 'sourceIp' | 'sourceMac' | 'offLink'>,
): Asker[] {
  return deal(addon, targets, options.links).flatMap((share) => {
    const { endpoints, isRouted } = share;
    const plans = planSweep({
      links: endpoints.map(({ link }) => link),
      allLinks: endpoints.flatMap(({ allLinks }) => allLinks),
      targets: { ranges: share.targets, named: [] },
      exclude: [],
      expected: [],
      options: { ...options, offLink: options.offLink || isRouted },
    });
    return plans.flatMap((plan) =>
      endpoints.filter(({ link }) => link === plan.link).map((endpoint) => ({ endpoint, plan })),
    );
  });
}

/**
 * Where the targets are, without a sender's address: the links that are named, with all of them on each, or those by
 * which this machine reaches them.
 * @throws OptionError, InterfaceError, SystemError
 */
export function chooseEndpoints(
  addon: LinkAddon,
  targets: Ranges,
  names: readonly string[] | null,
): { readonly endpoint: Endpoint; readonly targets: Ranges }[] {
  return deal(addon, targets, names).flatMap((share) =>
    share.endpoints.map((endpoint) => ({ endpoint, targets: share.targets })),
  );
}

function deal(addon: LinkAddon, targets: Ranges, names: readonly string[] | null): Share[] {
  try {
    if (names === null) return byRoute(addon, targets);
    return [{ endpoints: names.map((name) => namedEndpoint(addon, name)), targets, isRouted: false }];
  } catch (error) {
    throw explainNativeError(error, 'list the interfaces');
  }
}

/**
 * A link by its name, as `-I` takes it.
 * @throws OptionError, InterfaceError; native errors, as `explainNativeError` takes them
 */
export function namedEndpoint(addon: LinkAddon, name: string): Endpoint {
  const spec = parseLinkSpec(name, 'links');
  const namespacePath = spec.netns === null ? null : findNamespace(spec.netns).path;
  const allLinks = addon.listLinks(namespacePath);
  const [link] = chooseLinks(addon, allLinks, [spec.interface]);
  if (!link) throw new Error('no link was chosen');
  const { vlan } = spec;
  const tagged = allLinks.find((one) => one.parentIndex === link.index && one.vlan?.id === vlan);
  const here = { addresses: tagged?.addresses ?? [], mac: tagged?.mac ?? link.mac };
  return {
    label: linkName(spec),
    interface: link.name,
    netns: spec.netns,
    namespacePath,
    vlan,
    tags: vlan === null ? [] : [tagOf(vlan, tagged)],
    link: vlan === null ? link : { ...link, ...here },
    allLinks,
  };
}

/** IEEE 802.1ad has a TPID of its own. */
function tagOf(id: number, { vlan }: Partial<NativeLink> = {}): VlanTag {
  return vlan?.protocol === '802.1ad' ? { protocol: 0x88a8, id } : { id };
}

function byRoute(addon: LinkAddon, targets: Ranges): Share[] {
  const links = addon.listLinks();
  const routes = addon.listRoutes();
  const shares = new Map<string, Range[]>();
  for (const address of addressesOf(targets)) {
    const { name } = linkOfRoute(routes, links, address);
    const share = shares.get(name) ?? [];
    shares.set(name, share);
    share.push({ first: address, last: address });
  }
  return [...shares].map(([name, share]) => ({
    endpoints: [namedEndpoint(addon, name)],
    targets: normalize(share),
    isRouted: true,
  }));
}

/** Every address of some ranges: for commands that take few. */
export function addressesOf(ranges: Ranges): number[] {
  const addresses = new Array<number>(countAddresses(ranges));
  let next = 0;
  for (const { first, last } of ranges) {
    for (let address = first; address <= last; address++) addresses[next++] = address;
  }
  return addresses;
}

/** Finds what there is for an address on a link. */
export function byPlace<T extends { readonly endpoint: Endpoint; readonly ip: number }>(
  subjects: readonly T[],
): (endpoint: Endpoint, ip: number) => T | undefined {
  const places = new Map<Endpoint, Map<number, T>>();
  for (const subject of subjects) {
    const here = places.get(subject.endpoint) ?? new Map<number, T>();
    places.set(subject.endpoint, here.set(subject.ip, subject));
  }
  return (endpoint, ip) => places.get(endpoint)?.get(ip);
}
