/** Names by the leading digits of MAC addresses. */

/** What the longest prefix of an address stands for. */
export interface PrefixName {
  /** How many digits the prefix has, 1 to 12; of two names for an address, that of the longer one holds. */
  readonly hexDigits: number;
  readonly name: string;
}

/** Finds the name of an address in lower case with colons, or null. */
export type PrefixNames = (mac: string) => PrefixName | null;

/**
 * A table of names; of a prefix that comes twice, the later name holds.
 * @param entries prefixes as an address in lower case with colons begins, such as `00:00:0c:9f:f`, and their names
 */
export function prefixNames(entries: Iterable<readonly [prefix: string, name: string]>): PrefixNames {
  const names = new Map<string, PrefixName>();
  for (const [prefix, name] of entries) {
    names.set(prefix, { hexDigits: prefix.replaceAll(':', '').length, name });
  }
  const lengths = [...new Set([...names.keys()].map(({ length }) => length))].sort((a, b) => b - a);
  return (mac) => {
    for (const length of lengths) {
      const found = names.get(mac.slice(0, length));
      if (found) return found;
    }
    return null;
  };
}
