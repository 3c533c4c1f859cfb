/** Ten service addresses that wander between five machines: with --names, the machines and interfaces by name. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Report, sweep } from '../../src/index.js';
import { mustRun } from '../../src/lab/command.js';
import { createLab, type Host, type Lab } from '../../src/lab/lab.js';
import { expectSound } from '../support/sound-report.js';
import { ARPSWEEP, sweepCli } from '../support/sweep-cli.js';

const RANGE = '10.0.0.1-60';
const vips = Array.from({ length: 10 }, (_, i) => `10.0.0.${30 + i}`);
const mac = (node: number, nic: number) => `02:00:00:00:0${nic}:0${node}`;
/** Two of the five have a second interface on the segment that nobody configured. */
const STRAY = [1, 2];
const strays = STRAY.map((node) => mac(node, 1));

let lab: Lab;
let fleet: string;
let nodes: Host[];
beforeAll(async () => {
  lab = await createLab();
  fleet = mkdtempSync(join(tmpdir(), 'arpsweep-fleet-'));
  const lan = await lab.switch('sw0');
  await lab.link('eth0', { on: lan, address: '10.0.0.9/24' });
  nodes = await Promise.all(
    [1, 2, 3, 4, 5].map((n) =>
      lab.host(`node-${n}`, {
        on: lan,
        mac: mac(n, 0),
        addresses: [`10.0.0.1${n}/24`, ...vips.map((ip) => `${ip}/24`)],
      }),
    ),
  );
  await Promise.all(STRAY.map((n, i) => lab.nic(nodes[i] as Host, 'eth1', { on: lan, mac: mac(n, 1) })));
  await Promise.all(nodes.map(describeNode));
});
afterAll(async () => {
  await lab.remove();
  rmSync(fleet, { recursive: true });
});

/** What an operator gathers by ssh: each node's own word on its interfaces. Namespaces of a lab share a host name. */
async function describeNode({ name, namespace }: Host): Promise<void> {
  const script = 'hostname "$0" && exec "$@" interfaces -f json';
  const there = ['ip', 'netns', 'exec', namespace, 'unshare', '--uts', 'sh', '-c', script];
  writeFileSync(join(fleet, `${name}.json`), await mustRun([...there, name, process.execPath, ARPSWEEP]));
}

async function sweepFleet(): Promise<Report> {
  const report = await sweep(RANGE, { links: ['eth0'], names: fleet }).report();
  expectSound(report);
  return report;
}

test('five machines are named, and the two interfaces that answer without having the addresses', async () => {
  const { findings, hosts } = await sweepFleet();
  const all = [1, 2, 3, 4, 5].map((n) => mac(n, 0)).concat(strays);
  const own = ['10.0.0.11', '10.0.0.12'];
  expect(findings.map(({ kind, severity, ips, macs }) => ({ kind, severity, ips, macs }))).toEqual([
    { kind: 'duplicate-address', severity: 'error', ips: vips, macs: all.toSorted() },
    // Their own addresses, which nobody else has.
    ...own.map((ip, i) => ({
      kind: 'arp-flux',
      severity: 'warning',
      ips: [ip],
      macs: [mac(STRAY[i] ?? 0, 0), strays[i]],
    })),
    ...own.map((ip, i) => ({
      kind: 'unconfigured-interface',
      severity: 'warning',
      ips: [ip],
      macs: [strays[i]],
    })),
    { kind: 'unconfigured-interface', severity: 'warning', ips: vips, macs: strays },
  ]);
  expect(findings[0]?.message).toContain('by the same 5 machines');
  for (const { name } of nodes) expect(findings[0]?.message).toContain(`${name} (eth0 `);
  expect(findings.at(-1)?.message).toContain('node-1 (eth1 ');
  expect(findings.at(-1)?.message).toContain('node-2 (eth1 ');
  const names = hosts.find(({ ip }) => ip === vips[0])?.responders.map(({ name }) => name);
  expect(names?.toSorted()).toEqual([
    'node-1 eth0',
    'node-1 eth1',
    'node-2 eth0',
    'node-2 eth1',
    'node-3 eth0',
    'node-4 eth0',
    'node-5 eth0',
  ]);
});

test('the command takes files behind --names, and the names take the vendor’s place', async () => {
  const files = ['node-1.json', 'node-3.json'].map((file) => join(fleet, file));
  const { stdout, status } = await sweepCli(['-I', 'eth0', '--names', ...files, '10.0.0.11', '10.0.0.13-14']);
  const rows = stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => line.split('\t'));
  expect(rows.map(([ip, , , , name]) => `${ip} ${name}`).sort()).toEqual([
    '10.0.0.11 node-1 eth0',
    '10.0.0.11 node-1 eth1',
    '10.0.0.13 node-3 eth0',
    '10.0.0.14 (random or local MAC)',
  ]);
  expect(status).toBe(0);
});

test('of names that cannot be read nothing is swept', async () => {
  const broken = join(fleet, 'broken');
  writeFileSync(broken, '02:00:00:00:00:01 node-1\nnode-2\n');
  const { stdout, stderr, status } = await sweepCli(['-I', 'eth0', '10.0.0.11', '--names', broken]);
  rmSync(broken);
  expect(stderr).toMatch(
    /^arpsweep: The names file ".*\/broken" is wrong at line 2: .*\.\n.*interfaces -f json/,
  );
  expect({ stdout, status }).toEqual({ stdout: '', status: 2 });
});

// The last: it mends the network as the findings say.
test('nothing is found once each address has one machine and those interfaces are off the network', async () => {
  await Promise.all(
    nodes.map(async ({ namespace }, i) => {
      const lost = vips.filter((_, vip) => vip % nodes.length !== i);
      const lines = lost.map((ip) => `address delete ${ip}/24 dev eth0`);
      if (STRAY.includes(i + 1)) lines.push('link set dev eth1 down');
      await mustRun(['ip', '-n', namespace, '-batch', '-'], lines.join('\n'));
    }),
  );
  const { findings, counts } = await sweepFleet();
  expect(counts).toMatchObject({ answered: 15, self: 1 });
  expect(findings).toEqual([]);
});
