/**
 * Links with tags and in namespaces. Who answers are kernels that know of no tag: a switch of the tests' own puts them on
 * and takes them off, for the kernel's bridges do so on some machines only.
 */
import type { ChildProcess } from 'node:child_process';
import { readdirSync, readlinkSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Report, sweep } from '../../src/index.js';
import { mustRun } from '../../src/lab/command.js';
import { createLab, type Host, type Lab, type Link } from '../../src/lab/lab.js';
import { waitFor } from '../../src/lab/wait-for.js';
import { capture } from '../support/capture.js';
import { expectSound, respondersByIp } from '../support/sound-report.js';
import { sweepCli } from '../support/sweep-cli.js';
import { startTaggingSwitch, tagBytes } from '../support/tagging-switch.js';

/** In VLAN 100 and in VLAN 200, on another machine each; on `outer` both are within VLAN 300. */
const SHARED = '10.0.0.5';
const PLAIN = '10.0.0.6';
/** Hears VLAN 100 and speaks in VLAN 200. */
const CROSSED = '10.0.0.7';
const RANGE = '10.0.0.1-30';

let lab: Lab;
let trunk: Link;
let tagging: ChildProcess | undefined;
let hosts: Record<'red' | 'green' | 'plain' | 'crossed' | 'left' | 'right' | 'nearLeft' | 'nearRight', Host>;

const within = (vid: number) => tagBytes(300, 0x88a8) + tagBytes(vid);

beforeAll(async () => {
  lab = await createLab();
  const [lan, west, east] = [await lab.switch('lan'), await lab.switch('west'), await lab.switch('east')];
  // One after the other, for the ports are numbered as they come.
  const red = await lab.host('red', { on: lan, addresses: [`${SHARED}/24`] });
  const green = await lab.host('green', { on: lan, addresses: [`${SHARED}/24`] });
  const crossed = await lab.host('crossed', { on: lan, addresses: [`${CROSSED}/24`] });
  await lab.link('outer', { on: lan });
  trunk = await lab.link('trunk', { on: lan, address: '10.0.0.1/24' });
  const [plain, left, right, nearLeft, nearRight] = await Promise.all([
    lab.host('plain', { on: lan, addresses: [`${PLAIN}/24`] }),
    lab.host('side1', { on: west, addresses: ['10.0.0.2/24'] }),
    lab.host('side2', { on: east, addresses: ['10.0.0.2/24'] }),
    lab.host('west9', { on: west, addresses: ['10.0.0.9/24'] }),
    lab.host('east9', { on: east, addresses: ['10.0.0.9/24', '10.0.0.10/24'] }),
  ]);
  hosts = { red, green, plain, crossed, left, right, nearLeft, nearRight };
  // Only the untagged go by the bridge.
  const ports = ['port1', 'port2', 'port3', 'port4'];
  const lines = ports.map((port) => `link set dev ${port} nomaster\n`);
  await mustRun(['ip', '-n', lan.namespace, '-batch', '-'], lines.join(''));
  tagging = await startTaggingSwitch(lan, [
    { access: 'port1', trunk: 'port5', out: tagBytes(100) },
    { access: 'port2', trunk: 'port5', out: tagBytes(200) },
    { access: 'port3', trunk: 'port5', out: tagBytes(100), in: tagBytes(200) },
    { access: 'port1', trunk: 'port4', out: within(100) },
    { access: 'port2', trunk: 'port4', out: within(200) },
  ]);
});
afterAll(async () => {
  tagging?.kill();
  await lab.remove();
});

/** Who answers on each link, by the link's place. */
function byLink(report: Report): Record<string, Record<string, string[]>> {
  return Object.fromEntries(
    report.links.map(({ netns, interface: name, vlan, innerVlan }, link) => [
      [netns, name, vlan, innerVlan].filter((part) => part != null).join(' '),
      respondersByIp({ ...report, hosts: report.hosts.filter((host) => host.link === link) }),
    ]),
  );
}

