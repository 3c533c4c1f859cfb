/**
 * A machine holds addresses of its neighbours on an interface that is down: what it sees itself, what they see, and
 * what anybody else sees. Beside it load balancers, which hold the addresses of services in the same way on purpose.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Report, sweep } from '../../src/index.js';
import { mustRun } from '../../src/lab/command.js';
import { ipBatch } from '../../src/lab/iproute.js';
import { createLab, type Host, type Lab } from '../../src/lab/lab.js';
import { inShort } from '../support/arp-frames.js';
import { expectSound } from '../support/sound-report.js';
import { witnessedSweep } from '../support/witnessed-sweep.js';

const OUR_IP = '10.0.0.2';
const NEIGHBOURS = ['10.0.0.31', '10.0.0.32', '10.0.0.33'];
const SERVICES = ['10.0.0.50', '10.0.0.51', '10.0.0.52'];

let lab: Lab;
let neighbours: Host[];
let vm: Host;
let leader: Host;

/** The lines that make an interface as kube-ipvs0 is: without ARP and down. The kernel takes its addresses all the same. */
const park = (addresses: readonly string[]) => [
  'link add name parked0 type veth peer name parked1',
  'link set dev parked0 arp off',
  ...addresses.map((ip) => `address add ${ip}/32 dev parked0`),
];
const hold = (ips: readonly string[]) =>
  ipBatch(null, ['address flush dev parked0', ...ips.map((ip) => `address add ${ip}/32 dev parked0`)]);
/** As load balancers are set: they answer only for what the asked interface itself holds. */
const answerStrictly = (host: Host) =>
  host.run(['sh', '-c', 'echo 1 > /proc/sys/net/ipv4/conf/all/arp_ignore']);

async function sweepLan(targets: readonly string[] = ['10.0.0.0/24']): Promise<Report> {
  const report = await sweep(targets, { links: ['eth0'] }).report();
  expectSound(report);
  return report;
}

beforeAll(async () => {
  lab = await createLab();
  const lan = await lab.switch('sw0');
  [neighbours, vm, leader] = await Promise.all([
    Promise.all(NEIGHBOURS.map((ip, i) => lab.host(`n${i}`, { on: lan, addresses: [`${ip}/24`] }))),
    lab.host('vm', { on: lan, addresses: ['10.0.0.40/24'] }),
    lab.host('leader', { on: lan, addresses: ['10.0.0.11/24'] }),
    lab.link('eth0', { on: lan, address: `${OUR_IP}/24` }),
  ]).then(([first, second, third]) => [first, second, third] as const);
  // The leader answers for the services that it and we hold.
  await Promise.all([
    ipBatch(leader.namespace, park(SERVICES)),
    ipBatch(vm.namespace, park([OUR_IP, ...NEIGHBOURS])),
    answerStrictly(vm),
    ipBatch(null, park([])),
  ]);
});
afterAll(async () => {
  await ipBatch(null, ['link delete dev parked0']);
  await lab.remove();
});

describe('from the machine that holds them', () => {
  test('each is named with who has it, and services that all hold are not', async () => {
    await hold([...NEIGHBOURS, ...SERVICES]);
    const { findings, hosts } = await sweepLan();

    for (const ip of NEIGHBOURS) expect(await mustRun(['ip', 'route', 'get', ip])).toMatch(/^local /);
    const answered = hosts.filter(({ responders }) => responders.length > 0).map(({ ip }) => ip);
    expect(answered).toEqual(expect.arrayContaining([...NEIGHBOURS, ...SERVICES]));
    expect(findings).toMatchObject([
      {
        kind: 'shadowed-address',
        severity: 'warning',
        link: 0,
        ips: NEIGHBOURS,
        macs: neighbours.map(({ mac }) => mac).sort(),
        evidence: {
          heldBy: 'parked0',
          flags: ['DOWN', 'NOARP'],
          addresses: neighbours.map(({ mac }, i) => ({ ip: NEIGHBOURS[i], answeredBy: [{ mac }] })),
        },
      },
    ]);
    expect(findings[0]?.message).toContain('ip address delete 10.0.0.31/32 dev parked0');
  });

  test('services are none where they alone are asked for, if the kernel knows their machine by another address', async () => {
    await hold(SERVICES);
    await ipBatch(null, [`neighbour replace 10.0.0.11 lladdr ${leader.mac} dev eth0 nud stale`]);
    expect((await sweepLan(SERVICES)).findings).toEqual([]);
    await ipBatch(null, ['neighbour delete 10.0.0.11 dev eth0']);
    expect((await sweepLan(SERVICES)).findings).toMatchObject([{ kind: 'shadowed-address', ips: SERVICES }]);
  });

  test('an address of a subnet, as an interface has that is in use, is never taken for a service', async () => {
    const [ip] = SERVICES;
    await ipBatch(null, ['address flush dev parked0', `address add ${ip}/24 dev parked0`]);
    const { findings } = await sweepLan();
    expect(findings).toMatchObject([{ kind: 'shadowed-address', ips: [ip] }]);
  });
});

describe('from others', () => {
  beforeEach(() => hold([]));

  test('an address that it holds gets answers to probes alone, and the finding says how many', async () => {
    const { report, questions } = await witnessedSweep(vm, ['10.0.0.40', '10.0.0.0/24']);
    expect(report.findings).toMatchObject([
      { kind: 'answers-only-probes', severity: 'warning', link: 0, ips: ['10.0.0.40'], macs: [vm.mac] },
    ]);
    expect(report.findings[0]?.message).toContain(OUR_IP);
    const asked = questions.filter(({ tpa }) => tpa === '10.0.0.40').map(inShort);
    const probes = asked.filter((question) => question.startsWith('probe'));
    expect(report.findings[0]).toHaveProperty('evidence.addresses', [
      {
        ip: '10.0.0.40',
        mac: vm.mac,
        requests: asked.length - probes.length,
        requestsAnswered: 0,
        probes: probes.length,
        probesAnswered: probes.length,
      },
    ]);
    expect(probes.length).toBeGreaterThanOrEqual(3);
  });

  test('nothing is wrong for a third machine', async () => {
    await ipBatch(null, ['address flush dev eth0', 'address add 10.0.0.3/24 dev eth0']);
    const report = await sweepLan(['10.0.0.40', '10.0.0.0/24']);
    expect(report.hosts.find(({ ip }) => ip === '10.0.0.40')?.responders).toMatchObject([{ mac: vm.mac }]);
    expect(report.findings).toEqual([]);
  });
});
