/** The command line with every command, for whoever looks at all of it. */
import type * as commander from 'commander';
import { allGrammars } from './grammar/commands.js';
import { composeProgram, type ProgramEnds } from './grammar/program.js';

const others = await allGrammars();

/** @throws CommanderError as `composeProgram` */
export function buildProgram(version: string, ends: ProgramEnds): commander.Command {
  return composeProgram(version, ends, others);
}
