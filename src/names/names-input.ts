/** Names as `--names` and the library take them: files, directories of files, machines. */

import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { OptionError } from '../errors.js';
import { type InputFile, readInput, refuseInput, unreadable } from '../input/input-file.js';
import { parseJsonDocuments } from '../input/json-text.js';
import type { Place } from '../input/shape.js';
import { parseEthers } from './ethers.js';
import { readMachine } from './machine-document.js';
import type { NamedMachine } from './named-machine.js';

const remedy =
  'Give the output of "arpsweep interfaces -f json" of other machines, a directory of such files, or lines of a MAC address and a name.';

const namesFile = (path: string): InputFile => ({ option: 'names', what: 'names file', path, remedy });

/**
 * Reads everything that names machines, in the order given.
 * @throws OptionError that names file and place
 */
export async function readNames(sources: readonly (string | NamedMachine)[]): Promise<NamedMachine[]> {
  const machines: NamedMachine[] = [];
  for (const source of sources) {
    if (typeof source === 'string') machines.push(...(await readPath(source)));
    else machines.push(readMachine(given(source)));
  }
  return machines;
}

async function readPath(path: string): Promise<NamedMachine[]> {
  const file = namesFile(path);
  const found = await stat(path).catch((error) => {
    throw unreadable(file, error);
  });
  if (!found.isDirectory()) return parseNames(await readInput(file), file);
  const machines: NamedMachine[] = [];
  for (const member of await filesIn(file)) {
    machines.push(...parseNames(await readInput(member), member));
  }
  return machines;
}

/** The files of a directory by name, hidden ones and directories left out. */
async function filesIn(directory: InputFile): Promise<InputFile[]> {
  const { path } = directory;
  const entries = await readdir(path, { withFileTypes: true }).catch((error) => {
    throw unreadable(directory, error);
  });
  const names = entries
    .filter((entry) => !entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => name)
    .sort();
  if (names.length === 0) refuseInput(directory, '', 'it is a directory without a file');
  return names.map((name) => namesFile(join(path, name)));
}

/** Either form, told apart by the first character. */
function parseNames(content: string, file: InputFile): NamedMachine[] {
  const start = content.trimStart();
  // What a command that failed leaves behind must not pass for a machine without interfaces.
  if (start === '') refuseInput(file, '', 'it is empty');
  if (!/^[[{"]/.test(start)) return parseEthers(content, file);
  return parseJsonDocuments(content, file).map((value, i, all) =>
    readMachine({
      value,
      path: '',
      fail: (path, problem) => refuseInput(file, documentPlace(path, i, all.length), problem),
    }),
  );
}

function documentPlace(path: string, index: number, documents: number): string {
  const document = documents > 1 ? `document ${index + 1}` : '';
  return [document, path].filter(Boolean).join(', ');
}

/** A machine that a program gives. */
function given(value: unknown): Place {
  return {
    value,
    path: '',
    fail: (path, problem) => {
      throw new OptionError(
        'names',
        `A machine of names is wrong at ${path || 'its top'}: ${problem}.`,
        remedy,
      );
    },
  };
}
