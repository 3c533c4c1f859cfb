import { mustRun } from '../../lab/command.js';
import { inNamespace } from '../../lab/host.js';
import { awaitForwarding, ipBatch, vethLine } from '../../lab/iproute.js';
import { OUR_MAC, ourSegment, type Scenario, stage } from './scenario.js';

const cables = ['lag1', 'lag2'];

/** A real loop fills the wires. Of this one's frames every second is lost on each round, so that all of them die. */
const dying = [
  'add table netdev loop',
  ...cables.flatMap((name) => [
    `add chain netdev loop ${name} { type filter hook ingress device ${name} priority 0; }`,
    `add rule netdev loop ${name} numgen random mod 2 == 0 drop`,
  ]),
].join('\n');

export const loop: Scenario = {
  name: 'loop',
  symptom: 'The kernel logs "received packet with own address as source address", and the network is slow.',
  async build(lab) {
    const [near, far] = await Promise.all([ourSegment(lab, 'rack-1'), lab.switch('rack-2')]);
    await lab.host('gateway', { on: near, mac: '00:1b:54:3e:a1:40', addresses: ['10.34.11.1/24'] });
    for (const name of cables) {
      await ipBatch(null, [
        vethLine({ namespace: near.namespace, name }, { namespace: far.namespace, name }),
      ]);
    }
    await mustRun(inNamespace(far.namespace, ['nft', '-f', '-']), `${dying}\n`);
    // As port security does: the switch would look for us where our own frames come from, and answers be lost.
    await mustRun(
      inNamespace(near.namespace, [
        ...['bridge', 'fdb', 'replace', OUR_MAC, 'dev', 'port1', 'master', 'static', 'sticky'],
      ]),
    );
    const ends = cables.flatMap((name) => [near, far].map(({ namespace }) => ({ namespace, name })));
    await Promise.all(
      ends.map(({ namespace, name }) => ipBatch(namespace, [`link set dev ${name} master br0 up`])),
    );
    await Promise.all(ends.map(awaitForwarding));
    return stage({
      network: 'Two switches, joined by the two cables of a LAG that is configured on neither of them.',
      command: ['-I', 'eth0', '10.34.11.0/26'],
      remedy: {
        text: 'one of the two cables is out',
        apply: () => ipBatch(near.namespace, ['link delete dev lag2']),
      },
    });
  },
};
