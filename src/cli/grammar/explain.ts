/** `arpsweep explain`. */
import type { ExplainFlags } from '../explain-command.js';
import type { Definition } from './commander.js';
import { examples } from './help-text.js';
import { colourOption } from './options.js';
export const defineExplain: Definition = (program, done) =>
  program
    .command('explain')
    .description('say what a finding means, why it happens, how to confirm and how to fix it')
    .argument('[kind]', 'such as duplicate-address; without one, all of them in a sentence each')
    .option(...colourOption)
    .addHelpText(
      'after',
      examples([
        ['arpsweep explain', 'every kind of finding in a sentence'],
        ['arpsweep explain proxy-arp', 'one of them in full'],
      ]),
    )
    .action(async (kind: string | undefined, flags: ExplainFlags) => {
      const { runExplainCommand } = await import('../explain-command.js');
      done(await runExplainCommand(kind, flags));
    });
