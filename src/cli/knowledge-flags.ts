/** What a sweep is told of the network beforehand: `--names`, `--expect` and `--vendors`. Read before anything is opened. */
import { OptionError } from '../errors.js';
import type { Expectation } from '../expect/expectation.js';
import type { NamedMachine } from '../names/named-machine.js';
import type { VendorOf } from '../vendors.js';

export interface KnowledgeFlags {
  readonly names?: readonly string[];
  readonly expect?: string;
}

/** Options of the library's `sweep`, read. */
export interface Knowledge {
  readonly names?: readonly NamedMachine[];
  readonly expect?: Expectation;
}

/** Words behind `--names` that are targets: the option takes every word up to the next one for a file. */
const isTarget = (word: string): boolean => word === '-' || /^\d[\d.:/-]*$/.test(word);

/** Targets among the words of `--names`. Whoever has a file of such a name gives it with a path, as in `./10.0.0.7`. */
export function targetsAmongNames({ names = [] }: KnowledgeFlags): string[] {
  return names.filter(isTarget);
}

/**
 * For a command without targets.
 * @throws OptionError where there is one
 */
export function refuseTargetsAmongNames(flags: KnowledgeFlags, command: string): void {
  const [target] = targetsAmongNames(flags);
  if (target === undefined) return;
  throw new OptionError(
    'names',
    `arpsweep ${command} takes no targets, and ${JSON.stringify(target)} behind --names is one.`,
    'Give a file of such a name with a path, as in ./10.0.0.7.',
  );
}

/**
 * Reads the files.
 * @throws OptionError that names the file, the place in it and what it should hold
 */
export async function knowledgeOf({ names = [], expect }: KnowledgeFlags): Promise<Knowledge> {
  const files = names.filter((name) => !isTarget(name));
  return {
    ...(files.length > 0 && { names: await namesIn(files) }),
    ...(expect !== undefined && { expect: await expectationIn(expect) }),
  };
}

async function namesIn(files: readonly string[]): Promise<readonly NamedMachine[]> {
  const { readNames } = await import('../names/names-input.js');
  return readNames(files);
}

/** @throws OptionError as `knowledgeOf` does */
export async function expectationIn(file: string): Promise<Expectation> {
  const { readExpectation } = await import('../expect/expectation-input.js');
  return readExpectation(file);
}

/**
 * Who names vendors, by the files of `--vendors`.
 * @throws OptionError that names the file and the line
 */
export async function vendorsIn(files: readonly string[]): Promise<VendorOf> {
  const [{ vendorsWith }, { readVendors }] = await Promise.all([
    import('../vendors.js'),
    import('../vendors/vendor-lines.js'),
  ]);
  return vendorsWith(await readVendors(files));
}
