/** Where targets come from, which link and sender they are asked by, and in which order. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Report } from '../../src/generated/report-types.js';
import { mustRun } from '../../src/lab/command.js';
import { createLab, type Host, type Lab, type Link } from '../../src/lab/lab.js';
import { NO_IP, questionsOf, REPLY, type ReadArp, readArp } from '../support/arp-frames.js';
import { capture } from '../support/capture.js';
import { expectSound, respondersByIp } from '../support/sound-report.js';
import { sweepCli } from '../support/sweep-cli.js';

const LIVE = ['10.71.0.5', '10.71.0.6', '10.71.0.7'];

let lab: Lab;
let link: Link;
let host: Host;
let directory: string;
beforeAll(async () => {
  lab = await createLab();
  ({ link, host } = await lab.pair('to0', { address: '10.71.0.1/28' }, 'live', {
    addresses: LIVE.map((ip) => `${ip}/24`),
  }));
  directory = mkdtempSync(join(tmpdir(), 'arpsweep-targets-'));
});
afterAll(async () => {
  rmSync(directory, { recursive: true });
  await lab.remove();
});

/** The addresses that answered, as `plain` has them. */
const answeredOf = (stdout: string): string[] =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t')[0] ?? '')
    .sort();

async function reportOf(words: readonly string[], input?: string): Promise<Report> {
  const { status, stdout, stderr } = await sweepCli(
    [...words, '-f', 'json'],
    input === undefined ? {} : { input },
  );
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const report = JSON.parse(stdout) as Report;
  expectSound(report);
  return report;
}

/** What a sweep asked by request, in the order of the wire. */
async function askedBy(words: readonly string[]): Promise<ReadArp[]> {
  const witness = await capture(host, host.interface);
  const { status } = await sweepCli(['-I', 'to0', '--passes', '1', ...words]);
  expect(status).toBe(0);
  return questionsOf(await witness.stop(), link.mac).filter(({ spa }) => spa !== NO_IP);
}

describe('targets', () => {
  test('come from words, a file and standard input together, without those excluded', async () => {
    const file = join(directory, 'targets');
    writeFileSync(file, '# web\n10.71.0.6   # the second\n\n10.71.0.6\n');
    const words = [
      '-I',
      'to0',
      '10.71.0.5',
      '--targets-file',
      file,
      '-',
      '-x',
      '10.71.0.8-9',
      '-x',
      '10.71.0.3',
    ];
    const report = await reportOf(words, '10.71.0.7-10.71.0.9\n10.71.0.2 10.71.0.3\n');
    expect(report.targets).toEqual(['10.71.0.2', '10.71.0.5-10.71.0.7']);
    expect(report.hosts.map(({ ip }) => ip)).toEqual(LIVE);
  });

  test('are a file’s alone where no word is given', async () => {
    const file = join(directory, 'alone');
    writeFileSync(file, '10.71.0.7\r\n');
    const { stdout } = await sweepCli(['-I', 'to0', '--targets-file', file]);
    expect(answeredOf(stdout)).toEqual(['10.71.0.7']);
  });

  test('are the whole subnet of the link where none is given', async () => {
    const report = await reportOf(['-I', 'to0']);
    expect(report.targets).toEqual(['10.71.0.0/28']);
    expect(report.counts).toMatchObject({ targets: 16, answered: 3, self: 1 });
  });

  test('in no subnet of the link are asked with --off-link', async () => {
    await host.run(['ip', 'address', 'add', '10.99.0.1/32', 'dev', 'eth0']);
    const { status, stdout } = await sweepCli(['-I', 'to0', '--off-link', '10.99.0.1']);
    expect(answeredOf(stdout)).toEqual(['10.99.0.1']);
    expect(status).toBe(0);
  });
});

describe('without an interface named', () => {
  const refusal = async () => {
    const { status, stdout, stderr } = await sweepCli([]);
    expect({ status, stdout }).toEqual({ status: 3, stdout: '' });
    return stderr;
  };

  test('a sweep takes that of the default route, and otherwise says which there are', async () => {
    expect(await refusal()).toMatch(/no default route.*\n.*-I.*: to0\.$/m);

    await mustRun(['ip', 'route', 'add', 'default', 'via', '10.71.0.5']);
    const report = await reportOf([]);
    expect(report.links.map((each) => each.interface)).toEqual(['to0']);
    expect(report.targets).toEqual(['10.71.0.0/28']);

    await lab.pair('to1', { address: '10.72.0.1/24' }, 'other', {});
    await mustRun(['ip', 'route', 'append', 'default', 'via', '10.72.0.5']);
    expect(await refusal()).toMatch(/several interfaces: to0, to1\.\n.*-I/);

    await mustRun(['ip', 'route', 'del', 'default', 'via', '10.71.0.5']);
    expect((await reportOf(['10.72.0.5'])).links[0]?.interface).toBe('to1');
    await mustRun(['ip', 'route', 'del', 'default']);
  });
});

