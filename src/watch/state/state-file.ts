/**
 * The file of `--state`. It is replaced whole or not at all, by a draft beside it that is on the disk before it is renamed
 * (rename(2), fsync(2)): whatever ends the process or the machine, the file is the state before or the state after.
 *
 * One watch has it at a time, by a lock of the kernel's on the very file (flock(2)). A lock of this kind has no owner to
 * outlive: it ends with the process, also by kill -9, and holds across containers that share the volume. The draft is locked
 * before it takes the file's place, so that whoever opens the path finds a locked file at any moment.
 */

import type { Stats } from 'node:fs';
import { access, constants, type FileHandle, lstat, open, realpath, stat, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ArpsweepError, OptionError } from '../../errors.js';
import { draftsBeside, openDraft, syncDirectory } from '../../files/place.js';
import type { WatchState } from '../../generated/watch-state-types.js';
import { fileProblem } from '../../input/file-problem.js';
import { native } from '../../native.js';
import { systemErrorName } from '../../system-error.js';
import { isMountPoint } from './mount-points.js';
import { readState } from './read-state.js';
import type { StateInParts } from './state-parts.js';
import { stateText } from './state-text.js';

export interface StateFile {
  /** Symbolic links are followed. */
  readonly path: string;
  /** What an earlier watch left, or null. */
  readonly known: WatchState | null;
  /** Lets go of what is known, once somebody has it: of a /16 it takes 20 MB. */
  forget(): void;
  /**
   * Puts a state in the place of the one that is there. One call at a time.
   * @throws ArpsweepError where that is not possible: then the file is as it was
   */
  replace(state: StateInParts): Promise<void>;
  /** Lets others have it. Where nothing was ever written to it, it is not left behind empty. */
  release(): Promise<void>;
}

const draftEnding = 'state.tmp';

/** Openings after which the file is given up: each time it was replaced before it could be locked. */
const mostAttempts = 100;

/**
 * Takes a state file for this process, and reads it. A file that is empty counts as none, as mktemp(1) leaves it.
 * @throws OptionError where it is torn, no state, in use, or cannot be written to; it is left as it is
 */
export async function openStateFile(path: string): Promise<StateFile> {
  try {
    const opened = await openLocked(path);
    try {
      const known = await readState(opened.handle, path);
      await checkPlace(path, opened.real);
      await removeDeadDrafts(opened.real);
      return stateFileOver(opened, known);
    } catch (error) {
      if (opened.isOurs) await unlink(opened.real).catch(() => undefined);
      await opened.handle.close();
      throw error;
    }
  } catch (error) {
    throw error instanceof ArpsweepError ? error : unusable(path, fileProblem(error));
  }
}

function unusable(path: string, problem: string, remedy?: string): OptionError {
  return new OptionError(
    'state',
    `The state file ${JSON.stringify(path)} cannot be used: ${problem}.`,
    remedy ?? 'Name a file in a directory that exists and that this user may write to.',
  );
}

interface Opened {
  readonly handle: FileHandle;
  /** Without symbolic links. */
  readonly real: string;
  /** It was not there before, and holds nothing. */
  readonly isOurs: boolean;
}

async function openLocked(path: string): Promise<Opened> {
  if (path === '-') throw unusable(path, 'a state is read and replaced, which takes a file');
  for (let attempt = 0; attempt < mostAttempts; attempt++) {
    const before = await statOf(path);
    // Even to open a device may do something.
    if (before && !before.isFile()) throw unusable(path, `it is ${kindOf(before)}`);
    // Where it is there, not with O_CREAT: in /tmp that is refused for the files of others (proc(5), protected_regular).
    const handle = await open(
      path,
      constants.O_RDWR | constants.O_NONBLOCK | (before ? 0 : constants.O_CREAT),
    );
    try {
      const locked = tryLock(handle, path);
      const there = await handle.stat();
      const isThere = isSame(there, await statOf(path));
      if (locked && isThere) {
        return { handle, real: await realpath(path), isOurs: before === null && there.size === 0 };
      }
      if (!locked && isThere) {
        throw unusable(path, 'another watch has it', 'Give each watch a state file of its own.');
      }
    } catch (error) {
      await handle.close();
      throw error;
    }
    // It was replaced or removed between opening and locking.
    await handle.close();
  }
  throw unusable(path, 'it is being replaced all the time', 'Give each watch a state file of its own.');
}

