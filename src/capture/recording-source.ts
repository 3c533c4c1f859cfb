/** Opens a recording so that it can be read more than once. */

import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open, stat, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { isSystemError } from '../input/file-problem.js';
import { type InputFile, refuseInput, unreadable } from '../input/input-file.js';
import { chunksOf } from './chunks.js';
import { CaptureError, startDecoding } from './decoding.js';
import { decodeRecording } from './reader.js';
import type { RecordingSink } from './recorded.js';

export interface RecordingSource {
  /** What to call it: the name of the file, without its folder, or `standard input`. */
  readonly name: string;
  /**
   * Reads it from the start.
   * @returns why it could not be read to its end, in a sentence, or null
   * @throws OptionError where it is no recording at all
   */
  read(sink: RecordingSink, signal?: AbortSignal | null): Promise<string | null>;
  close(): Promise<void>;
}

const remedy =
  'Name a file of pcapng or pcap, as "arpsweep --write", tcpdump, dumpcap and Wireshark write it, or - for standard input.';

/**
 * @param path of a file, or `-` for standard input; what can be read only once is copied to a temporary file first
 * @throws OptionError where it cannot be read
 */
export async function openRecording(path: string): Promise<RecordingSource> {
  const file: InputFile = { option: 'read', what: 'recording', path, remedy };
  const name = path === '-' ? 'standard input' : basename(path);
  try {
    const seekable = path !== '-' && (await stat(path)).isFile();
    const handle = seekable ? await open(path) : await spool(path);
    // Where somebody still writes to it, every reading ends at the same place.
    const { size } = await handle.stat();
    return {
      name,
      read: (sink, signal = null) => read(handle, size, file, sink, signal),
      close: () => handle.close(),
    };
  } catch (error) {
    throw unreadable(file, error);
  }
}

/** Copies a stream to a file that has no name, so that nothing of it stays behind. */
async function spool(path: string): Promise<FileHandle> {
  const place = join(tmpdir(), `arpsweep-${randomUUID()}`);
  const handle = await open(place, 'wx+', 0o600);
  try {
    await unlink(place);
    const stream: AsyncIterable<Uint8Array> = path === '-' ? process.stdin : createReadStream(path);
    for await (const chunk of stream) await handle.appendFile(chunk);
    return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function read(
  handle: FileHandle,
  size: number,
  file: InputFile,
  sink: RecordingSink,
  signal: AbortSignal | null,
): Promise<string | null> {
  let interfaces = 0;
  const decoding = startDecoding(
    decodeRecording({
      ...sink,
      interface: (recorded) => {
        interfaces += 1;
        sink.interface?.(recorded);
      },
    }),
  );
  try {
    for await (const chunk of chunksOf(handle, size)) {
      if (signal?.aborted) return null;
      decoding.push(chunk);
    }
  } catch (error) {
    if (!(error instanceof CaptureError)) throw isSystemError(error) ? unreadable(file, error) : error;
    if (interfaces === 0) refuseInput(file, '', error.message);
    return `is damaged at byte ${error.offset}, where ${error.message}`;
  }
  if (interfaces === 0) refuseInput(file, '', size === 0 ? 'it is empty' : 'it ends before its first frame');
  return decoding.isWhole() ? null : 'ends in the middle of a frame';
}
