/** `arpsweep completion`. */
import { Argument, type Definition } from './commander.js';
import { examples } from './help-text.js';

const shells = ['bash', 'zsh', 'fish'] as const;
export type ShellName = (typeof shells)[number];

export const defineCompletion: Definition = (program, done) =>
  program
    .command('completion')
    .description('print a script that completes commands, options and their values in a shell')
    .addArgument(new Argument('<shell>', 'the shell').choices(shells))
    .addHelpText(
      'after',
      examples([
        ['source <(arpsweep completion bash)', 'in ~/.bashrc'],
        ['source <(arpsweep completion zsh)', 'in ~/.zshrc, after compinit'],
        ['arpsweep completion fish | source', 'in ~/.config/fish/config.fish'],
      ]),
    )
    .action(async (shell: ShellName) => {
      const { runCompletionCommand } = await import('../completion-command.js');
      done(await runCompletionCommand(shell, program));
    });
