/** `arpsweep demo`. */
import type { DemoFlags } from '../demo-command.js';
import type { Definition } from './commander.js';
import { examples } from './help-text.js';

export const defineDemo: Definition = (program, done) =>
  program
    .command('demo')
    .description('build a network in namespaces and look at it; no real network is touched')
    .argument('[scenario]', 'an incident to replay, with the command that finds its cause')
    .option('--list', 'name the scenarios')
    .addHelpText(
      'after',
      examples([
        ['arpsweep demo', 'twenty machines, one address held by three of them'],
        ['arpsweep demo --list', 'the incidents that there are'],
        ['arpsweep demo empty-zone', 'one of them, found and mended'],
      ]),
    )
    .action(async (scenario: string | undefined, flags: DemoFlags) => {
      const { runDemo } = await import('../demo-command.js');
      done(await runDemo(scenario, flags));
    });
