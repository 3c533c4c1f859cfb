/** `arpsweep serve`. */
import { defaultListen } from '../../serve/listen-address.js';
import type { ServeFlags } from '../serve-command.js';
import { type Definition, Option } from './commander.js';
import { examples } from './help-text.js';
import {
  addAskingOptions,
  execArgOption,
  execOption,
  expectOption,
  intervalOption,
  stateOption,
} from './options.js';

const serveHelp = `
What is served:
  /         a status page               /report  the latest report, as JSON
  /metrics  for Prometheus              /state   what is known, as JSON
  /healthz  200: the process works      /events  changes and sweeps as they
  /readyz   200: a sweep succeeded               come, as server-sent events
            within two intervals
  HTTP has no password: whoever reaches the address reads all of it.
  Addresses are left in peace for 30 s between sweeps, unless --interval is
  shorter. Links that are not there are waited for.
${examples([
  ['arpsweep serve', 'the subnet of the default route'],
  ['arpsweep serve -I net1 --listen :9617', 'for a Prometheus elsewhere'],
  ['arpsweep serve --expect vips.txt', 'are they up?'],
  ['arpsweep serve -f ndjson | jq .message', 'its log, event by event'],
])}

Exit codes:
  0 ended by SIGTERM    2 wrong usage, nothing sent    3 could not run
  130 interrupted`;

export const defineServe: Definition = (program, done) =>
  addAskingOptions(program.command('serve'))
    .description('watch, and serve metrics, health, reports and events over HTTP')
    .argument('[target...]', 'addresses to watch (default: the subnets of the links)')
    .option(
      '--listen <address>',
      `serve HTTP there: ADDR:PORT, [ADDR]:PORT, or :PORT for all addresses (default: ${defaultListen})`,
    )
    .option(...intervalOption)
    .option(...stateOption)
    .option(...execOption)
    .option(...execArgOption)
    .option(...expectOption)
    .option('--max-series <n>', 'give Prometheus at most so many responders (default: 4096)')
    .addOption(
      new Option('-f, --format <name>', 'form of the events on standard output (default: plain)').choices([
        'plain',
        'ndjson',
      ]),
    )
    .addHelpText('after', serveHelp)
    .action(async (targets: string[], flags: ServeFlags) => {
      const { runServeCommand } = await import('../serve-command.js');
      done(await runServeCommand(targets, flags));
    });
