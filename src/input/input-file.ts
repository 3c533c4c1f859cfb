/** Files that an option names: read whole, and refused in one form where they cannot be right. */

import { OptionError } from '../errors.js';
import { fileProblem } from './file-problem.js';

/** A file as its errors speak of it. */
export interface InputFile {
  /** The option that names it, for `OptionError`. */
  readonly option: string;
  /** What it is, such as `names file`. */
  readonly what: string;
  readonly path: string;
  /** What it should hold, in one sentence. */
  readonly remedy: string;
}

/**
 * The text of a file.
 * @throws OptionError where it cannot be read
 */
export async function readInput(file: InputFile): Promise<string> {
  const { readFile } = await import('node:fs/promises');
  try {
    return await readFile(file.path, 'utf8');
  } catch (error) {
    throw unreadable(file, error);
  }
}

/** The error for a file that the system does not let us read. */
export function unreadable({ option, what, path, remedy }: InputFile, error: unknown): OptionError {
  return new OptionError(
    option,
    `The ${what} ${JSON.stringify(path)} cannot be read: ${fileProblem(error)}.`,
    remedy,
  );
}

/**
 * Refuses what a file holds. `place` is where in it the trouble is, such as `line 3`, or empty for the whole.
 * @throws OptionError always
 */
export function refuseInput(
  { option, what, path, remedy }: InputFile,
  place: string,
  problem: string,
): never {
  const where = place === '' ? '' : ` at ${place}`;
  throw new OptionError(option, `The ${what} ${JSON.stringify(path)} is wrong${where}: ${problem}.`, remedy);
}
