/** Real shells that complete command lines, as a person has it done by a key. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mustRun } from '../../src/lab/command.js';
import { onTerminal } from './terminal.js';
import { waitFor } from './wait-for.js';

export type ShellName = 'bash' | 'zsh' | 'fish';

export interface CompletionRequest {
  /** Prints the script that the shell is to source. */
  readonly script: string;
  /** What is typed, each up to the key. */
  readonly lines: readonly string[];
  readonly cwd: string;
  /** Runs the shell by another program, as `unshare` is one. */
  readonly through: readonly string[];
}

/** Prints the words that it is given, in place of the program. */
const showWords = `arpsweep() { printf '<%s>' "$@"; echo; }`;
const shown = /^(?:<[^<>\r\n]*>)+\r?$/gm;
/** Once it stands at the end, the shell reads keys; what is typed before is read as lines. */
const prompt = 'your turn> ';
// biome-ignore lint/suspicious/noControlCharactersInRegex: bracketed paste (xterm's 2004) is switched on behind it
const prompted = /your turn> (?:\x1b\[\?2004h)?$/;

interface Interactive {
  readonly argv: (home: string) => string[];
  readonly file: string;
  readonly start: string;
  /** The key that puts every match into the line. */
  readonly key: string;
}

const interactive: Readonly<Record<Exclude<ShellName, 'fish'>, Interactive>> = {
  bash: {
    argv: (home) => ['bash', '--noprofile', '--rcfile', join(home, 'rc'), '-i'],
    file: 'rc',
    start: '',
    // readline(3), insert-completions
    key: '\x1b*',
  },
  zsh: {
    argv: (home) => ['env', `ZDOTDIR=${home}`, 'zsh', '-d', '-i'],
    file: '.zshrc',
    start: `autoload -Uz compinit; compinit -D -u
zle -C all-matches complete-word _generic
zstyle ':completion:all-matches::::' completer _all_matches _complete
zstyle ':completion:all-matches:*' insert true
bindkey '^Xa' all-matches`,
    // zshcompsys(1), _all_matches
    key: '\x18a',
  },
};

/** What each line comes to once every match was put into it: the words behind the program's name, sorted. */
export async function completed(shell: ShellName, request: CompletionRequest): Promise<string[][]> {
  const home = mkdtempSync(join(tmpdir(), 'arpsweep-shell-'));
  try {
    writeFileSync(join(home, 'script'), request.script);
    return shell === 'fish' ? await byFish(home, request) : await byKey(home, interactive[shell], request);
  } finally {
    rmSync(home, { recursive: true });
  }
}

async function byKey(
  home: string,
  { argv, file, start, key }: Interactive,
  { lines, cwd, through }: CompletionRequest,
): Promise<string[][]> {
  const begin = `cd '${cwd}'; PS1='${prompt}'; ${start}\nsource '${home}/script'\n${showWords}\n`;
  writeFileSync(join(home, file), begin);
  const run = onTerminal([...through, ...argv(home)], { env: { TERM: 'dumb' }, columns: 1000 });
  const results = () =>
    [...run.output().matchAll(shown)].map(([line]) => line.trimEnd().slice(1, -1).split('><'));
  const isReady = (answers: number) => results().length === answers && prompted.test(run.output());
  await waitFor(() => isReady(0), { what: `the shell: ${run.output()}` });
  for (const [i, line] of lines.entries()) {
    run.type(`${line}${key}\n`);
    await waitFor(() => isReady(i + 1), { what: `the completion of ${line}: ${run.output()}` });
  }
  run.type('exit\n');
  await run.result;
  return results();
}

/** fish tells the candidates of a line itself: each is the last word of it. */
async function byFish(home: string, { lines, cwd, through }: CompletionRequest): Promise<string[][]> {
  const quoted = lines.map((line) => `'${line.replace(/[\\']/g, '\\$&')}'`).join(' ');
  const program = `cd '${cwd}'; source '${home}/script'; for line in ${quoted}; echo '=='; complete -C $line; end`;
  const stdout = await mustRun([...through, 'fish', '--no-config', '-c', program]);
  const answers = stdout.split('==\n').slice(1);
  return answers.map((answer, i) => {
    const words = (lines[i] ?? '').split(' ').slice(1);
    const last = words.pop() ?? '';
    const candidates = answer.split('\n').flatMap((line) => (line === '' ? [] : [line.split('\t')[0] ?? '']));
    return [...words, ...(candidates.length === 0 && last !== '' ? [last] : candidates)];
  });
}
