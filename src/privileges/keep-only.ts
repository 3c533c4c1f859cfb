/**
 * Giving up privileges: once the sockets of a command are open, hardly any are needed, and who takes over the process gets
 * what is left. For commands that have the process to themselves: a library must not change what it is part of.
 */

import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type NativeAddon, native } from '../native.js';
import { checkOptions } from '../sweep/options.js';
import type { SweepOptions } from '../sweep/sweep-api.js';
import { type Capability, capabilityNumber } from './capabilities.js';
import { ownsProcess } from './own-process.js';

/** What is still to come. */
export interface Needs {
  /** Packet sockets will be opened. */
  readonly rawSockets?: boolean;
  /** Other network namespaces will be entered, or looked at. */
  readonly namespaces?: boolean;
  /** Files that somebody named will be opened, put in place or removed: under sudo they may be another user's. */
  readonly files?: boolean;
  /** Programs will be started, which are to get what they would have got without us: the bounding set stays. */
  readonly programs?: boolean;
}

/** packet(7); setns(2), and ptrace(2) for the namespaces of a process that has more than we keep; capabilities(7). */
const capabilitiesFor: Readonly<Record<Exclude<keyof Needs, 'programs'>, readonly Capability[]>> = {
  rawSockets: ['NET_RAW'],
  namespaces: ['SYS_ADMIN', 'SYS_PTRACE', 'DAC_READ_SEARCH'],
  files: ['DAC_OVERRIDE', 'FOWNER', 'CHOWN'],
};

/**
 * Gives up, for good and in every thread, each capability that is not needed for what is still to come; nothing in a process
 * that is not our own. Where that is not permitted the command goes on with what it has; ARPSWEEP_DEBUG tells, and so does `arpsweep doctor`.
 */
export function keepOnly(needs: Needs): void {
  if (!ownsProcess()) return;
  try {
    giveUpAllBut(native(), needs);
  } catch (error) {
    const { ARPSWEEP_DEBUG } = process.env;
    if ((ARPSWEEP_DEBUG ?? '') === '') return;
    const why = error instanceof Error ? error.message : String(error);
    process.stderr.write(`arpsweep: not all privileges could be given up: ${why}\n`);
  }
}

/**
 * The same in any process, insistently.
 * @returns the number of threads
 * @throws Error that names the system call and the thread
 */
export function giveUpAllBut(addon: Pick<NativeAddon, 'keepOnlyCapabilities'>, needs: Needs): number {
  const kinds = (['rawSockets', 'namespaces', 'files'] as const).filter((kind) => needs[kind]);
  const kept = kinds.flatMap((kind) => capabilitiesFor[kind]);
  if (!readsOwnCode()) kept.push('DAC_READ_SEARCH');
  return addon.keepOnlyCapabilities(kept.map(capabilityNumber), needs.programs !== true);
}

/** What a watch needs to its end: it opens sockets again and again. */
export function needsOfWatch(
  options: Pick<SweepOptions, 'links' | 'netns'>,
  { state, exec }: { readonly state?: string; readonly exec?: string },
): Needs {
  const namespaces = namesNamespaces(options);
  return { rawSockets: true, namespaces, files: state !== undefined, programs: exec !== undefined };
}

/** Whether options name links in other network namespaces than the present one. */
export function namesNamespaces({ links, netns }: Pick<SweepOptions, 'links' | 'netns'>): boolean {
  const options = { ...(links && { links }), ...(netns !== undefined && { netns }) };
  return checkOptions(options).links.some((link) => link.netns !== null);
}

/**
 * Whether our own files can be read without power over those of others. Modules are loaded when they are first needed, and
 * under sudo they may lie in a home directory that is closed to everybody else.
 */
function readsOwnCode(): boolean {
  const file = fileURLToPath(import.meta.url);
  if (!permits(file, 0o4)) return false;
  for (let directory = dirname(file); ; directory = dirname(directory)) {
    if (!permits(directory, 0o1)) return false;
    if (directory === dirname(directory)) return true;
  }
}

/** By the file's mode alone: path_resolution(7). `access` is of one class: 4 to read, 1 to search. */
function permits(path: string, access: number): boolean {
  try {
    const { mode, uid, gid } = statSync(path);
    const groups = [process.getegid?.(), ...(process.getgroups?.() ?? [])];
    const shift = uid === process.geteuid?.() ? 6 : groups.includes(gid) ? 3 : 0;
    return ((mode >> shift) & access) === access;
  } catch {
    return false;
  }
}
