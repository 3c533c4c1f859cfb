import headless from '@xterm/headless';

/** A terminal as xterm.js is one, without a window: the independent witness of what a person sees. */
export interface Screen {
  readonly columns: number;
  readonly rows: number;
  write(text: string): void;
  resize(columns: number, rows: number): Promise<void>;
  /** What is on the screen, from top to bottom, without the empty rest. */
  lines(): Promise<string[]>;
  /** What has scrolled out of it and can be scrolled back to. */
  scrolledOut(): Promise<string[]>;
}

export function createScreen(columns: number, rows: number): Screen {
  const terminal = new headless.Terminal({ cols: columns, rows, allowProposedApi: true });
  // It takes what is written a little later.
  const taken = () => new Promise<void>((resolve) => terminal.write('', resolve));
  const text = (from: number, to: number): string[] => {
    const { active } = terminal.buffer;
    const lines = Array.from({ length: to - from }, (_, i) =>
      active.getLine(from + i)?.translateToString(true),
    );
    while (lines.length > 0 && !lines.at(-1)) lines.pop();
    return lines.map((line) => line ?? '');
  };
  return {
    get columns() {
      return terminal.cols;
    },
    get rows() {
      return terminal.rows;
    },
    // What a tty makes of a line feed (ONLCR).
    write: (text) => terminal.write(text.replace(/\r?\n/g, '\r\n')),
    async resize(toColumns, toRows) {
      await taken();
      terminal.resize(toColumns, toRows);
    },
    async lines() {
      await taken();
      const { baseY } = terminal.buffer.active;
      return text(baseY, baseY + terminal.rows);
    },
    async scrolledOut() {
      await taken();
      return text(0, terminal.buffer.active.baseY);
    },
  };
}
