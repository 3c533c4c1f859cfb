import { mustRun } from '../../lab/command.js';
import { type Host, inNamespace } from '../../lab/host.js';
import { ipBatch } from '../../lab/iproute.js';
import { ourSegment, type Scenario, stage } from './scenario.js';

/** Makes a machine an ARP proxy for whatever it would route elsewhere, or ends that. */
function actAsProxy({ namespace }: Host, on: boolean): Promise<string> {
  const script = `for key in forwarding proxy_arp; do echo ${Number(on)} > /proc/sys/net/ipv4/conf/eth0/$key; done`;
  return mustRun(inNamespace(namespace, ['sh', '-c', script]));
}

/** An interface that leads elsewhere. */
const elsewhere = [
  'link add name up0 type veth peer name up1',
  'link set dev up0 up',
  'link set dev up1 up',
  // Linux puts a proxy's answers off for 0.8 s or less, for others to come first.
  'ntable change name arp_cache dev eth0 proxy_delay 0',
];

export const proxy: Scenario = {
  name: 'proxy',
  symptom: 'Sixteen addresses answer that nobody has, and one that somebody has answers twice.',
  async build(lab) {
    const on = await ourSegment(lab);
    const [router] = await Promise.all([
      lab.host('router', { on, mac: '00:1b:54:3e:a1:40', addresses: ['10.34.11.1/24'] }),
      lab.host('server', { on, mac: '94:18:82:0b:7e:34', addresses: ['10.34.11.130/24'] }),
    ]);
    await ipBatch(router.namespace, [...elsewhere, 'route add 10.34.11.128/28 dev up0']);
    await actAsProxy(router, true);
    return stage({
      network: 'A router that answers for what it routes elsewhere, and a server in the midst of that.',
      command: ['-I', 'eth0', '10.34.11.128/28'],
      remedy: { text: 'the router answers for itself alone', apply: () => actAsProxy(router, false) },
    });
  },
};

export const pod: Scenario = {
  name: 'pod',
  symptom: 'From within a pod every address seems to be there, even that of a service which is dead.',
  async build(lab) {
    const { host: node } = await lab.pair('eth0', { address: '10.1.1.5/32' }, 'node', {});
    await ipBatch(node.namespace, [...elsewhere, 'route add 10.1.1.5 dev eth0', 'route add default dev up0']);
    await actAsProxy(node, true);
    return stage({
      network:
        'A pod behind a routed CNI: a /32 link to its node, which answers for every address. The check must not say that all is well.',
      files: { 'services.txt': '[services]\n10.34.11.190\n10.34.11.191\n' },
      command: ['check', '-I', 'eth0', '--off-link', '--expect', 'services.txt'],
      exitCode: 3,
    });
  },
};
