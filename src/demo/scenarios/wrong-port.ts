import { mustRun } from '../../lab/command.js';
import { ipBatch, withoutIpv6 } from '../../lab/iproute.js';
import { type Scenario, stage } from './scenario.js';

export const wrongPort: Scenario = {
  name: 'wrong-port',
  symptom: 'A guest is cut off from its hypervisor, though its interface is up and well.',
  async build(lab) {
    const on = await lab.switch('upstream');
    await lab.link('uplink0', { on });
    const { host: guest } = await lab.pair('tap0', {}, 'guest', { addresses: ['10.34.11.9/24'] });
    await lab.host('gateway', { on, mac: '00:1b:54:3e:a1:40', addresses: ['10.34.11.1/24'] });
    await ipBatch(null, [
      'link add name br0 type bridge forward_delay 0 mcast_snooping 0',
      ...withoutIpv6('br0'),
      'link set dev uplink0 master br0',
      'link set dev tap0 master br0',
      'address add 10.34.11.2/24 dev br0',
      'link set dev br0 up',
    ]);
    const entry = (port: string) =>
      mustRun(['bridge', 'fdb', 'replace', guest.mac, 'dev', port, 'master', 'dynamic']);
    await entry('uplink0');
    return stage({
      network:
        'This machine is a hypervisor: its bridge br0 has an uplink and the tap of a guest. A broadcast of the guest came back by a mis-cabled LAG, so that the bridge looks for it on the uplink.',
      command: ['-I', 'br0', '10.34.11.0/26'],
      remedy: { text: 'the bridge has learned where the guest is', apply: () => entry('tap0') },
    });
  },
};