/** Of frames as the witness saw them: tags and SPA. */
const tagsAndSender = (bytes: Buffer): string => {
  const type = bytes.indexOf(Buffer.from('080600010800', 'hex'));
  return `${bytes.subarray(12, type).toString('hex')} ${bytes.subarray(type + 16, type + 20).join('.')}`;
};

describe('tags', () => {
  test('make links of their own, whose answers are kept apart', async () => {
    const witness = await capture(null, 'trunk');
    const report = await sweep(RANGE, {
      links: ['trunk', 'trunk@100.5', 'trunk@200'],
      exclude: CROSSED,
    }).report();
    const asked = (await witness.stop()).filter(({ bytes }) => bytes.includes(macBytes(trunk.mac), 6));

    expectSound(report);
    expect(report.outcome).toBe('complete');
    expect(byLink(report)).toEqual({
      trunk: { [PLAIN]: [hosts.plain.mac] },
      'trunk 100': { [SHARED]: [hosts.red.mac] },
      'trunk 200': { [SHARED]: [hosts.green.mac] },
    });
    expect(report.links.map(({ ip }) => ip)).toEqual(['10.0.0.1', null, null]);
    expect(report.findings).toEqual([]);
    const requests = asked.filter(({ bytes }) => bytes.subarray(6, 12).equals(macBytes(trunk.mac)));
    expect(new Set(requests.map(({ bytes }) => tagsAndSender(bytes)))).toEqual(
      new Set([' 10.0.0.1', ' 0.0.0.0', '8100a064 0.0.0.0', '810000c8 0.0.0.0']),
    );
    expect(requests).toHaveLength(report.statistics.transmitted);
  });

  test('that the answer has and the question had not are a finding, and no answer', async () => {
    const report = await sweep(CROSSED, { links: ['trunk@100'] }).report();
    expect(report.counts.answered).toBe(0);
    expect(report.findings).toMatchObject([
      {
        kind: 'other-vlan',
        ips: [CROSSED],
        macs: [hosts.crossed.mac],
        evidence: { vlan: 200, askedInVlan: 100 },
      },
    ]);
    expect(report.findings[0]?.message).toContain(
      'answered in VLAN 200 what trunk@100 had asked in VLAN 100',
    );
  });

  test('within tags reach through a provider bridge, and both count', async () => {
    // The kernel has moved the outer tag of what came in out of the witness's sight: these are our own.
    const witness = await capture(null, 'outer', 'ether proto 0x88a8');
    const report = await sweep(RANGE, {
      links: ['outer@300@100', 'outer@300@200.1', 'outer@300@201'],
      exclude: CROSSED,
    }).report();
    const frames = (await witness.stop()).map(({ bytes }) => bytes.subarray(12, 20).toString('hex'));

    expectSound(report);
    expect(byLink(report)).toEqual({
      'outer 300 100': { [SHARED]: [hosts.red.mac] },
      'outer 300 200': { [SHARED]: [hosts.green.mac] },
      'outer 300 201': {},
    });
    expect(report.findings).toEqual([]);
    expect(new Set(frames)).toEqual(new Set(['88a8012c81000064', '88a8012c810020c8', '88a8012c810000c9']));
  });

  test('serve a check as well, by an option for all links', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tagged-'));
    const check = async (mac: string) => {
      const file = join(folder, mac);
      await writeFile(file, `${SHARED} ${mac}\n`);
      return sweepCli(['check', '-I', 'trunk', '--vlan', '100', '--expect', file]);
    };
    const [right, wrong] = await Promise.all([check(hosts.red.mac), check(hosts.green.mac)]);
    expect(right).toMatchObject({ status: 0, stdout: '' });
    expect(wrong.status).toBe(1);
    expect(wrong.stdout).toContain('wrong-mac');
    await rm(folder, { recursive: true });
  });
});

