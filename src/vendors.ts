/** Who makes the hardware, or the software, whose MAC address it is. */
import { redundancyPrefixes } from './findings/virtual-macs.js';
import { type PrefixName, type PrefixNames, prefixNames } from './vendors/prefix-names.js';
import { registeredVendor } from './vendors/registry.js';
import { softwarePrefixes } from './vendors/software-macs.js';

/** Names an address in lower case with colons, or gives null. */
export type VendorOf = (mac: string) => string | null;

const virtual = prefixNames([
  ...softwarePrefixes,
  ...redundancyPrefixes.map(([prefix, protocol]) => [prefix, `${protocol} virtual MAC`] as const),
]);

/** Each virtual prefix is as long as the registered one that it lies in, or longer. */
const known = (mac: string): PrefixName | null => virtual(mac) ?? registeredVendor(mac);

/**
 * The software that made an address, as VRRP, QEMU or Docker do, else the vendor that it is registered to; null where there
 * is neither. Nothing but the first call for a registered address reads a file.
 */
export const vendorOf: VendorOf = (mac) => known(mac)?.name ?? null;

/** The same with names of one's own: that of the longest prefix holds, and of two as long, one's own. */
export function vendorsWith(own: PrefixNames): VendorOf {
  return (mac) => {
    const mine = own(mac);
    const theirs = known(mac);
    const isMine = mine !== null && mine.hexDigits >= (theirs?.hexDigits ?? 0);
    return (isMine ? mine : theirs)?.name ?? null;
  };
}
