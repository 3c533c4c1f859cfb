/** Reads a state file, and refuses what is not one from end to end. */

import type { FileHandle } from 'node:fs/promises';
import { OptionError } from '../errors.js';
import type { WatchState } from '../generated/watch-state-types.js';
import { version } from '../version.js';
import { stateIn, stateVersion } from './state-document.js';
import { wholenessOf } from './state-text.js';

/** Bytes: that of a watch of a million addresses is about 200 MB, and JSON takes four times its size to read. */
const largestFile = 256 * 1024 * 1024;

/**
 * The state in an open file; null where it is empty.
 * @param path as the messages name it
 * @throws OptionError where it holds anything else
 */
export async function readState(handle: FileHandle, path: string): Promise<WatchState | null> {
  const { size } = await handle.stat();
  if (size === 0) return null;
  if (size > largestFile) throw wrong(path, 'is larger than 256 MiB, as no state is');
  const bytes = await handle.readFile();
  switch (wholenessOf(bytes)) {
    case 'foreign':
      throw wrong(path, 'is not one that a watch wrote');
    case 'cut':
      throw wrong(path, 'is torn: its end is missing');
    case 'changed':
      throw wrong(path, 'is torn, or was changed by hand: its checksum is not that of what it holds');
    case 'whole':
      return stateOf(bytes, path);
  }
}

function stateOf(bytes: Buffer, path: string): WatchState {
  const value = parsed(bytes);
  if (value === undefined) throw wrong(path, 'is not JSON');
  const { schemaVersion } = value as { schemaVersion: unknown };
  if (schemaVersion !== stateVersion) {
    throw wrong(
      path,
      `is of version ${schemaVersion}, and arpsweep ${version} knows version ${stateVersion} only`,
    );
  }
  return stateIn({
    value,
    path: '',
    fail: (place, problem) => {
      throw wrong(path, `is wrong${place === '' ? '' : ` at ${place}`}: ${problem}`);
    },
  });
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}

function wrong(path: string, problem: string): OptionError {
  return new OptionError(
    'state',
    `The state file ${JSON.stringify(path)} ${problem}.`,
    'It was left as it is: move it away to begin anew, or name another file.',
  );
}
