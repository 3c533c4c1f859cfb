/** `arpsweep demo`. */
import type { Definition } from './commander.js';
export const defineDemo: Definition = (program, done) =>
  program
    .command('demo')
    .description('sweep a made-up network, to see what it looks like; no real network is touched')
    .argument('[scenario]')
    .action(async (scenario: string | undefined) => {
      const { runDemo } = await import('../demo-command.js');
      done(await runDemo(scenario));
    });
