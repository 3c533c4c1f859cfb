/** The command line as commander reads it. Commands load what they need only when they run. */
import { createRequire } from 'node:module';
import type * as commander from 'commander';
import { OptionError } from '../errors.js';
import { formatNames } from '../reporters/formats.js';
import type { CheckFlags } from './check-command.js';
import type { DoctorFlags } from './doctor-command.js';
import type { ExplainFlags } from './explain-command.js';
import type { InterfacesFlags } from './interfaces-command.js';
import type { SweepFlags } from './sweep-flags.js';
import type { TraceFlags } from './trace-command.js';

const examples = `
Targets:
  10.0.0.7       10.0.0.0/24           10.0.0.0:255.255.255.0
  10.0.0.7-90    10.0.0.7-10.0.0.90    10.0.0-3.1-254
  a host name    - (standard input)    none: the subnets of the interface

Examples:
  arpsweep                                    the default route's subnet
  arpsweep -I eth1 10.0.0.0/24 -x 10.0.0.1    all of it but one address
  arpsweep 10.0.0.0/16 -r 10k -f json -o r.json
  arpsweep --fail-on duplicate-address        exit with 1 on a conflict
  arpsweep explain duplicate-address          what a finding means, and what to do
  arpsweep demo                               a first look, on no real network

Exit codes:
  0 clean    1 a --fail-on finding    2 wrong usage, nothing sent
  3 could not run, or inconclusive    130, 143 interrupted`;

const checkHelp = `
Exit codes:
  0 all is well    1 something is wrong    2 wrong usage, nothing sent
  3 could not run, or cannot tell          130, 143 interrupted`;

// By require(): `import` would go through a wrapper, and read the CommonJS file behind it once more to learn its exports.
const { Command, CommanderError, Help, Option }: typeof commander = createRequire(import.meta.url)(
  'commander',
);

const collect = (value: string, before: readonly string[] = []): string[] => [...before, value];

/** What is asked, where and how. */
function addAskingOptions(command: commander.Command): commander.Command {
  return command
    .option('-I, --interface <name>', 'interface to sweep on; may be given several times', collect)
    .option('-x, --exclude <target>', 'addresses to leave out; may be given several times', collect)
    .option('--targets-file <file>', 'read targets from a file, one in each line')
    .option('-r, --rate <n>', 'frames per second: 500, 10k, 1M, auto, auto:CEILING or max (default: auto)')
    .addOption(
      new Option('--profile <name>', 'pace for a kind of network (default: by the link)').choices([
        'lan',
        'wifi',
        'dai',
      ]),
    )
    .option('--passes <n>', 'how often silent addresses are asked, or auto (default: auto)')
    .option('--cooldown <time>', 'listen after the last frame: 500ms, 2s or auto (default: auto)')
    .option('--source-ip <ip>', 'ask from this address of the interface; 0.0.0.0 asks by probe')
    .option('--source-mac <mac>', 'ask from this hardware address; implies --source-ip 0.0.0.0')
    .addOption(
      new Option('--order <order>', 'order of the addresses (default: random)').choices([
        'random',
        'sequential',
      ]),
    )
    .option('--seed <n>', 'seed of the random order')
    .option('--off-link', "ask also for addresses outside the interface's subnets")
    .option(
      '--names <file...>',
      'who has which MAC: "arpsweep interfaces -f json" of other machines, or ethers(5)',
    );
}

function addSweepOptions(sweep: commander.Command): commander.Command {
  return addAskingOptions(sweep)
    .option(
      '--expect <file>',
      'what should answer: lines of IP, MACs and name under [group] headings, or JSON',
    )
    .addOption(
      new Option(
        '-f, --format <name>',
        'form of the report (default: table at a terminal, else plain)',
      ).choices(formatNames),
    )
    .option('-o, --output <file>', 'write the report to a file')
    .option('--resolve', 'look up the names of what answers (DNS)')
    .option('--fail-on <kinds>', 'exit with 1 on findings of these kinds, parted by commas')
    .option('-q, --quiet', 'results and findings only')
    .option('-v, --verbose', 'statistics of each link at the end')
    .option('--no-progress', 'no progress line')
    .option('--no-color', 'no colour');
}

const describedFormat = () =>
  new Option('-f, --format <name>', 'table or json (default: table)').choices(['table', 'json']);

/** Where what a command line comes to goes. */
export interface ProgramEnds {
  /** Takes the exit code of the command that ran. */
  readonly done: (exitCode: number) => void;
  /** Takes help and version. */
  readonly print: (text: string) => void;
}

