/** What the launcher starts. It answers `--version` itself, for which nothing else has to be loaded. */
import { version } from '../version.js';
import { print } from './print.js';

/**
 * @param words the command line after the script's name
 * @returns the exit code
 */
export async function main(words: readonly string[]): Promise<number> {
  const [word] = words;
  if (words.length === 1 && (word === '-V' || word === '--version')) {
    await print(`${version}\n`);
    return 0;
  }
  const { takeProcess } = await import('../privileges/own-process.js');
  takeProcess();
  const { runCommandLine } = await import('./command-line.js');
  return runCommandLine(words);
}
