/** Answers that say less than they seem to: of proxies, of switches, in the name of others, from another VLAN. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Report, type SweepOptions, sweep } from '../../src/index.js';
import { mustRun } from '../../src/lab/command.js';
import { inNamespace } from '../../src/lab/host.js';
import { awaitNoCarrier, ipBatch } from '../../src/lab/iproute.js';
import { createLab, type Host, type Lab, type Switch } from '../../src/lab/lab.js';
import { arpFrame, REPLY } from '../support/arp-frames.js';
import { capture } from '../support/capture.js';
import { inject } from '../support/inject.js';
import { expectSound, respondersByIp } from '../support/sound-report.js';
import { waitFor } from '../support/wait-for.js';
import { witnessedSweep } from '../support/witnessed-sweep.js';

const OUR_IP = '10.0.0.2';
const OUR_MAC = '02:00:00:00:00:99';

let lab: Lab;
let lan: Switch;
beforeAll(async () => {
  lab = await createLab();
  lan = await lab.switch('sw0');
  await lab.link('eth0', { on: lan, mac: OUR_MAC, address: `${OUR_IP}/24` });
});
afterAll(() => lab.remove());

async function sweepLan(targets: string | readonly string[], options: SweepOptions = {}): Promise<Report> {
  const report = await sweep(targets, { links: ['eth0'], ...options }).report();
  expectSound(report);
  return report;
}

/** Makes a machine an ARP proxy for whatever it would route elsewhere, or ends that. */
const actAsProxy = (host: Host, on: boolean) =>
  host.run([
    'sh',
    '-c',
    `for key in forwarding proxy_arp; do echo ${Number(on)} > /proc/sys/net/ipv4/conf/eth0/$key; done`,
  ]);

describe('a router', () => {
  const REMOTE = '10.0.0.128/28';
  const proxied = Array.from({ length: 16 }, (_, i) => `10.0.0.${128 + i}`);
  const LOCAL = '10.0.0.130';
  let router: Host;
  let local: Host;
  beforeAll(async () => {
    [router, local] = await Promise.all([
      lab.host('router', { on: lan, addresses: ['10.0.0.1/24'] }),
      lab.host('local', { on: lan, addresses: [`${LOCAL}/24`] }),
    ]);
    await ipBatch(router.namespace, [
      'link add name up0 type veth peer name up1',
      'link set dev up0 up',
      'link set dev up1 up',
      `route add ${REMOTE} dev up0`,
      // Linux puts a proxy's answers off for 0.8 s or less, for others to come first.
      'ntable change name arp_cache dev eth0 proxy_delay 0',
    ]);
  });

  test('that is no proxy is one address among others', async () => {
    const report = await sweepLan('10.0.0.0/24');
    expect(respondersByIp(report)).toEqual({ '10.0.0.1': [router.mac], [LOCAL]: [local.mac] });
    expect(report.findings).toEqual([]);
  });

  test('that answers for what it routes elsewhere is a proxy, and no host there is a conflict', async () => {
    await actAsProxy(router, true);
    const { report, questions } = await witnessedSweep(router, '10.0.0.0/24');

    expect(respondersByIp(report)[LOCAL]).toEqual([local.mac, router.mac].sort());
    expect(report.findings).toMatchObject([
      {
        kind: 'proxy-arp',
        severity: 'warning',
        link: 0,
        ips: proxied,
        macs: [router.mac],
        evidence: {
          addressCount: 16,
          probesAnswered: 0,
          ownAddresses: ['10.0.0.1'],
          contested: [{ ip: LOCAL, by: expect.arrayContaining([local.mac, router.mac]) }],
        },
      },
    ]);
    const probes = questions.filter(({ spa, tpa }) => spa === '0.0.0.0' && proxied.includes(tpa)).length;
    expect(report.findings[0]).toHaveProperty('evidence.probes', probes);
  });
});

describe('a /32 link, as pods have them', () => {
  const TARGETS = ['10.1.1.8/29', '10.1.1.20'];
  let node: Host;
  beforeAll(async () => {
    ({ host: node } = await lab.pair('pod0', { address: '10.1.1.5/32' }, 'node', {}));
    await ipBatch(node.namespace, [
      'link add name up0 type veth peer name up1',
      'link set dev up0 up',
      'link set dev up1 up',
      'route add 10.1.1.5 dev eth0',
      'route add default dev up0',
      'ntable change name arp_cache dev eth0 proxy_delay 0',
    ]);
    await actAsProxy(node, true);
  });
  const sweepPod = (targets: readonly string[]) =>
    sweep(targets, { links: ['pod0'], offLink: true }).report();

  test('shows nobody but the machine that answers everything', async () => {
    const report = await sweepPod(TARGETS);
    expectSound(report);
    expect(report.counts).toMatchObject({ targets: 9, answered: 9 });
    expect(report.findings).toMatchObject([
      {
        kind: 'proxy-arp',
        severity: 'warning',
        link: 0,
        macs: [node.mac],
        ips: Object.keys(respondersByIp(report)),
      },
    ]);
  });

  test('does so for a single address as well', async () => {
    const { findings } = await sweepPod(['10.1.1.20']);
    expect(findings).toMatchObject([{ kind: 'proxy-arp', ips: ['10.1.1.20'], macs: [node.mac] }]);
  });

  test('is no finding where the machine at its other end holds what it answers for', async () => {
    await ipBatch(node.namespace, ['address add 10.1.1.20/32 dev eth0', 'address add 10.1.1.9/32 dev eth0']);
    const { findings, counts } = await sweepPod(['10.1.1.20', '10.1.1.9']);
    expect(counts.answered).toBe(2);
    expect(findings).toEqual([]);
  });
});

