/** `arpsweep demo`. */
import type { Definition } from './commander.js';
import { examples } from './help-text.js';
export const defineDemo: Definition = (program, done) =>
  program
    .command('demo')
    .description('sweep a made-up network, to see what it looks like; no real network is touched')
    .argument('[scenario]', 'what is wrong in it (default: conflict)')
    .addHelpText(
      'after',
      examples([
        ['arpsweep demo', 'twenty machines, one address held by three of them'],
        ['arpsweep demo conflict', 'the same, by its name'],
      ]),
    )
    .action(async (scenario: string | undefined) => {
      const { runDemo } = await import('../demo-command.js');
      done(await runDemo(scenario));
    });
