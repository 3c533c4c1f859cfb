/** Phrases that messages share. */

const shown = 5;

/** The first few of a list: `a, b and c`, or `a, b, c, d, e and 7 more`. */
export function list(items: readonly string[]): string {
  const head = items.slice(0, shown);
  const rest = items.length - head.length;
  if (rest > 0) return `${head.join(', ')} and ${rest} more`;
  const last = head.pop() ?? '';
  return head.length > 0 ? `${head.join(', ')} and ${last}` : last;
}
