/** What a sweep is told of the network beforehand: `--names`. Read before anything is opened. */
import type { SweepOptions } from '../sweep/sweep-api.js';

export interface KnowledgeFlags {
  readonly names?: readonly string[];
}

/** Words behind `--names` that are targets: the option takes every word up to the next one for a file. */
const isTarget = (word: string): boolean => word === '-' || /^\d[\d.:/-]*$/.test(word);

/** Targets among the words of `--names`. Whoever has a file of such a name gives it with a path, as in `./10.0.0.7`. */
export function targetsAmongNames({ names = [] }: KnowledgeFlags): string[] {
  return names.filter(isTarget);
}

/**
 * Reads the files.
 * @throws OptionError that names the file, the place in it and what it should hold
 */
export async function knowledgeOf({ names = [] }: KnowledgeFlags): Promise<Pick<SweepOptions, 'names'>> {
  const files = names.filter((name) => !isTarget(name));
  if (files.length === 0) return {};
  const { readNames } = await import('../names/names-input.js');
  return { names: await readNames(files) };
}
