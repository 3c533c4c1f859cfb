/** `arpsweep watch`. */
import type { WatchFlags } from '../watch-command.js';
import { type Definition, Option } from './commander.js';
import { examples } from './help-text.js';
import {
  addAskingOptions,
  colourOption,
  execArgOption,
  execOption,
  expectOption,
  intervalOption,
  stateOption,
  vendorsOption,
} from './options.js';

const watchHelp = `
What is told:
  new, gone, back, moved             of an address: who has it, who had it
  conflict-begins, conflict-ends     several machines have it
  flapping-begins, flapping-ends     it keeps going from one to another
  finding-begins, finding-ends       what a sweep finds
  link-down, link-up                 nothing can be said or heard
  In a pipe, a line for each, parted by tabs, "-" for nothing: time, event,
  link, address, MACs, former MACs, gap in ms, and name, vendor or finding.
${examples([
  ['arpsweep watch', 'the subnet of the default route'],
  ['arpsweep watch 10.0.0.0/24 --interval 5m', 'a sweep every five minutes'],
  ['arpsweep watch 10.0.0.7 --fast 10', 'time a failover of this address'],
  ['arpsweep watch --state here.json', 'and tell what changed while away'],
  ['arpsweep watch --exec ./tell-us', 'run a program for each event'],
  ['arpsweep watch -f ndjson | jq -r .message', 'each event as JSON'],
])}

Exit codes:
  0 watched for that long    2 wrong usage, nothing sent
  3 could not run, or no sweep came to its end    130, 143 interrupted`;

export const defineWatch: Definition = (program, done) =>
  addAskingOptions(program.command('watch'))
    .description('sweep at an interval, listen meanwhile, and tell what changes')
    .argument('[target...]', 'addresses to watch (default: the subnets of the links)')
    .option(...intervalOption)
    .option('--fast <n>', 'ask each target n times a second instead, 1 to 10; for 64 addresses at most')
    .option('--for <time>', 'watch for so long: 10m, 2h (default: until Ctrl-C)')
    .option(...stateOption)
    .option(...execOption)
    .option(...execArgOption)
    .option(...expectOption)
    .option(...vendorsOption)
    .addOption(
      new Option(
        '-f, --format <name>',
        'form of the events (default: table at a terminal, else plain)',
      ).choices(['table', 'plain', 'ndjson']),
    )
    .option('-q, --quiet', 'events only')
    .option('-v, --verbose', 'a word about each sweep, too')
    .option(...colourOption)
    .addHelpText('after', watchHelp)
    .action(async (targets: string[], flags: WatchFlags) => {
      const { runWatchCommand } = await import('../watch-command.js');
      done(await runWatchCommand(targets, flags));
    });