/**
 * @throws CommanderError from `parseAsync` for wrong usage, and for help and version with exit code 0
 */
export function buildProgram(version: string, { done, print }: ProgramEnds): commander.Command {
  const program = new Command('arpsweep')
    .description('Sweeps IPv4 addresses by ARP and reports every MAC that answers for each of them.')
    .usage('[command] [options] [target...]')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .exitOverride()
    // What is wrong is said by command-line.ts, in the same form as any other error.
    .configureOutput({ writeOut: print, outputError: () => {} });

  const sweep = addSweepOptions(program.command('sweep', { isDefault: true }))
    .description('sweep addresses (default)')
    .argument('[target...]', 'addresses to sweep')
    .addHelpText('after', examples)
    .action(async (targets: string[], flags: SweepFlags) => {
      refuseMisplacedCommand(targets, program);
      const { runSweepCommand } = await import('./sweep-command.js');
      done(await runSweepCommand(targets, flags));
    });
  addAskingOptions(program.command('check'))
    .description('compare the network with what is expected; quiet where all is well')
    .argument('[target...]', 'addresses to look at (default: those that are expected)')
    .requiredOption(
      '--expect <file>',
      'what should answer: lines of IP, MACs and name under [group] headings, or JSON',
    )
    .option('--wait <time>', 'look again until all is well, for so long: 30s, 5m')
    .option('--fail-on <kinds>', 'exit with 1 on these kinds of findings only (default: on every error)')
    .addHelpText('after', checkHelp)
    .action(async (targets: string[], flags: CheckFlags) => {
      const { runCheckCommand } = await import('./check-command.js');
      done(await runCheckCommand(targets, flags));
    });
  program
    .command('trace')
    .description('ask for one address, and say at which link the request or the reply is lost')
    .argument('<target>', 'the address to ask for')
    .option(
      '--at <links>',
      'links to look at, from here to the target, parted by commas: [NETNS:]IFACE[@VID] (default: those that lead there)',
    )
    .option('-I, --interface <name>', 'interface to ask on (default: that of the route)')
    .option('--passes <n>', 'how often to ask (default: 3)')
    .option('--cooldown <time>', 'listen after the last frame: 500ms, 2s or auto (default: auto)')
    .option('--source-ip <ip>', 'ask from this address of the interface; 0.0.0.0 asks by probe')
    .option('--off-link', "ask also for an address outside the interface's subnets")
    .addOption(describedFormat())
    .option('--no-color', 'no colour')
    .action(async (target: string, flags: TraceFlags) => {
      const { runTraceCommand } = await import('./trace-command.js');
      done(await runTraceCommand(target, flags));
    });
  program
    .command('explain')
    .description('say what a finding means, why it happens, how to confirm and how to fix it')
    .argument('[kind]', 'such as duplicate-address; without one, all of them in a sentence each')
    .option('--no-color', 'no colour')
    .action(async (kind: string | undefined, flags: ExplainFlags) => {
      const { runExplainCommand } = await import('./explain-command.js');
      done(await runExplainCommand(kind, flags));
    });
  program
    .command('interfaces')
    .description('list the interfaces with their state')
    .addOption(describedFormat())
    .option('--no-color', 'no colour')
    .action(async (flags: InterfacesFlags) => {
      const { runInterfacesCommand } = await import('./interfaces-command.js');
      done(await runInterfacesCommand(flags));
    });
  program
    .command('doctor')
    .description('say what is missing to run here, with the exact remedy')
    .addOption(describedFormat())
    .option('--no-color', 'no colour')
    .action(async (flags: DoctorFlags) => {
      const { runDoctorCommand } = await import('./doctor-command.js');
      done(await runDoctorCommand(flags));
    });
  program
    .command('demo')
    .description('sweep a made-up network, to see what it looks like; no real network is touched')
    .argument('[scenario]')
    .action(async (scenario: string | undefined) => {
      const { runDemo } = await import('./demo-command.js');
      done(await runDemo(scenario));
    });

  // Whoever asks for help without naming a command wants the options of the sweep, too.
  program.addHelpText('after', examples).configureHelp({
    visibleOptions: (command) => {
      const options = Help.prototype.visibleOptions.call(program.createHelp(), command);
      return command === program ? [...sweep.options, ...options] : options;
    },
  });
  return program;
}

/** Whether commander threw it: for wrong usage, or with exit code 0 for help and version. */
export function isCommanderError(error: unknown): error is commander.CommanderError {
  return error instanceof CommanderError;
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
