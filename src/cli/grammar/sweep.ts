/** `arpsweep sweep`, the command that no name stands for. */
import type * as commander from 'commander';
import { OptionError } from '../../errors.js';
import { fieldNames } from '../../reporters/field-names.js';
import { formatNames } from '../../reporters/formats.js';
import { sortKeys } from '../../reporters/order.js';
import type { SweepFlags } from '../sweep-flags.js';
import { type Definition, Option } from './commander.js';
import { addFrameOptions } from './frame-options.js';
import { examples } from './help-text.js';
import { addAskingOptions, colourOption, expectOption, vendorsOption, writeOption } from './options.js';

/** Also the program's own: whoever names no command sweeps. */
export const sweepHelp = `
Targets:
  10.0.0.7       10.0.0.0/24           10.0.0.0:255.255.255.0
  10.0.0.7-90    10.0.0.7-10.0.0.90    10.0.0-3.1-254
  a host name    - (standard input)    none: the subnets of the interface
${examples([
  ['arpsweep', "the default route's subnet"],
  ['arpsweep -I eth1 10.0.0.0/24 -x 10.0.0.1', 'all of it but one address'],
  ['arpsweep 10.0.0.0/16 -r 10k -f json -o r.json'],
  ['arpsweep --sort vendor --fields vendor,ip', 'just these columns, by vendor'],
  ['arpsweep 10.0.0.0/8 --shard 2/5 -r 50k', 'the second fifth of the range'],
  ['arpsweep -I eth1@100 10.0.0.0/24', 'with a VLAN tag; eth1@100@7: two'],
  ["arpsweep -I 'qdhcp-*:tap*'", 'in all these network namespaces'],
  ['arpsweep --arp-spa target --dry-run 10.0.0.7', 'show the frame, send nothing'],
  ['arpsweep --write run.pcapng', 'record all ARP of the sweep'],
  ['arpsweep --read run.pcapng', 'its report again'],
  ['arpsweep --fail-on duplicate-address', 'exit with 1 on a conflict'],
  ['arpsweep explain duplicate-address', 'what a finding means'],
  ['arpsweep demo', 'a first look, on no real network'],
])}

Exit codes:
  0 clean    1 a --fail-on finding    2 wrong usage, nothing sent
  3 could not run, or inconclusive    130, 143 interrupted`;

export const defineSweep: Definition = (program, done) =>
  addSweepOptions(program.command('sweep', { isDefault: true }))
    .description('sweep addresses (default)')
    .argument('[target...]', 'addresses to sweep')
    .addHelpText('after', sweepHelp)
    .action(async (targets: string[], flags: SweepFlags) => {
      refuseMisplacedCommand(targets, program);
      const { runSweepCommand } = await import('../sweep-command.js');
      done(await runSweepCommand(targets, flags));
    });

function addSweepOptions(sweep: commander.Command): commander.Command {
  addAskingOptions(sweep)
    .option('--shard <k/n>', 'ask one of several parts, as 2/5; the others elsewhere, with the same targets')
    .option('--resume <token>', 'ask what a sweep left that was cut short; it prints the token')
    .option(...expectOption)
    .addOption(
      new Option(
        '-f, --format <name>',
        'form of the report (default: table at a terminal, else plain)',
      ).choices(formatNames),
    )
    .addOption(
      new Option('--sort <key>', 'order of table, plain and csv (default: ip; plain as heard)').choices(
        sortKeys,
      ),
    )
    .option('--fields <fields>', `columns of plain and csv, parted by commas: ${fieldNames.join(', ')}`)
    .option('-o, --output <file>', 'write the report to a file')
    .option(...writeOption)
    .option(
      '--read <file>',
      'make the report from a recording (pcapng, pcap; - for standard input) and send nothing',
    )
    .option('--fingerprint', 'ask those who answer odd requests as well, which tell of their kind')
    .option('--resolve', 'look up the names of what answers (DNS)')
    .option(...vendorsOption)
    .option('--fail-on <kinds>', 'exit with 1 on findings of these kinds, parted by commas')
    .option('-q, --quiet', 'results and findings only')
    .option('-v, --verbose', 'statistics of each link at the end')
    .option('--no-progress', 'no progress line')
    .option(...colourOption);
  return addFrameOptions(sweep);
}

/** commander takes every word after an option for a target of the default command. */
function refuseMisplacedCommand(targets: readonly string[], program: commander.Command): void {
  const names = program.commands.map((command) => command.name());
  const misplaced = targets.find((target) => names.includes(target));
  if (misplaced === undefined) return;
  throw new OptionError(
    'command',
    `The command ${JSON.stringify(misplaced)} stands among the targets.`,
    `Put it first: arpsweep ${misplaced} [options]`,
  );
}
