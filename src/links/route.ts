/** The link by which this machine reaches an address. */

import { InterfaceError } from '../errors.js';
import type { NativeLink, NativeRoute } from '../native.js';
import { formatAddress } from '../targets/address.js';
import { contains, subnetRange } from '../targets/ranges.js';

/**
 * The link of the most specific route to an address, with the lowest metric among its like (RFC 1812, 5.2.4.3).
 * @throws InterfaceError where there is none, or where it leads through a gateway, beyond which ARP does not go
 */
export function linkOfRoute(
  routes: readonly NativeRoute[],
  links: readonly NativeLink[],
  target: number,
): NativeLink {
  const [best] = routes
    .filter(({ destination, prefixLength }) => contains([subnetRange(destination, prefixLength)], target))
    .sort((a, b) => b.prefixLength - a.prefixLength || a.metric - b.metric);
  const link = links.find(({ index }) => index === best?.interfaceIndex);
  const ip = formatAddress(target);
  if (!best || !link) {
    throw new InterfaceError(
      'ERR_INTERFACE_NOT_FOUND',
      `This machine has no route to ${ip}.`,
      'Choose the interface to ask on with -I.',
    );
  }
  if (best.gateway !== 0) {
    const gateway = formatAddress(best.gateway);
    throw new InterfaceError(
      'ERR_INTERFACE_NOT_FOUND',
      `${ip} is reached through the gateway ${gateway}, and routers do not pass ARP on.`,
      `Name the gateway instead (${gateway}), or choose the interface to ask on with -I.`,
    );
  }
  return link;
}