/** @throws OptionError where the file system has no locks */
function tryLock(handle: FileHandle, path: string): boolean {
  try {
    return native().lockFile(handle.fd);
  } catch (error) {
    const { errno } = error as { errno?: number };
    if (errno === undefined) throw error;
    const remedy = 'Name a file on a file system that has locks, such as a local one.';
    throw unusable(path, `it cannot be locked (${systemErrorName(errno)})`, remedy);
  }
}

async function statOf(path: string): Promise<Stats | null> {
  return stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
}

function isSame(one: Stats, other: Stats | null): boolean {
  return one.ino === other?.ino && one.dev === other.dev;
}

function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return 'a directory';
  return stats.isFIFO() || stats.isSocket() ? 'a pipe' : 'a device';
}

/** Finds before anything is sent what would keep a draft from taking the place of the file. */
async function checkPlace(path: string, real: string): Promise<void> {
  await access(dirname(real), constants.W_OK | constants.X_OK).catch((error) => {
    throw unusable(
      path,
      `its directory cannot be written to, where a new state is put first: ${fileProblem(error)}`,
    );
  });
  if (await isMountPoint(real)) {
    const remedy = 'Mount the directory that it is in: a file that is mounted by itself cannot be replaced.';
    throw unusable(path, 'it is a mount point', remedy);
  }
}

/** Drafts of this file are made by who has its lock, which is us: others are of a process that was killed. */
async function removeDeadDrafts(real: string): Promise<void> {
  for (const draft of await draftsBeside(real, draftEnding).catch(() => [])) {
    const isFile = await lstat(draft).then(
      (stats) => stats.isFile(),
      () => false,
    );
    if (isFile) await unlink(draft).catch(() => undefined);
  }
}

function stateFileOver({ handle, real: path, isOurs }: Opened, found: WatchState | null): StateFile {
  let known = found;
  /** The file that is at the path, locked. */
  let current = handle;
  let isEmptyAndOurs = isOurs;

  /** Somebody else's file is not ours to replace. */
  async function checkOurs(): Promise<void> {
    const there = await statOf(path);
    if (there === null || isSame(await current.stat(), there)) return;
    throw new ArpsweepError(
      'EEXIST',
      `The state is not written any more: somebody put another file in the place of ${JSON.stringify(path)}.`,
      'Move it away, or start the watch again with another file.',
    );
  }

  async function replace(state: StateInParts): Promise<void> {
    await checkOurs();
    const draft = await openDraft({ path, existing: await current.stat() }, draftEnding);
    try {
      native().lockFile(draft.handle.fd);
      for (const piece of stateText(state)) await writeAll(draft.handle, piece);
      await draft.handle.sync();
      await checkOurs();
      await draft.place();
    } catch (error) {
      await draft.discard();
      throw error;
    }
    const before = current;
    current = draft.handle;
    isEmptyAndOurs = false;
    await before.close();
    await syncDirectory(dirname(path));
  }

  return {
    path,
    get known() {
      return known;
    },
    forget() {
      known = null;
    },
    replace: (state) =>
      replace(state).catch((error) => {
        throw error instanceof ArpsweepError ? error : failed(path, error);
      }),
    async release() {
      if (isEmptyAndOurs && isSame(await current.stat(), await statOf(path))) await unlink(path);
      await current.close();
    },
  };
}

function failed(path: string, error: unknown): ArpsweepError {
  const { code = 'EIO' } = error as NodeJS.ErrnoException;
  return new ArpsweepError(
    code,
    `The state could not be written to ${JSON.stringify(path)}: ${fileProblem(error)}; it holds what was known before.`,
    'Make room, or make the directory writable; it is tried again.',
    { cause: error },
  );
}

/** write(2) may take less than it is given. */
async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length; ) {
    written += (await handle.write(bytes, written, bytes.length - written)).bytesWritten;
  }
}
