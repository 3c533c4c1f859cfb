/** `arpsweep doctor`. */
import type { DoctorFlags } from '../doctor-command.js';
import type { Definition } from './commander.js';
import { examples } from './help-text.js';
import { colourOption, describedFormat } from './options.js';
export const defineDoctor: Definition = (program, done) =>
  program
    .command('doctor')
    .description('say what is missing to run here, with the exact remedy')
    .addOption(describedFormat())
    .option(...colourOption)
    .addHelpText(
      'after',
      examples([
        ['arpsweep doctor', 'what is missing, and how to mend it'],
        ['arpsweep doctor -f json', 'the same for a program'],
      ]),
    )
    .action(async (flags: DoctorFlags) => {
      const { runDoctorCommand } = await import('../doctor-command.js');
      done(await runDoctorCommand(flags));
    });
