/** The command line as commander reads it. */
import type * as commander from 'commander';
import { Command, CommanderError, type Definition, type Done, Help } from './commander.js';
import { defineSweep, sweepHelp } from './sweep.js';

/** Where what a command line comes to goes. */
export interface ProgramEnds {
  readonly done: Done;
  /** Takes help and version. */
  readonly print: (text: string) => void;
}

/**
 * The sweep and other commands.
 * @throws CommanderError from `parseAsync` for wrong usage, and for help and version with exit code 0
 */
export function composeProgram(
  version: string,
  { done, print }: ProgramEnds,
  others: readonly Definition[],
): commander.Command {
  const program = new Command('arpsweep')
    .description('Sweeps IPv4 addresses by ARP and reports every MAC that answers for each of them.')
    .usage('[command] [options] [target...]')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .exitOverride()
    // What is wrong is said by command-line.ts, in the same form as any other error.
    .configureOutput({ writeOut: print, outputError: () => {} });

  const sweep = defineSweep(program, done);
  for (const define of others) define(program, done);

  // Whoever asks for help without naming a command wants the options of the sweep, too.
  program.addHelpText('after', sweepHelp).configureHelp({
    visibleOptions: (command) => {
      const options = Help.prototype.visibleOptions.call(program.createHelp(), command);
      return command === program ? [...sweep.options, ...options] : options;
    },
  });
  return program;
}

/** Whether commander threw it: for wrong usage, or with exit code 0 for help and version. */
export function isCommanderError(error: unknown): error is commander.CommanderError {
  return error instanceof CommanderError;
}
