/** Who may have an address beside another, as the findings of a sweep see it. */

import { partiesOf } from '../../findings/parties.js';
import { virtualMacProtocol } from '../../findings/virtual-macs.js';
import type { Prepared } from '../../sweep/preparation.js';
import { formatAddress } from '../../targets/address.js';
import type { LinkEntry } from '../link-book.js';

/**
 * Several at once are allowed by `--expect`; virtual MACs (VRRP, HSRP, GLBP, CARP) stand beside real ones; a proxy answers
 * for what is not its own; and several interfaces of one machine are one machine.
 */
export function mayShare(
  { roster, judge }: Pick<Prepared, 'roster' | 'judge'>,
  proxies: LinkEntry['proxies'],
  ip: number,
  one: string,
  other: string,
): boolean {
  if ([one, other].some((mac) => virtualMacProtocol(mac) !== null || proxies.has(mac))) return true;
  const address = formatAddress(ip);
  return judge?.hosts.get(address)?.several === true || partiesOf(roster, address, [one, other]).length === 1;
}
