import { ipBatch } from '../../lab/iproute.js';
import { type Scenario, stage } from './scenario.js';

const neighbours = ['10.0.1.31', '10.0.1.32', '10.0.1.33'];

export const unreachableNeighbours: Scenario = {
  name: 'unreachable-neighbours',
  symptom: 'Every VM of a deployment reaches every other, but one of them cannot reach three neighbours.',
  async build(lab) {
    const on = await lab.switch('switch');
    const [vm] = await Promise.all([
      lab.host('vm', { on, addresses: ['10.0.1.40/24'] }),
      ...neighbours.map((ip, i) => lab.host(`vm-${i + 1}`, { on, addresses: [`${ip}/24`] })),
    ]);
    // What is left of an IPVS proxy. As a veth pair, because not every kernel has dummy interfaces.
    await ipBatch(vm.namespace, [
      'link add name kube-ipvs0 type veth peer name unused0',
      'link set dev kube-ipvs0 arp off',
      ...neighbours.map((ip) => `address add ${ip}/32 dev kube-ipvs0`),
    ]);
    return stage({
      network: 'Four VMs on a switch. The command runs on the one that cannot reach the others.',
      command: ['-I', 'eth0', '10.0.1.0/26'],
      on: vm,
      remedy: {
        text: 'the addresses of the neighbours are off kube-ipvs0',
        apply: () => ipBatch(vm.namespace, ['address flush dev kube-ipvs0']),
      },
    });
  },
};