test('a switch that answers for a host is told from the host by asking it alone', async () => {
  const host = await lab.host('suppressed', { on: lan, addresses: ['10.0.0.5/24'] });
  const bridge = (argv: readonly string[]) => mustRun(inNamespace(lan.namespace, ['bridge', ...argv]));
  const port = await portOf(host);
  await bridge(['link', 'set', 'dev', port, 'neigh_suppress', 'on']);
  await bridge(['fdb', 'replace', host.mac, 'dev', port, 'master', 'static']);
  await ipBatch(lan.namespace, [`neighbour replace 10.0.0.5 lladdr ${host.mac} dev br0 nud permanent`]);

  const alive = await sweepLan('10.0.0.4/30');
  expect(alive.hosts).toMatchObject([{ ip: '10.0.0.5', responders: [{ mac: host.mac, confirmed: true }] }]);
  expect(alive.findings).toEqual([]);

  await ipBatch(host.namespace, ['link set dev eth0 down']);
  await awaitNoCarrier({ namespace: lan.namespace, name: port });
  const dead = await sweepLan('10.0.0.4/30');
  expect(dead.hosts).toMatchObject([{ ip: '10.0.0.5', responders: [{ mac: host.mac, confirmed: false }] }]);
  expect(dead.findings).toMatchObject([
    { kind: 'answered-by-fabric', severity: 'info', link: 0, ips: ['10.0.0.5'], macs: [host.mac] },
  ]);
});

/** The switch port that a host is plugged into, by the index that its interface has of it. */
async function portOf(host: Host): Promise<string> {
  const read = async (namespace: string) =>
    JSON.parse(await mustRun(['ip', '-n', namespace, '-json', 'link', 'show'])) as {
      ifname: string;
      ifindex: number;
      link_index?: number;
    }[];
  const near = (await read(host.namespace)).find(({ ifname }) => ifname === 'eth0');
  const far = (await read(lan.namespace)).find(({ ifindex }) => ifindex === near?.link_index);
  if (!far) throw new Error(`${host.name} is on no port`);
  return far.ifname;
}

test('answers under another name are told: of a repeater for many, of a bridge for one, not of a VRRP router', async () => {
  const BRIDGE = '02:00:00:00:0b:01';
  const REPEATER = '02:00:00:00:0b:02';
  const VIRTUAL = '00:00:5e:00:01:07';
  const many = Array.from({ length: 9 }, (_, i) => `10.0.0.${200 + i}`);
  const [behindBridge, behindRepeater, router] = await Promise.all([
    lab.host('behind-bridge', { on: lan, addresses: ['10.0.0.90/24'] }),
    lab.host('behind-repeater', { on: lan, addresses: many.map((ip) => `${ip}/24`) }),
    lab.host('vrrp', { on: lan, mac: VIRTUAL, addresses: ['10.0.0.91/24'] }),
  ]);
  // What sends for them puts its own address in place of theirs into each frame, and leaves ARP as it is.
  const sendAs = async (host: Host, mac: string) => {
    const lines = [
      'add table netdev relay',
      'add chain netdev relay out { type filter hook egress device eth0 priority 0; }',
      `add rule netdev relay out ether saddr set ${mac}`,
    ];
    await mustRun(inNamespace(host.namespace, ['nft', '-f', '-']), `${lines.join('\n')}\n`);
  };
  await Promise.all([
    sendAs(behindBridge, BRIDGE),
    sendAs(behindRepeater, REPEATER),
    sendAs(router, '02:00:00:00:0b:03'),
  ]);

  const { findings } = await sweepLan(['10.0.0.90-91', '10.0.0.200-208']);
  const common = { kind: 'sender-mismatch', link: 0 };
  expect(findings).toMatchObject([
    { ...common, severity: 'info', ips: ['10.0.0.90'], macs: [BRIDGE, behindBridge.mac] },
    { ...common, severity: 'warning', ips: many, macs: [REPEATER, behindRepeater.mac] },
  ]);
});

test('an answer from another VLAN is named with its VLAN, and a tagged frame that answers nothing is not', async () => {
  const speaker = await lab.host('tagging', { on: lan });
  const tagged = (vlan: number, spa: string, sha: string) => {
    const frame = arpFrame({ operation: REPLY, sha, spa, tha: OUR_MAC, tpa: OUR_IP });
    const tag = Buffer.from([0x81, 0x00, vlan >> 8, vlan & 255]);
    return Buffer.concat([frame.subarray(0, 12), tag, frame.subarray(12)]);
  };
  const witness = await capture(speaker, speaker.interface);
  const run = sweep('10.0.0.64/28', { links: ['eth0'], cooldownMs: 700 });
  await waitFor(() => witness.frames().length > 16, { what: 'the questions to be asked' });
  await inject(speaker, speaker.interface, [
    tagged(100, '10.0.0.66', speaker.mac),
    // Nobody asked for this one.
    tagged(100, '10.0.0.99', speaker.mac),
  ]);
  const report = await run.report();
  await witness.stop();

  expectSound(report);
  expect(report.counts.answered).toBe(0);
  expect(report.findings).toMatchObject([
    {
      kind: 'other-vlan',
      severity: 'warning',
      link: 0,
      ips: ['10.0.0.66'],
      macs: [speaker.mac],
      evidence: { vlan: 100, answers: [{ ip: '10.0.0.66', count: 1 }] },
    },
  ]);
});
