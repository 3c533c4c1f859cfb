/** `arpsweep completion SHELL`: a script that teaches a shell to complete command lines of this release. */
import type { Command } from 'commander';
import { bashCompletion } from './completion/bash.js';
import { fishCompletion } from './completion/fish.js';
import { vocabularyOf } from './completion/vocabulary.js';
import { zshCompletion } from './completion/zsh.js';
import type { ShellName } from './grammar/completion.js';
import { print } from './print.js';

const scripts = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion };

/** @returns the exit code */
export async function runCompletionCommand(shell: ShellName, program: Command): Promise<number> {
  await print(scripts[shell](vocabularyOf(program)));
  return 0;
}
