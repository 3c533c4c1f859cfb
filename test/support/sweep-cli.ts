import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { toolEnvironment } from '../../src/lab/command.js';
import type { Host } from '../../src/lab/lab.js';
import { argvOn } from './inject.js';

const { ARPSWEEP_TEST_PACKAGE } = process.env;
/** The program as a user starts it: that of this checkout, or of the package in the folder ARPSWEEP_TEST_PACKAGE. */
export const ARPSWEEP = join(
  ARPSWEEP_TEST_PACKAGE ?? fileURLToPath(new URL('../..', import.meta.url)),
  'bin/arpsweep.js',
);

export interface SweepCliOptions {
  /** Machine of the lab to run on; by default the namespace that the test is in. */
  readonly host?: Pick<Host, 'namespace'>;
  readonly input?: string;
  /** Added to the environment; undefined takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** After so many ms the program is killed and the call rejects. Default 30000. */
  readonly timeout?: number;
  /** Other argv to run it with, such as `['setpriv', '--reuid=1000', ...]`. */
  readonly through?: readonly string[];
}

export interface CliResult {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** From start to end of the process. */
  readonly ms: number;
}

/** A run of the program that is under way. */
export interface CliRun {
  readonly child: ChildProcess;
  /** What it has printed so far. */
  stdout(): string;
  stderr(): string;
  readonly result: Promise<CliResult>;
}

/** Starts `arpsweep ARGS`, with pipes for its standard streams. */
export function startCli(args: readonly string[], options: SweepCliOptions = {}): CliRun {
  const argv = [...(options.through ?? []), process.execPath, ARPSWEEP, ...args];
  const [program = '', ...rest] = argvOn(options.host ?? null, argv);
  const startedAt = performance.now();
  const child = spawn(program, rest, {
    env: { ...toolEnvironment(), ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  child.stdin.on('error', () => {});
  child.stdin.end(options.input ?? '');

  const timeout = options.timeout ?? 30_000;
  const result = new Promise<CliResult>((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`arpsweep ${args.join(' ')} did not end within ${timeout} ms: ${stdout}${stderr}`));
    }, timeout);
    child.on('error', reject);
    child.on('close', (status, signal) => {
      clearTimeout(timer);
      resolve({ status, signal, stdout, stderr, ms: performance.now() - startedAt });
    });
  });
  return { child, stdout: () => stdout, stderr: () => stderr, result };
}

/** Runs `arpsweep ARGS` to its end. */
export function sweepCli(args: readonly string[], options: SweepCliOptions = {}): Promise<CliResult> {
  return startCli(args, options).result;
}
