/** What `arpsweep doctor` looks at. A packet socket is tried, and receives nothing. */
import { existsSync, readFileSync } from 'node:fs';
import { release } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Interface } from '../generated/report-types.js';
import { listInterfaces } from '../links/links.js';
import { type NativeAddon, native } from '../native.js';
import { giveUpAllBut } from '../privileges/keep-only.js';
import { ownsProcess } from '../privileges/own-process.js';
import { systemErrorName } from '../system-error.js';
import { type Container, detectContainer } from './container.js';
import { type ProcessStatus, parseProcessStatus } from './process-status.js';

export interface Facts {
  readonly platform: string;
  /** As uname(2) has it, such as `6.1.0-13-amd64`. */
  readonly kernel: string;
  readonly nodeVersion: string;
  /** Null where the addon does not load. */
  readonly interfaces: readonly Interface[] | null;
  /** The file that the addon was loaded from; null where it does not load, or that cannot be told. */
  readonly addonFile: string | null;
  /** Why the addon does not load, or null. */
  readonly addonError: Error | null;
  readonly uid: number;
  readonly status: ProcessStatus;
  /** Users are mapped (user_namespaces(7)): what is root here need not be so outside. */
  readonly userNamespace: boolean;
  /** By which error the kernel refuses a packet socket, null where it opens one; undefined where there was none to try. */
  readonly packetSocketError: string | null | undefined;
  /** Why privileges cannot be given up, null where they can; undefined where that was not tried. */
  readonly keepsPrivileges: string | null | undefined;
  readonly container: Container | null;
  readonly readOnlyRoot: boolean;
  /** net.core.optmem_max in bytes; null where this network namespace does not show it. */
  readonly optmemMax: number | null;
  /** Why an ordinary user cannot make a user namespace, or null where nothing is known to forbid it. */
  readonly userNamespacesForbiddenBy: string | null;
}

/** Gives up what privileges this process has, at the end of it, where it is our own. */
export function gatherFacts(): Facts {
  const facts = {
    platform: process.platform,
    kernel: release(),
    nodeVersion: process.versions.node,
    ...inspectAddon(),
    uid: process.geteuid?.() ?? -1,
    status: parseProcessStatus(read('/proc/self/status') ?? ''),
    userNamespace: isUserNamespace(read('/proc/self/uid_map')),
    container: detectContainer({ read, exists: existsSync, env: process.env }),
    readOnlyRoot: isRootReadOnly(read('/proc/self/mountinfo') ?? ''),
    optmemMax: numberIn(read('/proc/sys/net/core/optmem_max')),
    userNamespacesForbiddenBy: userNamespacesForbiddenBy(),
  };
  const mayTry = facts.addonError === null && ownsProcess();
  return { ...facts, keepsPrivileges: mayTry ? whyKept(native()) : undefined };
}

type AddonFacts = Pick<Facts, 'interfaces' | 'addonFile' | 'addonError' | 'packetSocketError'>;

function inspectAddon(): AddonFacts {
  try {
    const errno = native().tryPacketSocket();
    return {
      interfaces: listInterfaces(),
      addonFile: addonIn(read('/proc/self/maps') ?? ''),
      addonError: null,
      packetSocketError: errno === 0 ? null : systemErrorName(errno),
    };
  } catch (error) {
    const addonError = error instanceof Error ? error : new Error(String(error));
    return { interfaces: null, addonFile: null, addonError, packetSocketError: undefined };
  }
}

const packageRoot = fileURLToPath(new URL('../..', import.meta.url));

/** proc_pid_maps(5): the addon is a file of this package that is mapped into the process. */
function addonIn(maps: string): string | null {
  const paths = maps.split('\n').map((line) => line.replace(/^(?:\S+\s+){5}/, ''));
  return paths.find((path) => path.startsWith(packageRoot) && path.endsWith('.node')) ?? null;
}

function whyKept(addon: NativeAddon): string | null {
  try {
    giveUpAllBut(addon, {});
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** user_namespaces(7): in the initial one every user is mapped to itself. */
function isUserNamespace(map: string | null): boolean {
  return map !== null && !/^\s*0\s+0\s+4294967295\s*$/.test(map);
}

/** proc_pid_mountinfo(5): of what is mounted on the root the last counts. */
export function isRootReadOnly(mounts: string): boolean {
  const options = mounts.split('\n').flatMap((line) => {
    const [, , , , place, option] = line.split(' ');
    return place === '/' && option !== undefined ? [option] : [];
  });
  return options.at(-1)?.split(',').includes('ro') ?? false;
}

function numberIn(text: string | null): number | null {
  return text === null || !/^\d+$/.test(text.trim()) ? null : Number(text);
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
