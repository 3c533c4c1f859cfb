/** Lines at the bottom of a terminal that are drawn over, and get out of the way of everything else. */

/** The terminal: `columns` and `rows` follow its size. */
export interface LineTerminal {
  readonly columns: number;
  readonly rows: number;
  write(text: string): unknown;
}

export interface RedrawnLines {
  /** Replaces what is drawn. Lines are no wider than the terminal, and no more than its height. */
  draw(lines: readonly string[]): void;
  /** Removes them. */
  clear(): void;
}

/** ECMA-48: carriage return, then EL (erase in line). */
const eraseLine = '\r\x1b[2K';
/** CUU (cursor up), then ED (erase in page, from the cursor on). */
const eraseLines = (above: number): string => (above === 0 ? eraseLine : `\r\x1b[${above}A\x1b[J`);
/** DECAWM: what is too wide after all, as ideographs may be, is cut and takes no second row. */
const cutWide = (text: string): string => `\x1b[?7l${text}\x1b[?7h`;

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours take no room (ECMA-48 SGR)
const sgr = /\x1b\[\d*m/g;

export function redrawnLines(terminal: LineTerminal): RedrawnLines {
  /** How wide they are. */
  let drawn: readonly number[] = [];

  /** A terminal that has become narrower since has broken the lines anew. */
  const rowsDrawn = (): number => {
    const columns = terminal.columns || 80;
    return drawn.reduce((sum, width) => sum + Math.max(1, Math.ceil(width / columns)), 0);
  };
  const erasing = (): string => eraseLines(Math.max(0, rowsDrawn() - 1));

  return {
    draw(lines) {
      const text = lines.join('\n');
      terminal.write(erasing() + (lines.length > 1 ? cutWide(text) : text));
      drawn = lines.map((line) => line.replace(sgr, '').length);
    },
    clear() {
      if (drawn.length > 0) terminal.write(erasing());
      drawn = [];
    },
  };
}
