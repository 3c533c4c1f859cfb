/** Options that several commands take. */
import type * as commander from 'commander';
import { collect, Option } from './commander.js';

/** What is asked, where and how. */
export function addAskingOptions(command: commander.Command): commander.Command {
  return command
    .option(
      '-I, --interface <link>',
      'link to sweep on, [NETNS:]IFACE[@VID[.PRIO]], patterns as in tap* allowed; may be given several times',
      collect,
    )
    .option('--netns <name>', 'network namespace (name, path or process id) of links that do not say')
    .option('--vlan <vid>', 'VLAN tag, VID[.PRIO], of links that do not say')
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
    .option(...namesOption);
}

/** A recording of what a command sends and hears. */
export const writeOption = [
  '--write <file>',
  'record all ARP of the run, sent and received, as pcapng; made again into a report by --read',
] as const;

/** On which links a command speaks that asks along the routes where it is not told; `verb` completes "link to". */
export function addWhereOptions(
  command: commander.Command,
  verb: string,
  otherwise = 'that of the route',
): commander.Command {
  return command
    .option(
      '-I, --interface <link>',
      `link to ${verb} on, [NETNS:]IFACE[@VID[.PRIO]], patterns as in tap* allowed; may be given several times (default: ${otherwise})`,
      collect,
    )
    .option('--netns <name>', 'network namespace (name, path or process id) of links that do not say')
    .option('--vlan <vid>', 'VLAN tag, VID[.PRIO], of links that do not say');
}

/** Whose hardware addresses are known. */
export const namesOption = [
  '--names <file...>',
  'who has which MAC: "arpsweep interfaces -f json" of other machines, or ethers(5)',
] as const;

/** What should answer, as `check` and a sweep are told it. */
export const expectOption = [
  '--expect <file>',
  'what should answer: lines of IP, MACs and name under [group] headings, or JSON',
] as const;

/** Kinds with commas between them, in one value or several. */
export const failOnOption = [
  '--fail-on <kinds>',
  'exit with 1 on findings of these kinds, parted by commas',
  (value: string, before?: string): string => (before === undefined ? value : `${before},${value}`),
] as const;

/** Takes part wherever vendors show. */
export const vendorsOption = [
  '--vendors <file>',
  'names of MAC prefixes, before the registered ones: lines of a prefix and a name; may be given several times',
  collect,
] as const;

/** How often a watch sweeps. */
export const intervalOption = [
  '--interval <time>',
  'from one sweep to the next: 30s, 5m, 1h (default: 60s)',
] as const;

/** Where a watch keeps what it knows. */
export const stateOption = [
  '--state <file>',
  'keep there what is known, and tell first what has changed since it was written',
] as const;

/** The program that a watch runs for its events. */
export const execOption = [
  '--exec <file>',
  'run this program for each event, with the event as JSON on its standard input; no shell reads it',
] as const;

export const execArgOption = [
  '--exec-arg <word>',
  'an argument of the program of --exec; may be given several times',
  collect,
] as const;

/** The form of what is described rather than swept. */
export const describedFormat = () =>
  new Option('-f, --format <name>', 'table or json (default: table)').choices(['table', 'json']);

export const colourOption = ['--no-color', 'no colour'] as const;
