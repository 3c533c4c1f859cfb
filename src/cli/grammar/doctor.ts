/** `arpsweep doctor`. */
import type { DoctorFlags } from '../doctor-command.js';
import type { Definition } from './commander.js';
import { colourOption, describedFormat } from './options.js';
export const defineDoctor: Definition = (program, done) =>
  program
    .command('doctor')
    .description('say what is missing to run here, with the exact remedy')
    .addOption(describedFormat())
    .option(...colourOption)
    .action(async (flags: DoctorFlags) => {
      const { runDoctorCommand } = await import('../doctor-command.js');
      done(await runDoctorCommand(flags));
    });
