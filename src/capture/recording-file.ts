/** The file that a recording is written to: what was heard is in it from the first frame on, whatever happens. */

import { type FileHandle, open } from 'node:fs/promises';
import { OptionError } from '../errors.js';
import { type Draft, findPlace, openDraft, type Place } from '../files/place.js';
import { fileProblem } from '../input/file-problem.js';

export interface RecordingFile {
  /** Null for a device or a pipe, which can neither be read again nor be replaced. */
  readonly place: Place | null;
  readonly handle: FileHandle;
  /** How much was written. */
  readonly size: number;
  /**
   * Writes all of it, or nothing: what was written in part is cut off again.
   * @throws what the system call throws
   */
  append(bytes: Uint8Array): Promise<void>;
  /** Puts it in its place; what is written from then on is written there. */
  settle(): Promise<void>;
  /** Closes it. What is not in its place yet is removed. */
  close(): Promise<void>;
}

/** @throws OptionError where nothing can be written there */
export async function openRecordingFile(path: string): Promise<RecordingFile> {
  if (path === '-') throw unusable(path, 'standard output is for the report');
  const place = await findPlace(path, (problem) => unusable(path, problem));
  try {
    if (place.takesFile) return fileOver(await openDraft(place), place);
    return stream(await open(place.path, 'w'));
  } catch (error) {
    throw unusable(path, fileProblem(error));
  }
}

/** The error of a file that nothing can be written to, before anything is sent. */
export function unusable(path: string, problem: string): OptionError {
  return new OptionError(
    'write',
    `The recording ${JSON.stringify(path)} cannot be written: ${problem}.`,
    'Name a file in a directory that exists and that this user may write to.',
  );
}

/** What is to replace the file at a place. */
export async function openReplacement(place: Place): Promise<RecordingFile> {
  return fileOver(await openDraft(place), place);
}

function fileOver({ handle, place: settle, discard }: Draft, place: Place): RecordingFile {
  let size = 0;
  return {
    place,
    handle,
    get size() {
      return size;
    },
    async append(bytes) {
      try {
        await writeAll(handle, bytes, size);
        size += bytes.length;
      } catch (error) {
        await handle.truncate(size).catch(() => undefined);
        throw error;
      }
    },
    settle,
    close: discard,
  };
}

function stream(handle: FileHandle): RecordingFile {
  let size = 0;
  return {
    place: null,
    handle,
    get size() {
      return size;
    },
    async append(bytes) {
      await writeAll(handle, bytes, null);
      size += bytes.length;
    },
    settle: async () => {},
    close: () => handle.close(),
  };
}

/** write(2) may take less than it is given. */
async function writeAll(handle: FileHandle, bytes: Uint8Array, position: number | null): Promise<void> {
  for (let written = 0; written < bytes.length; ) {
    const at = position === null ? null : position + written;
    written += (await handle.write(bytes, written, bytes.length - written, at)).bytesWritten;
  }
}
