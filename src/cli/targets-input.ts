/** Targets from where the command line says: its words, standard input for `-`, and `--targets-file`. */
import { mergeTargets, parseTargets, parseTargetsFile, type TargetSet } from '../targets/parse.js';

/**
 * Everything that is to be swept, or undefined where no target is named at all.
 * @throws OptionError where the file cannot be read
 * @throws TargetSyntaxError, also where the file or standard input holds no target
 */
export async function readTargets(
  words: readonly string[],
  file: string | undefined,
): Promise<TargetSet | undefined> {
  if (words.length === 0 && file === undefined) return undefined;
  // The words first: what is wrong with them is said without waiting for standard input.
  const sets = [parseTargets(words.filter((word) => word !== '-'))];
  if (file !== undefined) sets.push(parseTargetsFile(await contents(file), file));
  if (words.includes('-')) {
    const { text } = await import('node:stream/consumers');
    sets.push(parseTargetsFile(await text(process.stdin), 'standard input'));
  }
  return mergeTargets(sets);
}

async function contents(path: string): Promise<string> {
  const { readInput } = await import('../input/input-file.js');
  const remedy = 'Name a file with a target in each line, or - for standard input.';
  return readInput({ option: 'targetsFile', what: 'targets file', path, remedy });
}
