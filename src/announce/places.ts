/** Where an address may be announced: on a link that holds it, or wherever somebody insists. */

import { InterfaceError, OptionError } from '../errors.js';
import type { WantedLink } from '../links/choice.js';
import { isEthernet } from '../links/links.js';
import { linkSource, machineStates } from '../links/machine-state.js';
import { findNamespace } from '../links/namespaces.js';
import type { NativeLink } from '../native.js';
import {
  type AddressOnLink,
  addressesOf,
  type Endpoint,
  endpointsOf,
  type LinkAddon,
  namesLinks,
  placeTargets,
} from '../talk/endpoints.js';
import { formatAddress } from '../targets/address.js';
import type { Ranges } from '../targets/ranges.js';
import { list } from '../wording.js';

/**
 * The links that are named, else those that hold the addresses.
 * @param force takes links that do not hold them as well; without names, those of the routes
 * @throws OptionError for an address that the link does not hold
 * @throws InterfaceError, PermissionError, SystemError
 */
export function announcePlaces(
  addon: LinkAddon,
  addresses: Ranges,
  wanted: readonly WantedLink[],
  force: boolean,
): AddressOnLink[] {
  if (force) return placeTargets(addon, addresses, wanted);
  if (!namesLinks(wanted)) return wanted.flatMap((link) => whereHeld(addon, addressesOf(addresses), link));
  const places = placeTargets(addon, addresses, wanted);
  const foreign = places.find(({ endpoint, ip }) => !holds(endpoint.holder, ip));
  if (!foreign) return places;
  const { endpoint, ip } = foreign;
  const holders = endpoint.allLinks.filter((link) => holds(link, ip));
  throw notHeld(ip, ` on ${endpoint.name}`, holders);
}

function holds({ addresses }: Pick<NativeLink, 'addresses'>, ip: number): boolean {
  return addresses.some((address) => address.ip === ip);
}

function whereHeld(addon: LinkAddon, addresses: readonly number[], wanted: WantedLink): AddressOnLink[] {
  const source = linkSource(addon, machineStates(addon));
  const where = wanted.netns === null ? null : findNamespace(wanted.netns);
  const endpoints = new Map<string, readonly Endpoint[]>();
  return addresses.flatMap((ip) => {
    const { name } = holderOf(source.links(where), ip);
    const there = endpoints.get(name) ?? endpointsOf(source, [{ ...wanted, interface: name }]);
    endpoints.set(name, there);
    return there.map((endpoint) => ({ endpoint, ip }));
  });
}

function holderOf(links: readonly NativeLink[], ip: number): NativeLink {
  const holders = links.filter((link) => holds(link, ip));
  const carriers = holders.filter(isEthernet);
  const [only] = carriers;
  if (!only) throw notHeld(ip, '', holders);
  if (carriers.length === 1) return only;
  throw new InterfaceError(
    'ERR_INTERFACE_AMBIGUOUS',
    `This machine holds ${formatAddress(ip)} on several interfaces: ${list(carriers.map(({ name }) => name))}.`,
    'Choose with -I (links) where to announce it.',
  );
}

function notHeld(ip: number, where: string, holders: readonly NativeLink[]): OptionError {
  const address = formatAddress(ip);
  const elsewhere = holders.length > 0 ? `, but on ${list(holders.map(({ name }) => name))}` : '';
  return new OptionError(
    'addresses',
    `This machine does not hold ${address}${where}${elsewhere}: whoever does would lose it in the caches of all neighbours.`,
    `Add it first (ip address add ${address}/PREFIX dev IFACE), or insist with --force (force).`,
  );
}
