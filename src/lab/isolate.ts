/**
 * Runs one of our scripts in namespaces of its own, made by unshare(1): network, mounts and process ids, for an
 * ordinary user in a user namespace. The script is the first process there; when it ends, however it ends, the
 * kernel kills what it started and then removes every link and namespace that it made.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ArpsweepError, PermissionError } from '../errors.js';
import { missingProgram, runCommand, toolEnvironment } from './command.js';
import { currentNamespace, OUTSIDE_VARIABLE } from './isolation-guard.js';

const NO_SUCH_PROGRAM = 127;

/** ip-netns(8) keeps its names under /run/netns, which an ordinary user cannot write and others could see. */
const ENTER = `
  command -v ip > /dev/null || exit ${NO_SUCH_PROGRAM}
  mount -t tmpfs -o mode=755 lab /run && mkdir /run/netns && ip link set lo up || exit 1
  exec "$@"`;

const AS_ROOT = ['--net', '--mount', '--pid', '--fork'];
const AS_USER = ['--user', '--map-root-user', ...AS_ROOT];

function enter(flags: readonly string[], argv: readonly string[]): string[] {
  return ['unshare', ...flags, 'sh', '-c', ENTER, 'lab', ...argv];
}

/** Finds a way in that works here, by going in and out. A root without CAP_SYS_ADMIN may still use the user's. */
async function findWayIn(): Promise<readonly string[]> {
  const ways = process.geteuid?.() === 0 ? [AS_ROOT, AS_USER] : [AS_USER];
  let refusal = '';
  for (const flags of ways) {
    const { status, stderr } = await runCommand(enter(flags, ['true']));
    if (status === 0) return flags;
    if (status === NO_SUCH_PROGRAM) throw missingProgram('ip');
    refusal = stderr.trim().split('\n')[0] ?? '';
  }
  throw notPermitted(refusal);
}

function kernelSetting(path: string): number | undefined {
  try {
    return Number(readFileSync(`/proc/sys/${path}`, 'latin1'));
  } catch {
    return undefined;
  }
}

/** Settings by which a kernel or a distribution forbids user namespaces, and the value that permits them. */
const PERMITTED_BY = [
  { path: 'user/max_user_namespaces', forbids: 0, sysctl: 'user.max_user_namespaces=10000' },
  { path: 'kernel/unprivileged_userns_clone', forbids: 0, sysctl: 'kernel.unprivileged_userns_clone=1' },
  {
    path: 'kernel/apparmor_restrict_unprivileged_userns',
    forbids: 1,
    sysctl: 'kernel.apparmor_restrict_unprivileged_userns=0',
  },
];

function notPermitted(refusal: string): PermissionError {
  const cause = PERMITTED_BY.find(({ path, forbids }) => kernelSetting(path) === forbids);
  // With the paths of node and of the script, because sudo drops PATH.
  const asRoot = `sudo ${[process.execPath, ...process.argv.slice(1)].join(' ')}`;
  const permit = cause === undefined ? '' : `, or permit them with "sudo sysctl -w ${cause.sysctl}"`;
  return new PermissionError(
    `Network namespaces of its own, which the demo needs, are not permitted here (${refusal}).`,
    `Run it as root of the machine: "${asRoot}"${permit}; in a container, start that one with --privileged.`,
  );
}

/**
 * Runs a script of this package in namespaces of its own, with our standard output and error, and resolves to its
 * exit code. The script must call `relayInterrupts`. Rejects with the remedy where namespaces cannot be had.
 */
export async function runIsolated(script: URL, args: readonly string[]): Promise<number> {
  const flags = await findWayIn();
  const [program = '', ...rest] = enter(flags, [process.execPath, fileURLToPath(script), ...args]);
  const child = spawn(program, rest, {
    env: { ...toolEnvironment(), [OUTSIDE_VARIABLE]: currentNamespace() },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    // Out of the terminal's foreground group: Ctrl-C comes to us alone and goes on from here, once.
    detached: true,
  });
  const forward = (signal: NodeJS.Signals) => child.connected && child.send(signal);
  process.on('SIGINT', forward).on('SIGTERM', forward);
  try {
    return await exitCode(child);
  } finally {
    process.off('SIGINT', forward).off('SIGTERM', forward);
  }
}

/** unshare(1) ends last, after all that ran inside, and with the script's exit code. */
function exitCode(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (status, signal) => {
      if (status !== null) resolve(status);
      else reject(new ArpsweepError('ERR_LAB', `The demo was ended by ${signal}.`, 'Start it again.'));
    });
  });
}

/**
 * To be called by the script that `runIsolated` starts: it hears of SIGINT and SIGTERM as if they had come to itself,
 * and of our death as SIGTERM. Returns what ends that, so that the process can end.
 */
export function relayInterrupts(): () => void {
  const relay = (signal: NodeJS.Signals) => process.emit(signal, signal);
  const parentDied = () => relay('SIGTERM');
  process.on('message', relay).on('disconnect', parentDied);
  if (process.connected === false) parentDied();
  return () => {
    process.off('message', relay).off('disconnect', parentDied);
    if (process.connected) process.disconnect();
  };
}
