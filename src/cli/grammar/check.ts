/** `arpsweep check`. */
import type { CheckFlags } from '../check-command.js';
import type { Definition } from './commander.js';
import { examples } from './help-text.js';
import { addAskingOptions, expectOption, writeOption } from './options.js';

const checkHelp = `${examples([
  ['arpsweep check --expect zones.txt', 'is everybody there?'],
  ['arpsweep check --expect zones.txt --wait 30s', 'and if not, do they come?'],
  ['arpsweep check --expect vips.json --fail-on missing', 'exit with 1 on this only'],
])}

Exit codes:
  0 all is well    1 something is wrong    2 wrong usage, nothing sent
  3 could not run, or cannot tell          130, 143 interrupted`;

export const defineCheck: Definition = (program, done) =>
  addAskingOptions(program.command('check'))
    .description('compare the network with what is expected; quiet where all is well')
    .argument('[target...]', 'addresses to look at (default: those that are expected)')
    .requiredOption(...expectOption)
    .option('--wait <time>', 'look again until all is well, for so long: 30s, 5m')
    .option(...writeOption)
    .option('--fail-on <kinds>', 'exit with 1 on these kinds of findings only (default: on every error)')
    .addHelpText('after', checkHelp)
    .action(async (targets: string[], flags: CheckFlags) => {
      const { runCheckCommand } = await import('../check-command.js');
      done(await runCheckCommand(targets, flags));
    });
