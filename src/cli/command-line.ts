/** Runs the command line and turns whatever happens into an exit code. */
import type { CommanderError } from 'commander';
import { OptionError, TargetSyntaxError } from '../errors.js';
import { version } from '../version.js';
import { commandNames, grammarsFor } from './grammar/commands.js';
import { composeProgram, isCommanderError } from './grammar/program.js';

/**
 * @param words the command line after the script's name
 * @returns the exit code
 */
export async function runCommandLine(words: readonly string[]): Promise<number> {
  // A log reader that goes away must not end a sweep whose results go elsewhere.
  process.stderr.on('error', () => {});
  let exitCode = 0;
  let printed = '';
  const ends = {
    done: (code: number) => {
      exitCode = code;
    },
    print: (text: string) => {
      printed += text;
    },
  };
  const program = composeProgram(version, ends, await grammarsFor(words));
  try {
    await program.parseAsync(words, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (isCommanderError(error) && error.exitCode === 0) {
      const { print } = await import('./print.js');
      return print(printed).then(() => 0, explain);
    }
    const command = commandNames.find((name) => name === words[0]);
    return explain(isCommanderError(error) ? usageError(error, command) : error);
  }
}

/** @returns the exit code for what went wrong, once it is said on standard error */
async function explain(problem: unknown): Promise<number> {
  const { describeError, exitCodeOf } = await import('./failure.js');
  const { columnsOf } = await import('./terminal.js');
  const { ARPSWEEP_DEBUG } = process.env;
  process.stderr.write(describeError(problem, (ARPSWEEP_DEBUG ?? '') !== '', columnsOf(process.stderr)));
  if (problem instanceof TargetSyntaxError && problem.origin === null && /^[a-z]+$/.test(problem.input)) {
    // A mistyped command can only be taken for a host name.
    process.stderr.write(`If it was meant as a command, there are: ${commandNames.join(', ')}.\n`);
  }
  return exitCodeOf(problem);
}

/**
 * commander's message as a sentence with its remedy. It has the form `error: unknown option '--foo'`, then in the
 * same line or the next what might help: `Allowed choices are …` or `(Did you mean --bar?)`.
 */
function usageError({ message }: CommanderError, command: string | undefined): OptionError {
  const [problem = '', ...hints] = message.replace(/^error: /, '').split(/\n|(?<=\.) /);
  const sentence = problem.charAt(0).toUpperCase() + problem.slice(1);
  const help = `Try "arpsweep ${command === undefined ? '' : `${command} `}--help".`;
  const remedy = [...hints.map((hint) => hint.replace(/^\((.*)\)$/, '$1')), help];
  return new OptionError('usage', sentence, remedy.join(' '));
}
