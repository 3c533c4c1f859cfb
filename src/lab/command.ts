import { spawn } from 'node:child_process';
import { ArpsweepError } from '../errors.js';

/** How a program ended and what it printed. */
export interface CommandResult {
  /** Exit code, or null where a signal ended it. */
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Environment in which `ip` and its like are found: an ordinary user's PATH often lacks the sbin directories. */
export function toolEnvironment(): NodeJS.ProcessEnv {
  const { PATH } = process.env;
  return { ...process.env, PATH: [PATH, '/usr/sbin', '/sbin'].filter(Boolean).join(':') };
}

/** Says which program is missing and which package of the usual distributions has it. */
export function missingProgram(program: string): ArpsweepError {
  const packages: Record<string, string> = { ip: 'iproute2', nft: 'nftables', unshare: 'util-linux' };
  return new ArpsweepError(
    'ERR_PROGRAM_NOT_FOUND',
    `The program ${program}, which builds the lab, is not installed.`,
    `Install the package ${packages[program] ?? program}.`,
  );
}

/** Runs a program to its end with `input` as its standard input; rejects only where it cannot be started. */
export function runCommand(argv: readonly string[], input = ''): Promise<CommandResult> {
  const [program = '', ...args] = argv;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env: toolEnvironment(), stdio: 'pipe' });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.on('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'ENOENT' ? missingProgram(program) : error);
    });
    child.on('close', (status, signal) => resolve({ status, signal, stdout, stderr }));
    // A program may end without reading its input (EPIPE); its status says whether that matters.
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}

/** Runs a program that must succeed, and returns what it printed. */
export async function mustRun(argv: readonly string[], input = ''): Promise<string> {
  const result = await runCommand(argv, input);
  if (result.status !== 0) {
    throw new ArpsweepError(
      'ERR_LAB',
      `"${argv.join(' ')}" failed: ${result.stderr.trim() || `status ${result.status ?? result.signal}`}.`,
      'The lab needs CAP_NET_ADMIN and CAP_SYS_ADMIN in namespaces of its own, veth, bridge and iproute2.',
    );
  }
  return result.stdout;
}
