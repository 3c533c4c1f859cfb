/** `arpsweep listen`. */
import { formatNames } from '../../reporters/formats.js';
import type { ListenFlags } from '../listen-command.js';
import { collect, type Definition, Option } from './commander.js';
import { examples } from './help-text.js';
import { colourOption, namesOption, vendorsOption } from './options.js';

const listenHelp = `
What is said:
  req  a request: asks for others        ann    an announcement: SPA = TPA
  rep  a reply: answers such a request   probe  SPA 0: wants the address
  In a pipe, a line for each speaker and kind as it is first heard: address,
  MAC, kind, link, and name or vendor.
${examples([
  ['arpsweep listen', 'who speaks, until Ctrl-C'],
  ['arpsweep listen --for 1m -f csv -o who.csv', 'for a minute, then a row for each'],
  ['arpsweep listen -I eth0@100 -c 20', 'twenty frames of VLAN 100'],
  ['arpsweep listen | grep -w probe', 'who is about to take an address'],
  ['arpsweep listen --for 9m --fail-on flapping', 'exit with 1 where one wanders'],
])}

Exit codes:
  0 heard for that long    1 a --fail-on finding    2 wrong usage
  3 could not run, or not all was heard    130, 143 interrupted`;

export const defineListen: Definition = (program, done) =>
  program
    .command('listen')
    .description('listen for who speaks ARP here; nothing is sent')
    .option(
      '-I, --interface <link>',
      'link to listen on, [NETNS:]IFACE[@VID], patterns as in tap* allowed; may be given several times (default: all that are up)',
      collect,
    )
    .option('--netns <name>', 'network namespace (name, path or process id) of links that do not say')
    .option('--vlan <vid>', 'VLAN tag of links that do not say')
    .option('--for <time>', 'listen for so long: 30s, 10m, 2h (default: until Ctrl-C)')
    .option('-c, --count <n>', 'end after so many ARP frames')
    .option(...namesOption)
    .option(...vendorsOption)
    .addOption(
      new Option(
        '-f, --format <name>',
        'form of the report (default: table at a terminal, else plain)',
      ).choices(formatNames),
    )
    .option('-o, --output <file>', 'write the report to a file')
    .option('--write <file>', 'record all ARP that passes these links meanwhile, as pcapng')
    .option('--fail-on <kinds>', 'exit with 1 on findings of these kinds, parted by commas')
    .option('-q, --quiet', 'results and findings only')
    .option(...colourOption)
    .addHelpText('after', listenHelp)
    .action(async (flags: ListenFlags) => {
      const { runListenCommand } = await import('../listen-command.js');
      done(await runListenCommand(flags));
    });
