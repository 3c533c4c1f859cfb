/** A file that is complete or not there: written beside its place and renamed into it. */
import { randomUUID } from 'node:crypto';
import { unlinkSync } from 'node:fs';
import { access, constants, type FileHandle, open, realpath, rename, stat, unlink } from 'node:fs/promises';
import { ArpsweepError, OptionError } from '../errors.js';
import { fileProblem } from '../input/file-problem.js';
import type { Output } from './output.js';

/** Nobody reads a draft, so its lines wait for company: each write by itself costs more than a sweep does. */
const flushLength = 1 << 16;

/**
 * Opens the place of `path` before anything is sent, so that a sweep is not made in vain.
 * @throws OptionError where nothing can be written there
 */
export async function fileOutput(path: string): Promise<Output> {
  try {
    const existing = await stat(path).catch(notThere);
    if (existing?.isDirectory()) throw unusable(path, 'it is a directory');
    if (existing === null) return await replace(path, path, null);
    await access(path, constants.W_OK);
    // A device or a pipe is written to: renaming a file over /dev/null would replace it.
    if (!existing.isFile()) return intoPlace(path, await open(path, 'w'));
    return await replace(path, await realpath(path), existing);
  } catch (error) {
    throw error instanceof OptionError ? error : unusable(path, fileProblem(error));
  }
}

function notThere(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null;
  throw error;
}

function unusable(path: string, problem: string): OptionError {
  return new OptionError(
    'output',
    `The output file ${JSON.stringify(path)} cannot be written: ${problem}.`,
    'Name a file in a directory that exists and that this user may write to.',
  );
}

function failed(path: string, error: unknown): ArpsweepError {
  const { code = 'EIO' } = error as NodeJS.ErrnoException;
  return new ArpsweepError(
    code,
    `The output file ${JSON.stringify(path)} could not be written: ${fileProblem(error)}.`,
    'Make room or name another file, and sweep again.',
    { cause: error },
  );
}

/** Appends to what is open; there is no other place for it to go. */
function intoPlace(path: string, handle: FileHandle): Output {
  return {
    write: (text) => writeAll(path, handle, text),
    finish: () => handle.close(),
    discard: () => handle.close(),
  };
}

async function writeAll(path: string, handle: FileHandle, text: string): Promise<void> {
  await handle.appendFile(text).catch((error) => {
    throw failed(path, error);
  });
}

async function replace(
  path: string,
  place: string,
  existing: { readonly mode: number; readonly uid: number; readonly gid: number } | null,
): Promise<Output> {
  const draft = `${place}.${randomUUID().slice(0, 8)}.tmp`;
  const handle = await open(draft, 'wx');
  const removeDraft = (): void => unlinkSync(draft);
  // A second Ctrl-C ends the process at once, and even then no draft is left.
  process.on('exit', removeDraft);

  let pending = '';

  async function flush(): Promise<void> {
    const text = pending;
    pending = '';
    await writeAll(path, handle, text);
  }

  function write(text: string): Promise<void> | undefined {
    pending += text;
    return pending.length < flushLength ? undefined : flush();
  }

  async function discard(): Promise<void> {
    process.off('exit', removeDraft);
    await handle.close().catch(() => undefined);
    await unlink(draft).catch(() => undefined);
  }

  async function finish(): Promise<void> {
    await flush().catch(async (error) => {
      await discard();
      throw error;
    });
    try {
      if (existing) {
        // Under sudo the file would otherwise change hands; where that is not permitted, it does.
        await handle.chown(existing.uid, existing.gid).catch(() => undefined);
        await handle.chmod(existing.mode & 0o7777);
      }
      await handle.sync();
      await handle.close();
      await rename(draft, place);
    } catch (error) {
      await discard();
      throw failed(path, error);
    }
    process.off('exit', removeDraft);
  }

  return { write, finish, discard };
}
