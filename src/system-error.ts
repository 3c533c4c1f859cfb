/** Turns what the native layer throws into the errors that users and programs get. */

import { constants } from 'node:os';
import { getSystemErrorName } from 'node:util';
import { ArpsweepError, PermissionError, SystemError } from './errors.js';

/** A failed system call; `errno` is positive, as errno(3) has it. */
interface Fault {
  readonly syscall: string;
  readonly errno: number;
}

function isFault(error: unknown): error is Error & Fault {
  return error instanceof Error && 'syscall' in error && 'errno' in error && typeof error.errno === 'number';
}

/** The typed error for what the addon throws when a system call failed; any other error as it is. */
export function explainNativeError(error: unknown, doing: string): unknown {
  return !(error instanceof ArpsweepError) && isFault(error) ? systemFailure(error, doing, error) : error;
}

/** The typed error for a failed system call. `doing` completes "could not …". */
export function systemFailure({ syscall, errno }: Fault, doing: string, cause?: Error): ArpsweepError {
  if (errno === constants.errno.EPERM || errno === constants.errno.EACCES) {
    const capability = capabilityFor(syscall);
    return new PermissionError(
      `This process may not ${doing}: ${syscall} needs the capability CAP_${capability}.`,
      permissionRemedy(process.execPath, process.argv.slice(1), capability),
      cause && { cause },
    );
  }
  const name = systemErrorName(errno);
  return new SystemError(
    name,
    errno,
    syscall,
    `Could not ${doing}: ${syscall} failed with ${name}.`,
    'The interface may have changed meanwhile; look at it with "arpsweep interfaces" and try again.',
  );
}

/** The kernel's name of an errno, which is positive here: `ENOBUFS`. */
export function systemErrorName(errno: number): string {
  return getSystemErrorName(-errno);
}

/** setns(2), and open(2) of the file that stands for a namespace, are for administrators; else it is packet(7). */
function capabilityFor(syscall: string): string {
  return syscall === 'setns' || syscall === 'open' ? 'SYS_ADMIN' : 'NET_RAW';
}

/** Names node and the script by their paths, because sudo resets PATH. */
export function permissionRemedy(execPath: string, args: readonly string[], capability = 'NET_RAW'): string {
  const command = ['sudo', execPath, ...args].map(quote).join(' ');
  return `Run it as root: ${command} (in a container: as root with the capability ${capability} added).`;
}

function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
