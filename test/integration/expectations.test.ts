/** What is expected of a network, and what is not there: three zones, one of them empty. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Report, sweep } from '../../src/index.js';
import { createLab, type Host, type Lab } from '../../src/lab/lab.js';
import { questionsOf } from '../support/arp-frames.js';
import { capture } from '../support/capture.js';
import { expectSound } from '../support/sound-report.js';
import { sweepCli } from '../support/sweep-cli.js';

const OUR_MAC = '02:00:00:00:00:99';
const SHARED = '10.0.0.40';
/** Zone and instance, such as 21 for the first of z2: the last byte of address and MAC. */
const zones = { z1: [11, 12], z2: [21, 22], z3: [31, 32] };
const ip = (n: number) => `10.0.0.${n}`;
const mac = (n: number) => `02:00:00:00:00:${n}`;
const absent = zones.z2.map(ip);

let lab: Lab;
let directory: string;
let file: string;
let hosts: Map<number, Host>;
beforeAll(async () => {
  lab = await createLab();
  directory = mkdtempSync(join(tmpdir(), 'arpsweep-zones-'));
  file = join(directory, 'zones');
  const lan = await lab.switch('sw0');
  await lab.link('eth0', { on: lan, mac: OUR_MAC, address: '10.0.0.1/24' });
  const built = Object.values(zones)
    .flat()
    .map(async (n): Promise<[number, Host]> => {
      // The first instance of each zone answers for the shared address as well.
      const addresses = [ip(n), ...(n % 10 === 1 ? [SHARED] : [])].map((each) => `${each}/24`);
      return [n, await lab.host(`i${n}`, { on: lan, mac: mac(n), addresses })];
    });
  hosts = new Map(await Promise.all(built));
  writeFileSync(
    file,
    [
      ...Object.entries(zones).flatMap(([zone, instances]) => [
        `[${zone}/doppler]`,
        ...instances.map((n, i) => `${ip(n)} ${mac(n)} doppler/${i}`),
      ]),
      '[api]',
      `${SHARED} ${mac(11)},${mac(21)},${mac(31)}`,
    ].join('\n'),
  );
});
afterAll(async () => {
  await lab.remove();
  rmSync(directory, { recursive: true });
});

async function sweepZones(targets = '10.0.0.0/24'): Promise<Report> {
  const report = await sweep(targets, { links: ['eth0'], expect: file }).report();
  expectSound(report);
  expect(report.outcome).toBe('complete');
  return report;
}

async function setZone2(state: 'up' | 'down'): Promise<void> {
  for (const n of zones.z2) await hosts.get(n)?.run(['ip', 'link', 'set', 'dev', 'eth0', state]);
}

test('a network as it should be is no finding, an address that three machines share included', async () => {
  const { findings, counts } = await sweepZones();
  expect(findings).toEqual([]);
  expect(counts).toMatchObject({ answered: 7, self: 1 });
});

test('an empty zone is found, and each of its instances only after five requests', async () => {
  await setZone2('down');
  const witness = await capture(null, 'eth0');
  const { findings } = await sweepZones();
  const frames = await witness.stop();
  await setZone2('up');

  expect(findings).toMatchObject([
    {
      kind: 'group-empty',
      severity: 'error',
      link: 0,
      ips: absent,
      macs: [],
      evidence: { group: 'z2/doppler' },
    },
    { kind: 'missing', severity: 'error', link: 0, ips: absent, macs: [], evidence: { group: 'z2/doppler' } },
  ]);
  expect(findings).toHaveLength(2);
  expect(findings[0]?.message).toMatch(/^z2\/doppler has too few instances: none of its 2 addresses answers/);
  expect(findings[1]?.message).toContain('10.0.0.21 (doppler/0) and 10.0.0.22 (doppler/1)');

  const requests = (tpa: string) =>
    questionsOf(frames, OUR_MAC).filter((question) => question.tpa === tpa && question.spa !== '0.0.0.0')
      .length;
  for (const address of absent) expect(requests(address)).toBeGreaterThanOrEqual(5);
  // Of the silent rest nothing is expected, so it is not asked so often.
  expect(requests('10.0.0.200')).toBeLessThan(5);
});

test('a machine in the place of another, and one that nobody expects, are found', async () => {
  const intruder = hosts.get(32);
  await hosts.get(12)?.run(['ip', 'address', 'delete', `${ip(12)}/24`, 'dev', 'eth0']);
  await intruder?.run(['ip', 'address', 'add', `${ip(12)}/24`, 'dev', 'eth0']);
  await intruder?.run(['ip', 'address', 'add', `${ip(77)}/24`, 'dev', 'eth0']);
  const { findings } = await sweepZones();
  expect(findings).toMatchObject([
    { kind: 'wrong-mac', severity: 'error', link: 0, ips: [ip(12)], macs: [mac(32)] },
    { kind: 'unexpected', severity: 'warning', link: 0, ips: [ip(77)], macs: [mac(32)] },
  ]);
  expect(findings).toHaveLength(2);
  await intruder?.run(['ip', 'address', 'delete', `${ip(77)}/24`, 'dev', 'eth0']);
});

test('the command says in a sentence what it did not look at, and fails where it is told to', async () => {
  const words = ['-I', 'eth0', '--expect', file, '--fail-on', 'wrong-mac', '10.0.0.2-30'];
  const { stderr, stdout, status } = await sweepCli(words);
  expect(stdout.split('\n')).toHaveLength(4 + 1);
  expect(stderr.split('\n')).toEqual([
    expect.stringMatching(/^error: wrong-mac: An address of z1\/doppler is answered on eth0 by another MAC/),
    expect.stringMatching(
      /^not swept: 3 expected addresses \(10\.0\.0\.31 \(doppler\/0\), .*, not among the targets\.$/,
    ),
    '',
  ]);
  expect(status).toBe(1);
});
