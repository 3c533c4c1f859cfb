/** Reads a state file, and refuses what is not one from end to end. At no time is all of its text in memory. */

import type { FileHandle } from 'node:fs/promises';
import { StringDecoder } from 'node:string_decoder';
import { OptionError } from '../../errors.js';
import type { WatchState } from '../../generated/watch-state-types.js';
import type { Place } from '../../input/shape.js';
import { version } from '../../version.js';
import { itemChecks, type StateHead, stateHeadIn, stateVersion } from './state-document.js';
import { type ListName, listNames } from './state-parts.js';
import { wholenessOf } from './state-text.js';

/** Bytes: more than a million addresses take. */
const largestFile = 256 * 1024 * 1024;

const pieceLength = 1 << 16;

/**
 * The state in an open file; null where it is empty.
 * @param path as the messages name it
 * @throws OptionError where it holds anything else
 */
export async function readState(handle: FileHandle, path: string): Promise<WatchState | null> {
  const { size } = await handle.stat();
  if (size === 0) return null;
  if (size > largestFile) throw wrong(path, 'is larger than 256 MiB, as no state is');
  switch (await wholenessOf(piecesOf(handle), size)) {
    case 'foreign':
      throw wrong(path, 'is not one that a watch wrote');
    case 'cut':
      throw wrong(path, 'is torn: its end is missing');
    case 'changed':
      throw wrong(path, 'is torn, or was changed by hand: its checksum is not that of what it holds');
    case 'whole':
      return stateIn(linesOf(handle), path);
  }
}

/** Each piece is in the place of the one before. */
async function* piecesOf(handle: FileHandle): AsyncGenerator<Buffer> {
  const buffer = Buffer.allocUnsafe(pieceLength);
  for (let at = 0; ; ) {
    const { bytesRead } = await handle.read(buffer, 0, pieceLength, at);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
    at += bytesRead;
  }
}

/** Lines end with a line feed and nothing else: U+2028 may be in a message. */
async function* linesOf(handle: FileHandle): AsyncGenerator<string[]> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const piece of piecesOf(handle)) {
    const lines = (rest + decoder.write(piece)).split('\n');
    rest = lines.pop() ?? '';
    yield lines;
  }
}

/** Puts the lines together that `stateText` has made. */
async function stateIn(chunks: AsyncIterable<readonly string[]>, path: string): Promise<WatchState> {
  const checks = itemChecks();
  const lists: Pick<WatchState, ListName> = { links: [], addresses: [], findings: [] };
  const names = listNames.values();
  let head: StateHead | null = null;
  let open: ListName | null = null;

  function read(line: string): void {
    if (head === null) {
      head = headIn(line, path);
    } else if (open !== null) {
      const list: unknown[] = lists[open];
      const value = parsed(line.replace(/\]?,$/, ''), path);
      checks[open](placeOf(value, `${open}[${list.length}]`, path));
      list.push(value);
      if (line.endsWith('],')) open = null;
    } else if (!line.startsWith('"sha256":')) {
      const name = names.next().value;
      if (line === `"${name}":[`) open = name ?? null;
      else if (line !== `"${name}":[],`) throw wrong(path, 'is not in the form in which a watch writes it');
    }
  }

  for await (const lines of chunks) for (const line of lines) read(line);
  if (head === null || open !== null || names.next().done !== true) {
    throw wrong(path, 'is not in the form in which a watch writes it');
  }
  return { ...(head as StateHead), ...lists };
}

function headIn(line: string, path: string): StateHead {
  const value = parsed(line.replace(/,$/, '}'), path);
  const { schemaVersion } = value as { schemaVersion: unknown };
  if (schemaVersion !== stateVersion) {
    const known = `arpsweep ${version} knows version ${stateVersion} only`;
    throw wrong(path, `is of version ${schemaVersion}, and ${known}`);
  }
  return stateHeadIn(placeOf(value, '', path));
}

function parsed(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw wrong(path, 'is not in the form in which a watch writes it');
  }
}

function placeOf(value: unknown, place: string, path: string): Place {
  const fail = (at: string, problem: string): never => {
    throw wrong(path, `is wrong${at === '' ? '' : ` at ${at}`}: ${problem}`);
  };
  return { value, path: place, fail };
}

function wrong(path: string, problem: string): OptionError {
  return new OptionError(
    'state',
    `The state file ${JSON.stringify(path)} ${problem}.`,
    'It was left as it is: move it away to begin anew, or name another file.',
  );
}
