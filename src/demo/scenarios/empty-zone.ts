import { ipBatch } from '../../lab/iproute.js';
import { ourSegment, type Scenario, stage } from './scenario.js';

/** Zone and instance, such as 21 for the first of z2. */
const zones = { z1: [11, 12], z2: [21, 22], z3: [31, 32] };
const ip = (n: number) => `10.34.11.${n}`;
const mac = (n: number) => `02:00:00:00:00:${n}`;

const expectations = Object.entries(zones)
  .map(([zone, instances]) =>
    [`[${zone}/doppler]`, ...instances.map((n, i) => `${ip(n)} ${mac(n)} doppler/${i}`)].join('\n'),
  )
  .join('\n');

export const emptyZone: Scenario = {
  name: 'empty-zone',
  symptom: 'After an upgrade of the platform something is missing, and nobody sees what.',
  async build(lab) {
    const on = await ourSegment(lab);
    const build = (n: number) => lab.host(`doppler-${n}`, { on, mac: mac(n), addresses: [`${ip(n)}/24`] });
    const [lost] = await Promise.all([
      Promise.all(zones.z2.map(build)),
      ...[...zones.z1, ...zones.z3].map(build),
    ]);
    const set = (state: 'up' | 'down') =>
      Promise.all(lost.map(({ namespace }) => ipBatch(namespace, [`link set dev eth0 ${state}`])));
    await set('down');
    return stage({
      network: 'Three zones of two instances each, and a file that says so. One zone has not come back.',
      files: { 'zones.txt': `${expectations}\n` },
      command: ['check', '-I', 'eth0', '--expect', 'zones.txt'],
      exitCode: 1,
      remedy: { text: 'the zone is up again, so that nothing is said', apply: () => set('up') },
    });
  },
};
