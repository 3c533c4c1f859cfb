/** Completion for fish 3. */
import type { CommandWords, OptionWords, Value, Vocabulary } from './vocabulary.js';

export function fishCompletion({ commands, unnamed }: Vocabulary): string {
  const names = commands.map(({ name }) => name);
  const all = [unnamed, ...commands.filter(({ name }) => name !== unnamed.name)];
  return [
    '# fish completion of arpsweep, made by "arpsweep completion fish".',
    '',
    'function __arpsweep_links',
    '    for link in /sys/class/net/*/',
    '        basename -- $link',
    '    end',
    'end',
    '',
    '# Whether the command line is one of a command; without a name it is a sweep.',
    'function __arpsweep_command',
    '    set -l words (commandline -opc)',
    `    if set -q words[2]; and contains -- $words[2] ${names.join(' ')}`,
    '        test $words[2] = $argv[1]',
    '    else',
    `        test ${unnamed.name} = $argv[1]`,
    '    end',
    'end',
    '',
    '# Whether the last option is one of these: behind some, any number of words may follow.',
    'function __arpsweep_after',
    "    set -l options (string match -- '-*' (commandline -opc))",
    '    contains -- "$options[-1]" $argv',
    'end',
    '',
    '# No files but where an option takes one.',
    'complete -c arpsweep -f',
    ...commands.map(
      ({ name, description }) =>
        `complete -c arpsweep -n 'test (count (commandline -opc)) -eq 1' -a ${name} -d ${quote(description)}`,
    ),
    ...all.flatMap(commandLines),
    '',
  ].join('\n');
}

function quote(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}

function commandLines({ name, options, arguments: values }: CommandWords): string[] {
  const begin = `complete -c arpsweep -n '__arpsweep_command ${name}'`;
  return [
    ...options.map((option) => `${begin} ${optionWords(option)}`),
    ...options.flatMap(({ flags, value }) =>
      value?.isVariadic
        ? [
            `complete -c arpsweep -n '__arpsweep_command ${name}; and __arpsweep_after ${flags.join(' ')}' ${candidates(value)}`,
          ]
        : [],
    ),
    ...values
      .filter(({ source }) => source.from !== 'free')
      .map((value) => `${begin} ${candidates(value)} -d ${quote(value.name)}`),
  ];
}

function optionWords({ flags, description, value }: OptionWords): string {
  const named = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
  const taken = value === null ? [] : [value.source.from === 'free' ? '-x' : `-r ${candidates(value)}`];
  return [...named, ...taken, `-d ${quote(description)}`].join(' ');
}

function candidates({ source, isList }: Value): string {
  switch (source.from) {
    case 'files':
      return '-F';
    case 'links':
      return `-f -a ${quote(isList ? '(__fish_complete_list , __arpsweep_links)' : '(__arpsweep_links)')}`;
    case 'words': {
      const words = source.words.join(' ');
      return `-f -a ${quote(isList ? `(__fish_complete_list , "string split ' ' '${words}'")` : words)}`;
    }
    case 'free':
      return '';
  }
}
