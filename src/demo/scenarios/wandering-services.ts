import { fileURLToPath } from 'node:url';
import { mustRun } from '../../lab/command.js';
import { type Host, inNamespace } from '../../lab/host.js';
import { ipBatch } from '../../lab/iproute.js';
import { ourSegment, type Scenario, stage } from './scenario.js';

const ARPSWEEP = fileURLToPath(new URL('../../../bin/arpsweep.js', import.meta.url));
const services = Array.from({ length: 10 }, (_, i) => `10.34.11.${190 + i}`);
const mac = (node: number, nic: number) => `00:50:56:ab:${nic}0:0${node}`;
/** Those of the five that have a second interface which nobody configured. */
const carelessNodes = [2, 4];

/** What an operator gathers by ssh: the machine's own word on its interfaces. Namespaces share a host name. */
async function describe({ name, namespace }: Host): Promise<[string, string]> {
  const script = 'hostname "$0" && exec "$@" interfaces -f json';
  const there = inNamespace(namespace, ['unshare', '--uts', 'sh', '-c', script, name]);
  return [`fleet/${name}.json`, await mustRun([...there, process.execPath, ARPSWEEP])];
}

export const wanderingServices: Scenario = {
  name: 'wandering-services',
  symptom: 'Service addresses of a load balancer answer now from one node, now from another.',
  async build(lab) {
    const on = await ourSegment(lab);
    const nodes = await Promise.all(
      [1, 2, 3, 4, 5].map((n) => {
        const addresses = [`10.34.11.1${n}`, ...services].map((ip) => `${ip}/24`);
        return lab.host(`node-${n}`, { on, mac: mac(n, 0), addresses });
      }),
    );
    const careless = nodes.filter((_, i) => carelessNodes.includes(i + 1));
    await Promise.all(
      careless.map((node, i) => lab.nic(node, 'eth1', { on, mac: mac(carelessNodes[i] ?? 0, 1) })),
    );
    return stage({
      network:
        'An upgrade of MetalLB has left ten service addresses on all of five nodes, two of which have a second interface on the segment that nobody configured. Each node was asked by "arpsweep interfaces -f json" who it is.',
      files: Object.fromEntries(await Promise.all(nodes.map(describe))),
      command: ['-I', 'eth0', '10.34.11.190-199', '--names', 'fleet'],
      remedy: {
        text: 'each address is left to one node, and the interfaces that nobody configured are down',
        apply: () =>
          Promise.all(
            nodes.map((node, i) => {
              const others = services.filter((_, service) => service % nodes.length !== i);
              const lines = others.map((ip) => `address delete ${ip}/24 dev eth0`);
              if (careless.includes(node)) lines.push('link set dev eth1 down');
              return ipBatch(node.namespace, lines);
            }),
          ),
      },
    });
  },
};
