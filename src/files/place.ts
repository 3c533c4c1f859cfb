/** Where a file goes that somebody named: found out before there is anything to write to it. */

import { randomUUID } from 'node:crypto';
import { unlinkSync } from 'node:fs';
import {
  access,
  constants,
  type FileHandle,
  open,
  readdir,
  realpath,
  rename,
  stat,
  unlink,
} from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileProblem, isSystemError } from '../input/file-problem.js';

/** A place for a file, which may be there already. */
export interface Place {
  /** Symbolic links are followed. */
  readonly path: string;
  /** The file that is there, or null. */
  readonly existing: { readonly mode: number; readonly uid: number; readonly gid: number } | null;
  /** A device or a pipe is written to: renaming a file over /dev/null would replace it. */
  readonly takesFile: boolean;
}

/**
 * Finds the place of `path`.
 * @throws what `refuse` makes of the problem, where nothing can be written there
 */
export async function findPlace(path: string, refuse: (problem: string) => Error): Promise<Place> {
  try {
    const existing = await stat(path).catch(notThere);
    if (existing?.isDirectory()) throw refuse('it is a directory');
    if (existing === null) return { path, existing: null, takesFile: true };
    await access(path, constants.W_OK);
    return existing.isFile()
      ? { path: await realpath(path), existing, takesFile: true }
      : { path, existing: null, takesFile: false };
  } catch (error) {
    throw isSystemError(error) ? refuse(fileProblem(error)) : error;
  }
}

function notThere(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null;
  throw error;
}

/** A file beside a place, to be renamed into it. */
export interface Draft {
  readonly handle: FileHandle;
  /** Whether it is in its place by now. */
  readonly isPlaced: boolean;
  /** Renames it; what is written from then on is written in its place. */
  place(): Promise<void>;
  /** Removes it, unless it is in its place, and closes it. */
  discard(): Promise<void>;
}

/**
 * Opens a draft, for reading as well, with the owner and the mode of the file that it is to replace.
 * @param ending of its name, which is that of the place, eight digits and this
 */
export async function openDraft(
  { path, existing }: Omit<Place, 'takesFile'>,
  ending = 'tmp',
): Promise<Draft> {
  const draft = `${path}.${randomUUID().slice(0, 8)}.${ending}`;
  const handle = await open(draft, 'wx+');
  let isPlaced = false;
  const remove = (): void => unlinkSync(draft);
  // A second Ctrl-C ends the process at once, and even then no draft is left.
  process.on('exit', remove);

  async function discard(): Promise<void> {
    process.off('exit', remove);
    await handle.close().catch(() => undefined);
    if (!isPlaced) await unlink(draft).catch(() => undefined);
  }

  try {
    if (existing) {
      // Under sudo the file would otherwise change hands; where that is not permitted, it does.
      await handle.chown(existing.uid, existing.gid).catch(() => undefined);
      await handle.chmod(existing.mode & 0o7777);
    }
  } catch (error) {
    await discard();
    throw error;
  }

  return {
    handle,
    get isPlaced() {
      return isPlaced;
    },
    async place() {
      if (isPlaced) return;
      await rename(draft, path);
      isPlaced = true;
      process.off('exit', remove);
    },
    discard,
  };
}

/**
 * The drafts with an ending of their own that lie beside a place, whoever left them.
 * @returns their paths
 */
export async function draftsBeside(path: string, ending: string): Promise<string[]> {
  const own = `${basename(path)}.`;
  const names = await readdir(dirname(path));
  return names
    .filter((name) => name.startsWith(own) && name.endsWith(`.${ending}`))
    .filter((name) => /^[0-9a-f]{8}$/.test(name.slice(own.length, -ending.length - 1)))
    .map((name) => join(dirname(path), name));
}

/** Makes what was renamed in a directory last: until then a power failure may undo it (fsync(2)). */
export async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await handle.sync();
  } catch (error) {
    // A file system that knows no such thing says EINVAL.
    if ((error as NodeJS.ErrnoException).code !== 'EINVAL') throw error;
  } finally {
    await handle.close();
  }
}
