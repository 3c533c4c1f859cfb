/** `arpsweep dad`. */
import type { DadFlags } from '../dad-command.js';
import { collect, type Definition, Option } from './commander.js';

const dadHelp = `
Each address is probed for three times within 4 to 7 seconds, as RFC 5227 has it. Whoever answers, speaks as the address
or probes for it as well has taken it. Run it before the address is given to a machine.

Examples:
  arpsweep dad 10.0.0.7 && ip address add 10.0.0.7/24 dev eth0
  arpsweep dad -I eth1 10.0.0.200-250        which of these are free?
  arpsweep dad --fast -f json 10.0.0.7       in a second, for programs

Exit codes:
  0 all are free, or this machine's own    1 one is taken    2 wrong usage, nothing sent
  3 could not run, or cannot tell          130, 143 interrupted`;

export const defineDad: Definition = (program, done) =>
  program
    .command('dad')
    .description('is the address free? (duplicate address detection, RFC 5227)')
    .argument('[target...]', 'addresses to look for')
    .option(
      '-I, --interface <name>',
      'link to probe on, [NETNS:]IFACE[@VID]; may be given several times (default: that of the route)',
      collect,
    )
    .option('--fast', 'take a second; whoever answers later than after half of one is missed')
    .option('--targets-file <file>', 'read targets from a file, one in each line')
    .addOption(
      new Option('-f, --format <name>', 'form of the results (default: plain)').choices(['plain', 'json']),
    )
    .addHelpText('after', dadHelp)
    .action(async (targets: string[], flags: DadFlags) => {
      const { runDadCommand } = await import('../dad-command.js');
      done(await runDadCommand(targets, flags));
    });
