import { waitFor } from '../../lab/wait-for.js';
import { ARPSWEEP } from '../program.js';
import { framesReceived, type Scenario, stage } from './scenario.js';

export const wrongParent: Scenario = {
  name: 'wrong-parent',
  symptom: 'Nobody answers on VLAN 100, while its traffic is on the wire.',
  async build(lab) {
    const [, { host: server }] = await Promise.all([
      lab.pair('eth1', {}, 'nobody', {}),
      lab.pair('peth1', {}, 'server', { mac: '94:18:82:0b:7e:34' }),
    ]);
    // It speaks with its tag by our own means: not every kernel has VLAN interfaces.
    const speak = ['announce', '-I', 'eth0@100', '--force', '-c', '100', '-i', '100ms', '10.100.0.7'];
    server.spawn([process.execPath, ARPSWEEP, ...speak], { stdio: 'ignore' });
    await waitFor(async () => (await framesReceived('peth1')) > 0, { what: 'the server to speak' });
    return stage({
      network:
        'A machine with the physical peth1, which carries VLAN 100, and the virtual eth1, on which somebody expects it.',
      command: ['-I', 'eth1@100', '10.100.0.0/28'],
    });
  },
};
