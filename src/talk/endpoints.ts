/** Where frames are sent one by one: links, in whichever namespace and with which tags, and who asks there. */

import { type ChosenLink, chooseLinks, type LinkSource, type WantedLink } from '../links/choice.js';
import type { EthernetLink } from '../links/links.js';
import { linkSource, machineStates } from '../links/machine-state.js';
import { findNamespace } from '../links/namespaces.js';
import { type LinkPlan, type Place, placeOf, planSweep } from '../links/plan.js';
import { linkOfRoute } from '../links/route.js';
import type { NativeAddon, NativeLink } from '../native.js';
import { checkFrameFields } from '../sweep/frame-fields.js';
import type { CheckedOptions } from '../sweep/options.js';
import { countAddresses, normalize, type Range, type Ranges } from '../targets/ranges.js';

/** A link to speak on. */
export interface Endpoint extends ChosenLink {
  /** As reports say it. */
  readonly place: Place;
  /** Of the frames: that of the device, or of the VLAN interface with their tags. */
  readonly mac: string;
  /** Every link of its namespace. */
  readonly allLinks: readonly NativeLink[];
}

/** Part of the targets, and the links on which they are. */
interface Share {
  readonly endpoints: readonly Endpoint[];
  readonly targets: Ranges;
  /** This machine's own routes say that the targets are there. */
  readonly isRouted: boolean;
}

export type LinkAddon = Pick<NativeAddon, 'listLinks' | 'listNeighbours' | 'listRoutes'>;

/** Who asks for the targets: on the links that are named, or each on the link by which this machine reaches it. */
export interface Asker {
  readonly endpoint: Endpoint;
  readonly plan: LinkPlan;
}

/**
 * @throws OptionError, InterfaceError, as `planSweep` does; PermissionError, SystemError
 */
export function chooseAskers(
  addon: LinkAddon,
  targets: Ranges,
  options: Pick<CheckedOptions, 'links' | 'sourceIp' | 'sourceMac' | 'offLink'>,
): Asker[] {
  const fields = checkFrameFields({});
  return dealOut(addon, targets, options.links).flatMap(({ endpoints, targets: ranges, isRouted }) => {
    const plans = planSweep({
      links: endpoints,
      allLinks: endpoints.flatMap(({ allLinks }) => allLinks),
      targets: { ranges, named: [] },
      exclude: [],
      expected: [],
      options: { ...options, fields, offLink: options.offLink || isRouted },
    });
    return plans.flatMap((plan) =>
      endpoints
        .filter(({ name, namespace }) => name === plan.name && namespace === plan.namespace)
        .map((endpoint) => ({ endpoint, plan })),
    );
  });
}

/** An address, and a link where it is looked for or announced. */
export interface AddressOnLink {
  readonly endpoint: Endpoint;
  /** Host byte order. */
  readonly ip: number;
}

/**
 * The targets on each of the links that are named, or each on the link by which this machine reaches it.
 * @throws OptionError, InterfaceError, PermissionError, SystemError
 */
export function placeTargets(
  addon: LinkAddon,
  targets: Ranges,
  wanted: readonly WantedLink[],
): AddressOnLink[] {
  return dealOut(addon, targets, wanted).flatMap((share) =>
    share.endpoints.flatMap((endpoint) => addressesOf(share.targets).map((ip) => ({ endpoint, ip }))),
  );
}

/** Where no link is named, options have a single one without a name. */
export function namesLinks(wanted: readonly WantedLink[]): boolean {
  return wanted.some((link) => link.interface !== null);
}

function dealOut(addon: LinkAddon, targets: Ranges, wanted: readonly WantedLink[]): Share[] {
  const source = linkSource(addon, machineStates(addon));
  if (namesLinks(wanted)) return [{ endpoints: endpointsOf(source, wanted), targets, isRouted: false }];
  return wanted.flatMap((link) => byRoute(source, targets, link));
}

/** The endpoints of links that are wanted by name. */
export function endpointsOf(source: LinkSource, wanted: readonly WantedLink[]): Endpoint[] {
  return chooseLinks(source, wanted).map((chosen) => {
    const { device, namespace, tags, holder } = chosen;
    return {
      ...chosen,
      place: placeOf({ link: device, namespace, tags }),
      mac: holder.mac ?? device.mac,
      allLinks: source.links(namespace),
    };
  });
}

function byRoute(source: LinkSource, targets: Ranges, wanted: WantedLink): Share[] {
  const where = wanted.netns === null ? null : findNamespace(wanted.netns);
  const shares = new Map<EthernetLink['name'], Range[]>();
  for (const address of addressesOf(targets)) {
    const { name } = linkOfRoute(source.routes(where), source.links(where), address);
    const share = shares.get(name) ?? [];
    shares.set(name, share);
    share.push({ first: address, last: address });
  }
  return [...shares].map(([name, share]) => ({
    endpoints: endpointsOf(source, [{ ...wanted, interface: name }]),
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
export function byPlace<T extends AddressOnLink>(
  subjects: readonly T[],
): (endpoint: Endpoint, ip: number) => T | undefined {
  const places = new Map<Endpoint, Map<number, T>>();
  for (const subject of subjects) {
    const here = places.get(subject.endpoint) ?? new Map<number, T>();
    places.set(subject.endpoint, here.set(subject.ip, subject));
  }
  return (endpoint, ip) => places.get(endpoint)?.get(ip);
}
