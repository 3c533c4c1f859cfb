/** Text for people: what is safe to show, and how numbers, times and lists read. */

/**
 * Text from outside, fit for a terminal and for one field of a line: without control characters, which could move
 * the cursor or part the line, and without the invisible ones that reorder what is seen.
 */
export function printable(text: string): string {
  // Nearly all there is to show, and much quicker told.
  if (/^[ -~]*$/.test(text)) return text;
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '');
}

/** Cuts text to a number of characters and marks the cut. */
export function cut(text: string, width: number): string {
  // No text has more characters than UTF-16 units.
  if (text.length <= width) return text;
  const characters = Array.from(text);
  if (characters.length <= width) return text;
  return width < 1 ? '' : `${characters.slice(0, width - 1).join('')}…`;
}

/** `1048576` as `1,048,576`. */
export function grouped(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(?:\d{3})+$)/g, ',');
}

/** `1 address`, `2 addresses`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : many}`;
}

/** `once`, `2 times`. */
export function times(count: number): string {
  return count === 1 ? 'once' : `${grouped(count)} times`;
}

/** `no host expected to be missed`, or how many; an estimate rests on hosts that answered, hence "at least". */
export function expectedMissed(hosts: number): string {
  const amount = hosts < 0.05 ? 'no host' : `at least ${hosts.toFixed(1)} hosts`;
  return `${amount} expected to be missed`;
}

/** A share in per cent: `0.031` as `3.1 %`. */
export function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

/** A span of time, to about two figures: `340 ms`, `4.2 s`, `17 min`, `3.5 h`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const units = [
    { name: 's', seconds: 1, upTo: 100 },
    { name: 'min', seconds: 60, upTo: 100 },
    { name: 'h', seconds: 3600, upTo: 48 },
    { name: 'days', seconds: 86_400, upTo: Number.POSITIVE_INFINITY },
  ];
  const seconds = ms / 1000;
  for (const { name, seconds: size, upTo } of units) {
    const amount = seconds / size;
    if (amount < upTo) return `${amount < 9.95 ? Number(amount.toFixed(1)) : grouped(amount)} ${name}`;
  }
  return '';
}

/** A round trip with the microseconds that the kernel's clock gives, or `unknown` in its place. */
export function roundTrip(ms: number | null, unknown: string): string {
  return ms === null ? unknown : ms.toFixed(3);
}

/** A list that stays readable: the first items, and how many more there are; of what, if that is not plain. */
export function shortList(items: readonly string[], most: number, noun = ''): string {
  if (items.length <= most) return items.join(', ');
  const left = items.length - most;
  const more = noun === '' ? `${grouped(left)} more` : counted(left, `more ${noun}`);
  return `${items.slice(0, most).join(', ')} and ${more}`;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours take no room (ECMA-48 SGR)
const sgr = /\x1b\[\d*m/g;

/**
 * Breaks a line between words where it would pass a width, and indents what follows; a word that is longer stays
 * whole. A width of null breaks nothing.
 */
export function wrapped(line: string, width: number | null, indent = '  '): string[] {
  const visible = (text: string): number => text.replace(sgr, '').length;
  if (width === null || visible(line) <= width) return [line];
  const lines: string[] = [];
  let current = '';
  // Blanks at the start, and between aligned cells, belong to the word that they precede.
  for (const word of line.match(/ *[^ ]+/g) ?? []) {
    if (current !== '' && visible(current + word) > width) {
      lines.push(current);
      current = indent + word.trimStart();
    } else {
      current += word;
    }
  }
  return [...lines, current];
}

/** Aligns cells in columns two blanks apart; `right` names the columns that hold numbers. */
export function aligned(
  rows: readonly (readonly string[])[],
  right: ReadonlySet<number> = new Set(),
): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, i) => {
      widths[i] = Math.max(widths[i] ?? 0, cell.length);
    });
  }
  return rows.map((row) =>
    row
      .map((cell, i) => (right.has(i) ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}
