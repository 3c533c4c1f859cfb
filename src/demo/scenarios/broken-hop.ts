import { mustRun } from '../../lab/command.js';
import { inNamespace } from '../../lab/host.js';
import { ourSegment, type Scenario, stage } from './scenario.js';

export const brokenHop: Scenario = {
  name: 'broken-hop',
  symptom: 'A guest cannot be reached, and between here and there are an uplink, a bridge and a tap.',
  async build(lab) {
    const on = await ourSegment(lab, 'hypervisor');
    await lab.host('guest', { on, addresses: ['10.34.11.9/24'] });
    const nft = (lines: string) => mustRun(inNamespace(on.namespace, ['nft', '-f', '-']), `${lines}\n`);
    await nft(`table netdev rules {
      chain tap { type filter hook egress device port2 priority 0; arp operation request drop; }
    }`);
    return stage({
      network:
        'This machine, a hypervisor with its bridge, and a guest behind it. A rule of the firewall drops requests on their way to the guest.',
      command: ['trace', '10.34.11.9'],
      remedy: { text: 'the rule is gone', apply: () => nft('delete table netdev rules') },
    });
  },
};
