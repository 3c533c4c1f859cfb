/** Runs the command line and turns whatever happens into an exit code. */
import { CommanderError } from 'commander';
import { OptionError, TargetSyntaxError } from '../errors.js';
import { version } from '../version.js';
import { describeError, exitCodeOf } from './failure.js';
import { buildProgram } from './program.js';
import { columnsOf } from './terminal.js';

/**
 * @param words the command line after the script's name
 * @returns the exit code
 */
export async function main(words: readonly string[]): Promise<number> {
  // A log reader that goes away must not end a sweep whose results go elsewhere.
  process.stderr.on('error', () => {});
  let exitCode = 0;
  const program = buildProgram(version, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(words, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    const problem = error instanceof CommanderError ? usageError(error) : error;
    const { ARPSWEEP_DEBUG } = process.env;
    process.stderr.write(describeError(problem, (ARPSWEEP_DEBUG ?? '') !== '', columnsOf(process.stderr)));
    if (problem instanceof TargetSyntaxError && /^[a-z]+$/.test(problem.input)) {
      // A mistyped command can only be taken for a host name.
      const commands = program.commands.map((command) => command.name()).join(', ');
      process.stderr.write(`If it was meant as a command, there are: ${commands}.\n`);
    }
    return exitCodeOf(problem);
  }
}

/**
 * commander's message as a sentence with its remedy. It has the form `error: unknown option '--foo'`, then in the
 * same line or the next what might help: `Allowed choices are …` or `(Did you mean --bar?)`.
 */
function usageError({ message }: CommanderError): OptionError {
  const [problem = '', ...hints] = message.replace(/^error: /, '').split(/\n|(?<=\.) /);
  const sentence = problem.charAt(0).toUpperCase() + problem.slice(1);
  const remedy = [...hints.map((hint) => hint.replace(/^\((.*)\)$/, '$1')), 'Try "arpsweep --help".'];
  return new OptionError('usage', sentence, remedy.join(' '));
}