describe('namespaces', () => {
  const spaces = () =>
    new Set(readdirSync('/proc/self/task').map((id) => readlinkSync(`/proc/self/task/${id}/ns/net`)));

  test('with the same subnet are swept in one run, by a pattern, and this process stays where it is', async () => {
    const before = spaces();
    const prefix = hosts.left.namespace.replace(/side1$/, '');
    const run = sweep(undefined, { links: [`${prefix}side?:eth*`, 'trunk'] });
    const heard: string[] = [];
    for await (const { ip, netns, interface: name } of run) heard.push(`${netns} ${name} ${ip}`);
    const report = await run.report();

    expectSound(report);
    expect(byLink(report)).toEqual({
      [`${hosts.left.namespace} eth0`]: { '10.0.0.9': [hosts.nearLeft.mac] },
      [`${hosts.right.namespace} eth0`]: {
        '10.0.0.9': [hosts.nearRight.mac],
        '10.0.0.10': [hosts.nearRight.mac],
      },
      trunk: { [PLAIN]: [hosts.plain.mac] },
    });
    expect(report.findings).toEqual([]);
    expect(heard.sort()).toEqual(
      [
        `${hosts.left.namespace} eth0 10.0.0.9`,
        `${hosts.right.namespace} eth0 10.0.0.9`,
        `${hosts.right.namespace} eth0 10.0.0.10`,
        `null trunk ${PLAIN}`,
      ].sort(),
    );
    // What each side's kernel learnt from the answers is told of that side.
    expect(report.machine.interfaces.filter(({ name }) => name === 'eth0').map(({ netns }) => netns)).toEqual(
      [hosts.left.namespace, hosts.right.namespace],
    );
    expect(spaces()).toEqual(before);
  });

  test('that vanish while they are swept leave the rest untested', async () => {
    const { namespace } = await lab.host('fleeting', {
      on: { name: '', namespace: (await lab.switch('gone')).namespace },
      addresses: ['10.0.0.2/24'],
    });
    const run = sweep('10.0.0.0/24', { netns: namespace, links: ['eth0'], rate: 100, passes: 1 });
    await waitFor(() => run.progress().transmitted > 5, { what: 'the sweep to be under way' });
    await mustRun(['ip', 'netns', 'delete', namespace]);
    const report = await run.report();
    expect(report.outcome).toBe('failed');
    expect(report.untested).toMatchObject([{ reason: 'link-gone' }]);
    expect(report.counts.untested).toBeGreaterThan(200);
    expect(report.counts.untested).toBeLessThan(250);
  });

  test('that are not there, or may not be entered, are told in a sentence with what to do', async () => {
    const sayings = await Promise.all([
      sweepCli(['-I', 'nowhere:eth0']),
      sweepCli(['-I', 'nowhere*:eth0']),
      sweepCli(['-I', `${hosts.left.namespace}:tap*`]),
      sweepCli(['-I', '*-side?:tap*']),
      sweepCli(['--netns', hosts.left.namespace, '-I', 'eth0'], {
        through: ['setpriv', '--bounding-set=-sys_admin'],
      }),
    ]);
    expect(sayings.map(({ status }) => status)).toEqual([3, 3, 3, 3, 3]);
    const [missing, alike, tap, taps, barred] = sayings.map(({ stderr }) => stderr);
    expect(missing).toMatch(/There is no network namespace "nowhere" here\.\n.*side1/);
    expect(alike).toMatch(/No network namespace here is called anything like "nowhere\*"\.\n.*side1/);
    expect(tap).toMatch(
      /No interface in the network namespace \S+ is called anything like "tap\*"\.\n.*eth0/,
    );
    expect(taps).toMatch(/No interface that is up is called "tap\*" in any/);
    expect(barred).toMatch(
      /may not look into the network namespace \S+ setns needs the capability CAP_SYS_ADMIN/,
    );
  });
});

const macBytes = (mac: string): Buffer => Buffer.from(mac.replaceAll(':', ''), 'hex');
