/** `arpsweep trace`. */
import type { TraceFlags } from '../trace-command.js';
import type { Definition } from './commander.js';
import { examples } from './help-text.js';
import { colourOption, describedFormat } from './options.js';
export const defineTrace: Definition = (program, done) =>
  program
    .command('trace')
    .description('ask for one address, and say at which link the request or the reply is lost')
    .argument('<target>', 'the address to ask for')
    .option(
      '--at <links>',
      'links to look at, from here to the target, parted by commas: [NETNS:]IFACE[@VID] (default: those that lead there)',
    )
    .option('-I, --interface <link>', 'interface to ask on (default: that of the route)')
    .option('--passes <n>', 'how often to ask (default: 3)')
    .option('--cooldown <time>', 'listen after the last frame: 500ms, 2s or auto (default: auto)')
    .option('--source-ip <ip>', 'ask from this address of the interface; 0.0.0.0 asks by probe')
    .option('--off-link', "ask also for an address outside the interface's subnets")
    .option('--write <file>', 'record all ARP that passes these links meanwhile, as pcapng')
    .addOption(describedFormat())
    .option(...colourOption)
    .addHelpText(
      'after',
      examples([
        ['arpsweep trace 10.0.0.9', 'along the way there'],
        ['arpsweep trace 10.0.0.9 --at eth0,br0,tap3', 'along these links'],
        ['arpsweep trace 10.0.0.9 --at eth0,1:veth7,1:br0', 'from a container outwards'],
      ]),
    )
    .action(async (target: string, flags: TraceFlags) => {
      const { runTraceCommand } = await import('../trace-command.js');
      done(await runTraceCommand(target, flags));
    });
