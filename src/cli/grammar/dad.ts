/** `arpsweep dad`. */
import type { DadFlags } from '../dad-command.js';
import { type Definition, Option } from './commander.js';
import { examples } from './help-text.js';
import { addWhereOptions, vendorsOption } from './options.js';

const dadHelp = `
Each address is probed for three times within 4 to 7 seconds, as RFC 5227 has
it. Whoever answers, speaks as the address, or probes for it as well, has taken
it. For an address that is about to be given to a machine.
${examples([
  ['arpsweep dad 10.0.0.7', 'may a machine take it?'],
  ['arpsweep dad -I eth1 10.0.0.200-250', 'which of these are free?'],
  ['arpsweep dad --fast -f json 10.0.0.7', 'in a second, for programs'],
])}

Exit codes:
  0 all are free, or this machine's own    1 one is taken
  2 wrong usage, nothing sent    3 could not run, or cannot tell
  130, 143 interrupted`;

export const defineDad: Definition = (program, done) =>
  addWhereOptions(program.command('dad'), 'probe')
    .description('is the address free? (duplicate address detection, RFC 5227)')
    .argument('[target...]', 'addresses to look for')
    .option('--fast', 'take a second; whoever answers later than after half of one is missed')
    .option('--targets-file <file>', 'read targets from a file, one in each line')
    .addOption(
      new Option('-f, --format <name>', 'form of the results (default: plain)').choices(['plain', 'json']),
    )
    .option(...vendorsOption)
    .addHelpText('after', dadHelp)
    .action(async (targets: string[], flags: DadFlags) => {
      const { runDadCommand } = await import('../dad-command.js');
      done(await runDadCommand(targets, flags));
    });
