/** The program as its user runs it, in the demo's namespaces. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { toolEnvironment } from '../lab/command.js';
import { type Host, inNamespace } from '../lab/host.js';

export const ARPSWEEP = fileURLToPath(new URL('../../bin/arpsweep.js', import.meta.url));

export interface Run {
  readonly args: readonly string[];
  /** The machine to run it on; null for our own. */
  readonly on: Host | null;
  readonly directory: string;
}

/** Shows the command, runs it, and resolves to its exit code. */
export function runProgram({ args, on, directory }: Run, signal: AbortSignal): Promise<number> {
  process.stdout.write(`${on === null ? '' : on.name}$ arpsweep ${args.map(quoted).join(' ')}\n`);
  const here = [process.execPath, ARPSWEEP, ...args];
  const [program = '', ...words] = on === null ? here : inNamespace(on.namespace, here);
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, {
      cwd: directory,
      env: toolEnvironment(),
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    const interrupt = () => child.kill('SIGINT');
    signal.addEventListener('abort', interrupt, { once: true });
    child.once('error', reject);
    child.once('exit', (status) => {
      signal.removeEventListener('abort', interrupt);
      resolve(status ?? 3);
    });
  });
}

/** As it is typed, lest the shell take a pattern for one of files. */
const quoted = (word: string): string => (/[*?[]/.test(word) ? `'${word}'` : word);

/** In a pipe a sweep would choose `plain`, and who reads a demo wants to see what a terminal shows. */
export function asAtTerminal(sweep: readonly string[]): string[] {
  return [...sweep, ...(process.stdout.isTTY ? [] : ['-f', 'table'])];
}
