/** `arpsweep interfaces`. */
import type { InterfacesFlags } from '../interfaces-command.js';
import type { Definition } from './commander.js';
import { examples } from './help-text.js';
import { colourOption, describedFormat } from './options.js';
export const defineInterfaces: Definition = (program, done) =>
  program
    .command('interfaces')
    .description('list the interfaces with their state')
    .addOption(describedFormat())
    .option(...colourOption)
    .addHelpText(
      'after',
      examples([
        ['arpsweep interfaces', 'a table'],
        ['arpsweep interfaces -f json > node-1.json', 'for --names on another machine'],
      ]),
    )
    .action(async (flags: InterfacesFlags) => {
      const { runInterfacesCommand } = await import('../interfaces-command.js');
      done(await runInterfacesCommand(flags));
    });
