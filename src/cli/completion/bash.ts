/** Completion for bash 4.3 and later. */
import type { CommandWords, OptionWords, Value, Vocabulary } from './vocabulary.js';

/**
 * The functions are the same whatever there is to complete. They read the line themselves, because bash parts words
 * at `:`, `=` and `@`, too, and put interface names in quotes: a name may hold whatever the kernel takes.
 */
const machinery = `
# Words that begin as the word does.
_arpsweep_words() {
  local word
  for word in $2; do
    [[ $word == "$1"* ]] && COMPREPLY+=("$word")
  done
}

_arpsweep_links() {
  local path name
  for path in /sys/class/net/*; do
    [[ -d $path ]] || continue
    printf -v name %q "\${path##*/}"
    [[ $name == "$1"* ]] && COMPREPLY+=("$name")
  done
}

_arpsweep_files() {
  local file
  while IFS= read -r file; do COMPREPLY+=("$file"); done < <(compgen -f -- "$1")
  compopt -o filenames
}

# Values of what _arpsweep_option or _arpsweep_argument has found, which a word begins.
_arpsweep_values() {
  local given= i
  if [[ $list ]]; then
    [[ $1 == *,* ]] && given=\${1%,*},
    compopt -o nospace
  fi
  case $from in
    words) _arpsweep_words "\${1#"$given"}" "$words" ;;
    links) _arpsweep_links "\${1#"$given"}" ;;
    files) _arpsweep_files "$1" ;;
  esac
  [[ $given ]] && for i in "\${!COMPREPLY[@]}"; do
    if [[ ,$given == *,"\${COMPREPLY[i]}",* ]]; then unset 'COMPREPLY[i]'; else COMPREPLY[i]=$given\${COMPREPLY[i]}; fi
  done
}

_arpsweep() {
  local line=\${COMP_LINE:0:COMP_POINT} piece=\${COMP_WORDS[COMP_CWORD]} cur= i=1 arguments=0
  local -a typed
  # shellcheck disable=SC2162 # a blank behind a backslash belongs to its word
  read -a typed <<<"$line"
  if [[ $line != *[[:space:]] ]]; then
    cur=\${typed[-1]}
    unset 'typed[-1]'
  fi

  local command=$_arpsweep_unnamed
  if [[ " $_arpsweep_commands " == *" \${typed[1]-} "* && \${typed[1]-} ]]; then
    command=\${typed[1]}
    i=2
  fi
  # What the word at hand belongs to: an option that still takes a value, or nothing.
  local from= words= list= many=
  for (( ; i < \${#typed[@]}; i++)); do
    if [[ \${typed[i]} == -?* && ! ($from && ! $many) ]]; then
      _arpsweep_option "$command" "\${typed[i]}"
    elif [[ $from ]]; then
      [[ $many ]] || from=
    else
      arguments=$((arguments + 1))
    fi
  done

  COMPREPLY=()
  if [[ $from && ! ($many && $cur == -*) ]]; then
    _arpsweep_values "$cur"
  elif [[ $cur == --*=* ]]; then
    _arpsweep_option "$command" "\${cur%%=*}"
    _arpsweep_values "\${cur#*=}"
    COMPREPLY=("\${COMPREPLY[@]/#/\${cur%%=*}=}")
  elif [[ $cur == -* ]]; then
    _arpsweep_options "$command"
    _arpsweep_words "$cur" "$words"
  else
    if [[ \${#typed[@]} == 1 ]]; then _arpsweep_words "$cur" "$_arpsweep_commands"; fi
    _arpsweep_argument "$command" "$arguments"
    _arpsweep_values "$cur"
  fi
  # bash replaces what follows the last of its own word breaks, and an @ before that.
  [[ $piece == [:=]* ]] && piece=
  [[ $cur == *"@$piece" ]] && piece=@$piece
  [[ $cur == *"$piece" ]] && COMPREPLY=("\${COMPREPLY[@]#"\${cur%"$piece"}"}")
}

complete -F _arpsweep arpsweep`;

export function bashCompletion({ commands, unnamed }: Vocabulary): string {
  const all = [unnamed, ...commands.filter(({ name }) => name !== unnamed.name)];
  return [
    '# bash completion of arpsweep, made by "arpsweep completion bash".',
    '',
    `_arpsweep_unnamed=${unnamed.name}`,
    `_arpsweep_commands=${quote(commands.map(({ name }) => name).join(' '))}`,
    '',
    '# Every option of a command.',
    '_arpsweep_options() {',
    '  case $1 in',
    ...all.map(
      ({ name, options }) =>
        `    ${name}) words=${quote(options.flatMap(({ flags }) => flags).join(' '))} ;;`,
    ),
    '  esac',
    '}',
    '',
    '# What an option of a command takes.',
    '_arpsweep_option() {',
    '  from= words= list= many=',
    '  case "$1 $2" in',
    ...all.flatMap(optionCases),
    '  esac',
    '}',
    '',
    '# What a command takes as its first argument, second, …: counted from 0.',
    '_arpsweep_argument() {',
    '  from= words= list= many=',
    '  case "$1 $2" in',
    ...all.flatMap(argumentCases),
    '  esac',
    '}',
    machinery,
    '',
  ].join('\n');
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function optionCases({ name, options }: CommandWords): string[] {
  return options.flatMap(({ flags, value }: OptionWords) => {
    if (value === null) return [];
    return [`    ${flags.map((flag) => quote(`${name} ${flag}`)).join(' | ')}) ${assignments(value)} ;;`];
  });
}

function argumentCases({ name, arguments: values }: CommandWords): string[] {
  return values.flatMap((value, i) => {
    if (value.source.from === 'free') return [];
    const pattern = value.isVariadic ? `${quote(`${name} `)}*` : quote(`${name} ${i}`);
    return [`    ${pattern}) ${assignments(value)} ;;`];
  });
}

function assignments({ source, isList, isVariadic }: Value): string {
  return [
    `from=${source.from}`,
    ...(source.from === 'words' ? [`words=${quote(source.words.join(' '))}`] : []),
    ...(isList ? ['list=1'] : []),
    ...(isVariadic ? ['many=1'] : []),
  ].join(' ');
}
