/** Hardware addresses of six bytes, as text. */

const written = [
  // ethers(5) leaves out leading zeros.
  /^([0-9a-f]{1,2})([:-])([0-9a-f]{1,2})\2([0-9a-f]{1,2})\2([0-9a-f]{1,2})\2([0-9a-f]{1,2})\2([0-9a-f]{1,2})$/i,
  // As switches print them.
  /^([0-9a-f]{2})([0-9a-f]{2})\.([0-9a-f]{2})([0-9a-f]{2})\.([0-9a-f]{2})([0-9a-f]{2})$/i,
];

/**
 * Reads `00:50:56:ab:47:53`, `0:50:56:ab:47:53`, `00-50-56-AB-47-53` or `0050.56ab.4753`.
 * @returns the address in lower case with colons, or null
 */
export function parseMac(text: string): string | null {
  for (const form of written) {
    const bytes = form
      .exec(text)
      ?.slice(1)
      .filter((part) => /^[0-9a-f]+$/i.test(part));
    if (bytes) return bytes.map((byte) => byte.toLowerCase().padStart(2, '0')).join(':');
  }
  return null;
}

/** Whether an address in that form can be a machine's own: neither a group's (IEEE 802: lowest bit of the first byte) nor zero. */
export function isUnicast(mac: string): boolean {
  return (Number.parseInt(mac.slice(0, 2), 16) & 1) === 0 && mac !== '00:00:00:00:00:00';
}

/** The second digits of addresses with the U/L bit set (IEEE 802). */
const localDigits = '2367abef';

/** Whether nobody assigned an address in that form: it was drawn at random, or chosen by software or by hand. */
export function isLocal(mac: string): boolean {
  return localDigits.includes(mac.charAt(1));
}
