import { spawn } from 'node:child_process';
import { toolEnvironment } from '../../src/lab/command.js';

/** Carriage return and ECMA-48 EL: how a line is drawn anew. */
export const ERASE_LINE = '\r\x1b[2K';

export interface TerminalOptions {
  /** Default 100. */
  readonly columns?: number;
  /** Default 30. */
  readonly rows?: number;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** After so many ms the program is killed and `result` rejects. Default 30000. */
  readonly timeout?: number;
}

export interface TerminalResult {
  /** As a shell sees it: 128 plus the number of a signal that ended the program. */
  readonly status: number | null;
  /** Both standard streams as the terminal shows them, lines ended by CR LF. */
  readonly output: string;
}

/** A program that runs on a pseudo-terminal. */
export interface TerminalRun {
  /** What is on the terminal so far. */
  output(): string;
  /** Types text; `'\x03'` is Ctrl-C. */
  type(text: string): void;
  readonly result: Promise<TerminalResult>;
}

function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** Runs a program on a pseudo-terminal of the given size, by script(1) of util-linux. */
export function onTerminal(argv: readonly string[], options: TerminalOptions = {}): TerminalRun {
  const { columns = 100, rows = 30, timeout = 30_000 } = options;
  const command = `stty cols ${columns} rows ${rows}; exec ${argv.map(quote).join(' ')}`;
  const child = spawn('script', ['--quiet', '--return', '--flush', '--command', command, '/dev/null'], {
    env: { ...toolEnvironment(), TERM: 'xterm-256color', SHELL: '/bin/sh', ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  child.stdin.on('error', () => {});

  const result = new Promise<TerminalResult>((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`${argv.join(' ')} did not end within ${timeout} ms: ${output}`));
    }, timeout);
    child.on('error', reject);
    child.on('close', (status) => {
      clearTimeout(timer);
      resolve({ status, output });
    });
  });
  // Standard input stays open: at its end script(1) would type Ctrl-D.
  return { output: () => output, type: (text) => child.stdin.write(text), result };
}

/** What is left to read on a terminal: lines that were erased and drawn anew are as they ended. */
export function shown(output: string): string {
  return output
    .split('\r\n')
    .map((line) => line.split(ERASE_LINE).at(-1) ?? '')
    .join('\n');
}
