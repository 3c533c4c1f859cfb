/** Completion for zsh's compsys (zshcompsys(1)). */
import type { CommandWords, OptionWords, Value, Vocabulary } from './vocabulary.js';

const machinery = `_arpsweep_links() {
  local -a links=(/sys/class/net/*(N-/:t))
  compadd "$@" -a links
}

# Files, where the last option is one of these: behind some, any number of words may follow.
_arpsweep_files_after() {
  local -a options=(\${(M)words[2,CURRENT-1]:#-*})
  (( \${@[(Ie)$options[-1]]} )) && _files
}
`;

export function zshCompletion({ commands, unnamed }: Vocabulary): string {
  const named = commands.filter(({ name }) => name !== unnamed.name);
  return [
    '#compdef arpsweep',
    '# zsh completion of arpsweep, made by "arpsweep completion zsh".',
    '',
    machinery,
    '_arpsweep_commands() {',
    '  local -a commands=(',
    ...commands.map(({ name, description }) => `    ${quote(`${name}:${escapeColons(description)}`)}`),
    '  )',
    '  _describe -t commands command commands',
    '}',
    '',
    '_arpsweep() {',
    '  if (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then',
    '    _arpsweep_commands',
    '    return',
    '  fi',
    '  case $words[2] in',
    `    ${unnamed.name}) shift words; (( CURRENT-- )) ;|`,
    ...named.flatMap((command) => [
      `    ${command.name})`,
      '      shift words; (( CURRENT-- ))',
      ...argumentSpecs(command),
      '      ;;',
    ]),
    '    *)',
    ...argumentSpecs(unnamed),
    '      ;;',
    '  esac',
    '}',
    '',
    '# As a file of $fpath it is the function itself; by "source" it makes itself known.',
    'if [[ $funcstack[1] == _arpsweep ]]; then _arpsweep "$@"; else compdef _arpsweep arpsweep; fi',
    '',
  ].join('\n');
}

/** In single quotes, as every word of a shell may stand. */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function escapeColons(text: string): string {
  return text.replace(/[\\:]/g, '\\$&');
}

function argumentSpecs({ options, arguments: values }: CommandWords): string[] {
  const endless = options.filter(({ value }) => value?.isVariadic).flatMap(({ flags }) => flags);
  const specs = [...options.flatMap(optionSpecs), ...values.map((value) => argumentSpec(value, endless))];
  return [
    '      _arguments -s \\',
    ...specs.map((spec, i) => `        ${spec}${i < specs.length - 1 ? ' \\' : ''}`),
  ];
}

/** One for each way to write the option; either keeps the other from being offered. */
function optionSpecs({ flags, description, value, mayRepeat }: OptionWords): string[] {
  const exclusive = mayRepeat ? '*' : flags.length > 1 ? `(${flags.join(' ')})` : '';
  const text = `[${description.replace(/[\\[\]:]/g, '\\$&')}]`;
  return flags.map((flag) => {
    if (value === null) return quote(exclusive + flag + text);
    // The value may follow in the same word, behind a long option after an equals sign.
    const attached = value.isVariadic ? '' : flag.startsWith('--') ? '=' : '+';
    return quote(`${exclusive}${flag}${attached}${text}:${escapeColons(value.name)}:${action(value)}`);
  });
}

/** `endless`: options that take any number of words, which look like arguments. */
function argumentSpec(value: Value, endless: readonly string[]): string {
  const isFree = value.source.from === 'free' && endless.length > 0;
  const completed = isFree ? ` _arpsweep_files_after ${endless.join(' ')}` : action(value);
  return quote(`${value.isVariadic ? '*' : ''}:${escapeColons(value.name)}:${completed}`);
}

function action({ source, isList }: Value): string {
  switch (source.from) {
    case 'files':
      return '_files';
    case 'links':
      return isList ? '_sequence _arpsweep_links' : '_arpsweep_links';
    case 'words':
      return isList ? `_sequence compadd - ${source.words.join(' ')}` : `(${source.words.join(' ')})`;
    case 'free':
      return ' ';
  }
}
