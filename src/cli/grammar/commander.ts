/** The parser of the command line. */
import { createRequire } from 'node:module';
import type * as commander from 'commander';

// By require(): `import` would go through a wrapper, and read the CommonJS file behind it once more to learn its exports.
export const { Argument, Command, CommanderError, Help, Option }: typeof commander = createRequire(
  import.meta.url,
)('commander');

/** Takes the exit code of the command that ran. */
export type Done = (exitCode: number) => void;

/** Adds a command to the program. What the command runs is loaded only when it runs. */
export type Definition = (program: commander.Command, done: Done) => commander.Command;

/** An option's values where it may be given several times. */
export const collect = (value: string, before: readonly string[] = []): string[] => [...before, value];
