/** Finds a program as execvp(3) would, before there is anything to run it for. */

import { access, constants, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { OptionError } from '../../errors.js';
import { fileProblem } from '../../input/file-problem.js';

/** As execvp(3) has it where there is no PATH. */
const usualPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * The absolute path of the program of `--exec`: of a file where it has a slash, else of one in PATH.
 * @throws OptionError where there is none that this user may execute
 */
export async function findProgram(name: string): Promise<string> {
  if (name.includes('/')) {
    const problem = await problemWith(resolve(name));
    if (problem !== null) throw unusable(name, problem);
    return resolve(name);
  }
  const { PATH: searchPath } = process.env;
  // An empty part of PATH would be the working directory.
  const directories = (searchPath || usualPath).split(':').filter((directory) => directory !== '');
  for (const directory of name === '' ? [] : directories) {
    const path = resolve(join(directory, name));
    if ((await problemWith(path)) === null) return path;
  }
  throw unusable(name, 'there is no such program in PATH');
}

async function problemWith(path: string): Promise<string | null> {
  try {
    if (!(await stat(path)).isFile()) return 'it is no file';
    await access(path, constants.X_OK);
    return null;
  } catch (error) {
    return fileProblem(error);
  }
}

function unusable(name: string, problem: string): OptionError {
  const hint = /\s/.test(name) ? ' What it is given as arguments goes into --exec-arg, one for each.' : '';
  return new OptionError(
    'exec',
    `The program of --exec ${JSON.stringify(name)} cannot be run: ${problem}.`,
    `Name one that is there and executable, by its path or as found in PATH; no shell reads it.${hint}`,
  );
}
