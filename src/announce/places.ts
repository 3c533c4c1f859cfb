/** Where an address may be announced: on a link that holds it, or wherever somebody insists. */

import { InterfaceError, OptionError } from '../errors.js';
import { isEthernet } from '../links/links.js';
import type { NativeAddon, NativeLink } from '../native.js';
import { explainNativeError } from '../system-error.js';
import { addressesOf, chooseEndpoints, type Endpoint, namedEndpoint } from '../talk/endpoints.js';
import { formatAddress } from '../targets/address.js';
import type { Ranges } from '../targets/ranges.js';
import { list } from '../wording.js';

/** An address, and a link to announce it on. */
export interface AnnouncePlace {
  readonly endpoint: Endpoint;
  readonly ip: number;
}

type LinkAddon = Pick<NativeAddon, 'listLinks' | 'listRoutes'>;

/**
 * The links that are named, else those that hold the addresses.
 * @param force takes links that do not hold them as well; without names, those of the routes
 * @throws OptionError for an address that the link does not hold
 * @throws InterfaceError, SystemError
 */
export function chooseAnnouncePlaces(
  addon: LinkAddon,
  addresses: Ranges,
  names: readonly string[] | null,
  force: boolean,
): AnnouncePlace[] {
  if (names === null && !force) return whereHeld(addon, addressesOf(addresses));
  const places = chooseEndpoints(addon, addresses, names).flatMap(({ endpoint, targets }) =>
    addressesOf(targets).map((ip) => ({ endpoint, ip })),
  );
  const refused = force ? undefined : places.find(({ endpoint, ip }) => !holds(endpoint.link, ip));
  if (refused) {
    const { endpoint, ip } = refused;
    throw notHeld(
      ip,
      ` on ${endpoint.label}`,
      endpoint.allLinks.filter((link) => holds(link, ip)),
    );
  }
  return places;
}

function holds({ addresses }: Pick<NativeLink, 'addresses'>, ip: number): boolean {
  return addresses.some((address) => address.ip === ip);
}

function whereHeld(addon: LinkAddon, addresses: readonly number[]): AnnouncePlace[] {
  try {
    const links = addon.listLinks();
    const endpoints = new Map<string, Endpoint>();
    return addresses.map((ip) => {
      const { name } = holderOf(links, ip);
      const endpoint = endpoints.get(name) ?? namedEndpoint(addon, name);
      endpoints.set(name, endpoint);
      return { endpoint, ip };
    });
  } catch (error) {
    throw explainNativeError(error, 'list the interfaces');
  }
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
