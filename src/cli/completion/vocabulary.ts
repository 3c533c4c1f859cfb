/** What there is to complete: commands, options and their values, read from the grammar as commander holds it. */

import type { Argument, Command, Help as CommanderHelp, Option } from 'commander';
import { scenarios, tour } from '../../demo/catalogue.js';
import { fieldNames } from '../../reporters/field-names.js';
import { findingKinds } from '../finding-kinds.js';
import { Help } from '../grammar/commander.js';

/** What a value may be. `free` is what cannot be known beforehand, such as a number or an address. */
export type Source =
  | { readonly from: 'words'; readonly words: readonly string[] }
  | { readonly from: 'files' }
  | { readonly from: 'links' }
  | { readonly from: 'free' };

export interface Value {
  /** As the help names it. */
  readonly name: string;
  readonly source: Source;
  /** Several with commas between them, in one word. */
  readonly isList: boolean;
  /** Any number of words. */
  readonly isVariadic: boolean;
}

export interface OptionWords {
  /** `-I` and `--interface`, or one of them. */
  readonly flags: readonly string[];
  readonly description: string;
  /** Null where it takes none. */
  readonly value: Value | null;
  readonly mayRepeat: boolean;
}

export interface CommandWords {
  readonly name: string;
  readonly description: string;
  readonly options: readonly OptionWords[];
  readonly arguments: readonly Value[];
}

export interface Vocabulary {
  /** In the order of the help. */
  readonly commands: readonly CommandWords[];
  /** The command that is meant where none is named. */
  readonly unnamed: CommandWords;
}

/**
 * What the placeholder of a value says that it is: `<file>` is completed with files, `<links>` with interfaces and
 * commas. An option to come only has to call its value so.
 */
const sources: Readonly<Record<string, Source>> = {
  file: { from: 'files' },
  directory: { from: 'files' },
  link: { from: 'links' },
  kind: { from: 'words', words: findingKinds },
  field: { from: 'words', words: fieldNames },
  scenario: { from: 'words', words: [tour, ...scenarios].map(({ name }) => name) },
};

/** @throws Error where no command is the default one */
export function vocabularyOf(program: Command): Vocabulary {
  const help = new Help();
  const commands = help.visibleCommands(program).map((command) => commandWords(command, help));
  const unnamed = commands.find(({ name }) => name === 'sweep');
  if (!unnamed) throw new Error('the grammar has no command for a command line that names none');
  const own = help.visibleOptions(program).map(optionWords);
  const isNew = ({ flags }: OptionWords) => !unnamed.options.some((option) => option.flags[0] === flags[0]);
  return { commands, unnamed: { ...unnamed, options: [...unnamed.options, ...own.filter(isNew)] } };
}

function commandWords(command: Command, help: CommanderHelp): CommandWords {
  return {
    name: command.name(),
    description: command.description(),
    options: help.visibleOptions(command).map(optionWords),
    arguments: command.registeredArguments.map((argument) => describeValue(argument.name(), argument)),
  };
}

function optionWords(option: Option): OptionWords {
  const { short, long, description, parseArg, argChoices } = option;
  const placeholder = /[<[]([^>\]]+)[>\]]/.exec(option.flags)?.[1];
  return {
    flags: [short, long].filter((flag) => flag !== undefined),
    description,
    value: placeholder === undefined ? null : describeValue(placeholder.replace(/\.\.\.$/, ''), option),
    // commander itself parses choices; what else has a parser collects values.
    mayRepeat: parseArg !== undefined && argChoices === undefined,
  };
}

function describeValue(
  name: string,
  { argChoices, variadic }: Pick<Option | Argument, 'argChoices' | 'variadic'>,
): Value {
  const many = name.replace(/s$/, '');
  const isList = many !== name && many in sources;
  const source = argChoices ? ({ from: 'words', words: argChoices } as const) : sources[isList ? many : name];
  return { name, source: source ?? { from: 'free' }, isList, isVariadic: variadic };
}
