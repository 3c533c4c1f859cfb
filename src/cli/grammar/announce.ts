/** `arpsweep announce`. */
import type { AnnounceFlags } from '../announce-command.js';
import { type Definition, Option } from './commander.js';
import { examples } from './help-text.js';
import { addWhereOptions, vendorsOption } from './options.js';

const announceHelp = `
Neighbours that know the address then send what is for it to this machine. Only
what a link holds is announced there: whoever else has it would lose it.
${examples([
  ['arpsweep announce 10.0.0.50', 'after it has moved here'],
  ['arpsweep announce --reply -c 5 10.0.0.50', 'where only replies are heeded'],
  ['arpsweep announce -I eth0@100 10.0.0.50', 'with a VLAN tag'],
])}

Exit codes:
  0 all announcements left    2 wrong usage, or not ours; nothing sent
  3 could not run, or not all left    130, 143 interrupted`;

export const defineAnnounce: Definition = (program, done) =>
  addWhereOptions(program.command('announce'), 'announce', 'the one that holds the address')
    .description('tell everybody which MAC an address of this machine has (gratuitous ARP)')
    .argument('<ip...>', 'addresses that this machine holds')
    .option('--reply', 'by gratuitous replies instead of requests')
    .option('-c, --count <n>', 'how often (default: 2)')
    .option('-i, --interval <time>', 'between two of them: from 1ms to 1h (default: 2s)')
    .option('--force', 'also an address that the link does not hold')
    .addOption(
      new Option('-f, --format <name>', 'form of the results (default: plain)').choices(['plain', 'json']),
    )
    .option(...vendorsOption)
    .addHelpText('after', announceHelp)
    .action(async (addresses: string[], flags: AnnounceFlags) => {
      const { runAnnounceCommand } = await import('../announce-command.js');
      done(await runAnnounceCommand(addresses, flags));
    });
