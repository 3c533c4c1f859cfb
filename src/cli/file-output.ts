/** A file that is complete or not there: written beside its place and renamed into it. */
import { type FileHandle, open } from 'node:fs/promises';
import { ArpsweepError, OptionError } from '../errors.js';
import { findPlace, openDraft, type Place } from '../files/place.js';
import { fileProblem } from '../input/file-problem.js';
import type { Output } from './output.js';

/** Nobody reads a draft, so its lines wait for company: each write by itself costs more than a sweep does. */
const flushLength = 1 << 16;

/**
 * Opens the place of `path` before anything is sent, so that a sweep is not made in vain.
 * @throws OptionError where nothing can be written there
 */
export async function fileOutput(path: string): Promise<Output> {
  const place = await findPlace(path, (problem) => unusable(path, problem));
  try {
    return place.takesFile ? await replace(path, place) : intoPlace(path, await open(path, 'w'));
  } catch (error) {
    throw unusable(path, fileProblem(error));
  }
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

async function replace(path: string, place: Place): Promise<Output> {
  const draft = await openDraft(place);
  let pending = '';

  async function flush(): Promise<void> {
    const text = pending;
    pending = '';
    await writeAll(path, draft.handle, text);
  }

  function write(text: string): Promise<void> | undefined {
    pending += text;
    return pending.length < flushLength ? undefined : flush();
  }

  async function finish(): Promise<void> {
    await flush().catch(async (error) => {
      await draft.discard();
      throw error;
    });
    try {
      await draft.handle.sync();
      await draft.handle.close();
      await draft.place();
    } catch (error) {
      await draft.discard();
      throw failed(path, error);
    }
  }

  return { write, finish, discard: draft.discard };
}