test('a subnet that is larger than a /20 is swept only when it is named', async () => {
  const { host: wide } = await lab.pair('wide0', { address: '10.73.0.1/16' }, 'wide', {
    addresses: ['10.73.0.2/16'],
  });
  const witness = await capture(wide, wide.interface);
  const refused = await sweepCli(['-I', 'wide0']);
  expect(refused.stderr).toMatch(/10\.73\.0\.0\/16 of wide0 is larger than a \/20/);
  expect(refused.stderr).toContain('name it as the target: 10.73.0.0/16');
  expect({ status: refused.status, stdout: refused.stdout }).toEqual({ status: 2, stdout: '' });
  expect(await witness.stop()).toEqual([]);

  const named = await sweepCli(['-I', 'wide0', '10.73.0.0/16', '-r', 'max', '--passes', '1']);
  expect(answeredOf(named.stdout)).toEqual(['10.73.0.2']);
});

test('two interfaces are swept at once, each for its own subnet', async () => {
  await lab.pair('duo0', { address: '10.74.0.1/28' }, 'duo', { addresses: ['10.74.0.2/24'] });
  const report = await reportOf(['-I', 'to0', '-I', 'duo0']);
  expect(report.links.map((each) => each.interface)).toEqual(['to0', 'duo0']);
  expect(report.hosts.filter(({ self }) => !self).map(({ ip, link }) => [ip, link])).toEqual([
    ...LIVE.map((ip) => [ip, 0]),
    ['10.74.0.2', 1],
  ]);
});

describe('a link without IPv4, such as the port of a bridge', () => {
  test('is asked without a sender address, and the report says so', async () => {
    const { host: neighbour, link: port } = await lab.pair('port0', {}, 'behind', {
      addresses: ['10.75.0.9/24'],
    });
    await mustRun(['ip', 'link', 'add', 'br7', 'type', 'bridge']);
    await mustRun(['ip', 'link', 'set', 'dev', 'port0', 'master', 'br7']);
    await mustRun(['ip', 'link', 'set', 'dev', 'br7', 'up']);
    try {
      const witness = await capture(neighbour, neighbour.interface);
      const report = await reportOf(['-I', 'port0', '10.75.0.0/28']);
      const asked = questionsOf(await witness.stop(), port.mac);
      expect(new Set(asked.map(({ spa }) => spa))).toEqual(new Set([NO_IP]));
      expect(report.links).toMatchObject([{ interface: 'port0', ip: null, prefixLength: null }]);
      expect(respondersByIp(report)).toEqual({ '10.75.0.9': [neighbour.mac] });

      const { stdout } = await sweepCli(['-I', 'port0', '10.75.0.9', '-f', 'table']);
      expect(stdout).toContain('port0: asked without a sender address (SPA 0)\n');

      const undirected = await sweepCli(['-I', 'port0']);
      expect(undirected.stderr).toMatch(/port0 has no IPv4 subnet.*\n.*Name a target/);
      expect(undirected.status).toBe(3);
    } finally {
      await mustRun(['ip', 'link', 'delete', 'dev', 'br7']);
    }
  });
});

describe('the sender', () => {
  test('is the one given by --source-ip and --source-mac', async () => {
    const mac = '02:71:00:00:00:99';
    const witness = await capture(host, host.interface);
    const foreign = await sweepCli(['-I', 'to0', '--source-mac', mac, ...LIVE]);
    const unsent = await sweepCli(['-I', 'to0', '--source-ip', '0.0.0.0', '10.71.0.5']);
    const frames = (await witness.stop()).map(readArp);
    expect(answeredOf(foreign.stdout)).toEqual(LIVE);
    expect(answeredOf(unsent.stdout)).toEqual(['10.71.0.5']);
    const asked = frames.filter(({ operation }) => operation !== REPLY);
    expect(new Set(asked.map(({ spa }) => spa))).toEqual(new Set([NO_IP]));
    expect(new Set(asked.map(({ sha }) => sha))).toEqual(new Set([mac, link.mac]));
  });
});

describe('the order', () => {
  const tpas = async (...words: string[]) => (await askedBy(words)).map(({ tpa }) => tpa);
  const ascending = Array.from({ length: 15 }, (_, i) => `10.71.0.${i < 1 ? 0 : i + 1}`);

  test('is ascending with --order sequential', async () => {
    expect(await tpas('--order', 'sequential', '10.71.0.0/28')).toEqual(ascending);
  });

  test('is random by default, and the same again with the same seed', async () => {
    const first = await tpas('--seed', '1', '10.71.0.0/28');
    expect(first).not.toEqual(ascending);
    expect([...first].sort()).toEqual([...ascending].sort());
    expect(await tpas('--seed', '1', '--order', 'random', '10.71.0.0/28')).toEqual(first);
    expect(await tpas('--seed', '2', '10.71.0.0/28')).not.toEqual(first);
  });
});
