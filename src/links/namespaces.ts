/** Network namespaces (network_namespaces(7)) as people name them, and the files that stand for them. */

import { lstatSync, readdirSync, statfsSync, statSync } from 'node:fs';
import { InterfaceError } from '../errors.js';
import { matches } from './pattern.js';

export interface Namespace {
  /** As it is named in a link: a name, a path or a process id. */
  readonly name: string;
  /** The file that stands for it. */
  readonly path: string;
}

/** Where ip-netns(8) keeps names. */
const namesDirectory = '/run/netns';
/** Where Docker keeps the namespaces of its containers, which have no names there. */
const dockerDirectory = '/run/docker/netns';

/** NSFS_MAGIC of linux/magic.h. */
const namespaceFilesystem = 0x6e736673;

/** The namespace that this process is in. */
export const ownNamespacePath = '/proc/self/ns/net';

/** What the machine was started with, and what most links of a host are in. */
const initial: Namespace = { name: '1', path: '/proc/1/ns/net' };

/**
 * Finds a namespace by a path, else by a name, else by a process id.
 * @throws InterfaceError where there is none
 */
export function findNamespace(text: string): Namespace {
  const places = text.includes('/') ? [text] : [`${namesDirectory}/${text}`];
  if (/^\d+$/.test(text)) places.push(`/proc/${text}/ns/net`);
  const path = places.find(isThere);
  if (path !== undefined && mayBeNamespace(path)) return { name: text, path };
  const names = filesIn(namesDirectory);
  throw new InterfaceError(
    'ERR_INTERFACE_NOT_FOUND',
    path === undefined
      ? `There is no network namespace ${JSON.stringify(text)} here.`
      : `The file ${JSON.stringify(text)} is no network namespace.`,
    `Give a name (there ${names.length > 0 ? `are: ${names.join(', ')}` : 'is none'}), a path or a process id.`,
  );
}

/**
 * Those whose name is like a pattern, or whose path is where the pattern has a slash.
 * @throws InterfaceError where there is none
 */
export function namespacesLike(pattern: string): Namespace[] {
  const byPath = pattern.includes('/');
  const known = knownNamespaces().filter(({ path }) => byPath || path.startsWith(`${namesDirectory}/`));
  const found = known.filter(
    ({ name, path }) => matches(pattern, byPath ? path : name) && mayBeNamespace(path),
  );
  if (found.length > 0) return found;
  const names = known.map(({ name }) => name);
  throw new InterfaceError(
    'ERR_INTERFACE_NOT_FOUND',
    `No network namespace here is called anything like ${JSON.stringify(pattern)}.`,
    names.length > 0
      ? `There are: ${names.join(', ')}.`
      : 'None has a name here; give a path or a process id.',
  );
}

/** Those that can be found without being named; not every one there is. */
export function knownNamespaces(): Namespace[] {
  const inDocker = filesIn(dockerDirectory).map((file) => `${dockerDirectory}/${file}`);
  return [
    ...filesIn(namesDirectory).map((name) => ({ name, path: `${namesDirectory}/${name}` })),
    initial,
    ...inDocker.map((path) => ({ name: path, path })),
  ];
}

/** Also where it may not be looked at: opening it then says what is missing. */
function isThere(path: string): boolean {
  try {
    lstatSync(path);
    return true;
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    return !['ENOENT', 'ENOTDIR'].includes(code);
  }
}

function mayBeNamespace(path: string): boolean {
  try {
    return statfsSync(path).type === namespaceFilesystem;
  } catch {
    return true;
  }
}

/** What tells one namespace from another, whatever file stands for it; null where that cannot be looked at. */
export function namespaceIdentity(path: string): number | null {
  try {
    return statSync(path).ino;
  } catch {
    return null;
  }
}

function filesIn(directory: string): string[] {
  try {
    return readdirSync(directory).sort();
  } catch {
    return [];
  }
}
