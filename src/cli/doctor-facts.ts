/** What `arpsweep doctor` looks at, gathered without opening a packet socket. */
import { readFileSync } from 'node:fs';
import type { Interface } from '../generated/report-types.js';
import { listInterfaces } from '../links/links.js';

/** Bit of CAP_NET_RAW in a capability set (linux/capability.h). */
const CAP_NET_RAW = 13n;

export interface Facts {
  readonly platform: string;
  readonly nodeVersion: string;
  /** Null where the addon does not load. */
  readonly interfaces: readonly Interface[] | null;
  /** Why the addon does not load, or null. */
  readonly addonError: Error | null;
  readonly root: boolean;
  /** CAP_NET_RAW in the effective set. */
  readonly mayOpenPacketSocket: boolean;
  /** CAP_NET_RAW in the bounding set: without it, no root of this container has it either. */
  readonly mayEverOpenPacketSocket: boolean;
  /** Why an ordinary user cannot make a user namespace, or null where nothing is known to forbid it. */
  readonly userNamespacesForbiddenBy: string | null;
}

export function gatherFacts(): Facts {
  const status = read('/proc/self/status') ?? '';
  return {
    platform: process.platform,
    nodeVersion: process.versions.node,
    ...inspectAddon(),
    root: process.geteuid?.() === 0,
    mayOpenPacketSocket: holdsNetRaw(status, 'CapEff'),
    mayEverOpenPacketSocket: holdsNetRaw(status, 'CapBnd'),
    userNamespacesForbiddenBy: userNamespacesForbiddenBy(),
  };
}

function inspectAddon(): Pick<Facts, 'interfaces' | 'addonError'> {
  try {
    return { interfaces: listInterfaces(), addonError: null };
  } catch (error) {
    return { interfaces: null, addonError: error instanceof Error ? error : new Error(String(error)) };
  }
}

/** proc_pid_status(5): capability sets in hexadecimal. */
export function holdsNetRaw(status: string, set: 'CapEff' | 'CapBnd'): boolean {
  const digits = new RegExp(`^${set}:\\s*([0-9a-f]+)$`, 'm').exec(status)?.[1];
  return digits !== undefined && ((BigInt(`0x${digits}`) >> CAP_NET_RAW) & 1n) === 1n;
}

/** Kernel settings that keep ordinary users from making user namespaces; the second and third are distributions'. */
function userNamespacesForbiddenBy(): string | null {
  if (read('/proc/sys/user/max_user_namespaces')?.trim() === '0') return 'user.max_user_namespaces is 0';
  if (read('/proc/sys/kernel/unprivileged_userns_clone')?.trim() === '0') {
    return 'kernel.unprivileged_userns_clone is 0';
  }
  if (read('/proc/sys/kernel/apparmor_restrict_unprivileged_userns')?.trim() === '1') {
    return 'kernel.apparmor_restrict_unprivileged_userns is 1';
  }
  return null;
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
