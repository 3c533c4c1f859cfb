/** `arpsweep ping`. */
import type { PingFlags } from '../ping-command.js';
import { type Definition, Option } from './commander.js';
import { examples } from './help-text.js';
import { addWhereOptions, vendorsOption } from './options.js';

const pingHelp = `${examples([
  ['arpsweep ping 10.0.0.7', 'once a second, until Ctrl-C'],
  ['arpsweep ping -c 3 -i 200ms 10.0.0.7', 'three times'],
  ['arpsweep ping --until-answer -w 2m nas', 'wait for a machine to come up'],
  ['arpsweep ping --unicast -i 1ms 10.0.0.7', 'whoever answers first, and fast'],
  ['arpsweep ping -c 5 -f json 10.0.0.0/28', 'statistics of sixteen addresses'],
])}

Exit codes:
  0 somebody answered    1 nobody did    2 wrong usage, nothing sent
  3 could not run, or nothing could be sent    130, 143 interrupted`;

export const definePing: Definition = (program, done) =>
  addWhereOptions(program.command('ping'), 'ask')
    .description('ask for addresses again and again: a line for each reply, and statistics')
    .argument('[target...]', 'addresses to ask for')
    .option('-c, --count <n>', 'requests for each address (default: until it is interrupted)')
    .option('-i, --interval <time>', 'between two requests for an address: from 1ms to 1h (default: 1s)')
    .option('-w, --deadline <time>', 'end after so long, whatever was heard')
    .option('--unicast', 'once somebody has answered, ask that MAC only')
    .option('--to <mac>', 'ask this MAC only, by unicast')
    .option('--broadcast', 'ask everybody each time, so that a second MAC shows (default)')
    .option('--until-answer', 'end as soon as every address was answered')
    .option('--audible', 'ring the bell at each reply')
    .option('--source-ip <ip>', 'ask from this address of the interface; 0.0.0.0 asks by probe')
    .option('--source-mac <mac>', 'ask from this hardware address; implies --source-ip 0.0.0.0')
    .option('--off-link', "ask also for addresses outside the interface's subnets")
    .option('--targets-file <file>', 'read targets from a file, one in each line')
    .addOption(
      new Option('-f, --format <name>', 'form of replies and statistics (default: plain)').choices([
        'plain',
        'json',
        'ndjson',
      ]),
    )
    .option(...vendorsOption)
    .option('-q, --quiet', 'statistics only')
    .addHelpText('after', pingHelp)
    .action(async (targets: string[], flags: PingFlags) => {
      const { runPingCommand } = await import('../ping-command.js');
      done(await runPingCommand(targets, flags));
    });
