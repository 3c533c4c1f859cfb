/** IPv4 addresses as unsigned 32-bit numbers in host byte order, and the blocks that prefix lengths make. */

const dot = 0x2e;
const zero = 0x30;

/**
 * Reads an address in strict dotted decimal: four octets, no leading zeros, no short forms, nothing around it.
 * inet_aton(3) would take `010.0.0.1` for 8.0.0.1 and `10.1` for 10.0.0.1; both are null here.
 */
export function parseAddress(text: string): number | null {
  // No regular expression and no split: this runs once per line of a targets file.
  const { length } = text;
  if (length < 7 || length > 15) return null;
  let address = 0;
  let octet = 0;
  let digits = 0;
  let dots = 0;
  for (let at = 0; at < length; at++) {
    const code = text.charCodeAt(at);
    if (code === dot) {
      if (digits === 0 || ++dots > 3) return null;
      address = address * 256 + octet;
      octet = 0;
      digits = 0;
      continue;
    }
    const digit = code - zero;
    if (digit < 0 || digit > 9 || (digits > 0 && octet === 0)) return null;
    octet = octet * 10 + digit;
    if (octet > 255) return null;
    digits++;
  }
  return dots === 3 && digits > 0 ? address * 256 + octet : null;
}

let lastBlock = -1;
let lastPrefix = '';

/** The dotted decimal form. Addresses mostly come in order, so that the first three octets are those of the one before. */
export function formatAddress(address: number): string {
  const block = address >>> 8;
  if (block !== lastBlock) {
    lastPrefix = `${block >>> 16}.${(block >>> 8) & 255}.${block & 255}.`;
    lastBlock = block;
  }
  return lastPrefix + (address & 255);
}

/** The mask of a prefix length from 0 to 32: 24 gives 255.255.255.0. */
export function prefixMask(prefixLength: number): number {
  // A shift count is taken modulo 32, so that << 32 would leave all ones.
  return prefixLength === 0 ? 0 : (0xffff_ffff << (32 - prefixLength)) >>> 0;
}

/** The prefix length of a mask, or null where a zero comes before a one. */
export function prefixLengthOf(mask: number): number | null {
  const prefixLength = Math.clz32(~mask);
  return prefixMask(prefixLength) === mask ? prefixLength : null;
}
