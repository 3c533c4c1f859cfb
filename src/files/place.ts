/** Where a file goes that somebody named: found out before there is anything to write to it. */

import { randomUUID } from 'node:crypto';
import { unlinkSync } from 'node:fs';
import { access, constants, type FileHandle, open, realpath, rename, stat, unlink } from 'node:fs/promises';
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

/** Opens a draft, for reading as well, with the owner and the mode of the file that it is to replace. */
export async function openDraft({ path, existing }: Place): Promise<Draft> {
  const draft = `${path}.${randomUUID().slice(0, 8)}.tmp`;
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
