import { mustRun } from '../../lab/command.js';
import { inNamespace } from '../../lab/host.js';
import { awaitNoCarrier, ipBatch } from '../../lab/iproute.js';
import { ourSegment, type Scenario, stage } from './scenario.js';

export const fabric: Scenario = {
  name: 'fabric',
  symptom: 'A host answers ARP, and nothing else.',
  async build(lab) {
    const on = await ourSegment(lab, 'leaf');
    const host = await lab.host('dead', { on, addresses: ['10.34.11.5/24'] });
    // The host's cable is in the second port.
    const port = { namespace: on.namespace, name: 'port2' };
    const bridge = (...words: string[]) => mustRun(inNamespace(on.namespace, ['bridge', ...words]));
    await bridge('link', 'set', 'dev', port.name, 'neigh_suppress', 'on');
    await bridge('fdb', 'replace', host.mac, 'dev', port.name, 'master', 'static');
    await ipBatch(on.namespace, [`neighbour replace 10.34.11.5 lladdr ${host.mac} dev br0 nud permanent`]);
    await ipBatch(host.namespace, ['link set dev eth0 down']);
    await awaitNoCarrier(port);
    return stage({
      network:
        'A leaf switch that answers ARP for the hosts it knows, and a host that has been switched off.',
      command: ['-I', 'eth0', '10.34.11.0/28'],
      remedy: {
        text: 'the host is on again',
        apply: () => ipBatch(host.namespace, ['link set dev eth0 up']),
      },
    });
  },
};
