/** One sweep in several: what was interrupted goes on, and a range is swept in shards. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Report } from '../../src/generated/report-types.js';
import { createLab, type Host, type Lab, type Link } from '../../src/lab/lab.js';
import { questionsOf } from '../support/arp-frames.js';
import { type Capture, capture } from '../support/capture.js';
import { expectSound, respondersByIp } from '../support/sound-report.js';
import { startCli, sweepCli } from '../support/sweep-cli.js';
import { waitFor } from '../support/wait-for.js';

const OWN = '10.68.0.1';
const RANGE = '10.68.1.0/24';
const EVERYBODY = Array.from({ length: 256 }, (_, i) => `10.68.1.${i}`);
const SWEEP = ['-I', 'part0', '-f', 'json', '--passes', '1', '--cooldown', '50ms'];

let lab: Lab;
let link: Link;
let host: Host;
beforeAll(async () => {
  lab = await createLab();
  ({ link, host } = await lab.pair('part0', { address: `${OWN}/22` }, 'everybody', {
    addresses: ['10.68.0.2/22'],
    answersFor: [RANGE],
  }));
});
afterAll(() => lab.remove());

/** Addresses of the range that were asked for, by what arrived at the other end. */
function askedIn(witness: Capture): string[] {
  const questions = questionsOf([...witness.frames()], link.mac).filter(({ spa }) => spa === OWN);
  return questions.map(({ tpa }) => tpa);
}

const witnessing = () => capture(host, host.interface, 'arp[6:2] = 1');

async function sweepOf(words: readonly string[]): Promise<Report> {
  const { status, stdout } = await sweepCli([...SWEEP, ...words]);
  expect(status).toBe(0);
  const report = JSON.parse(stdout) as Report;
  expectSound(report);
  return report;
}

/** What is asked while something goes on. */
async function askedDuring(something: () => Promise<void>): Promise<string[]> {
  const witness = await witnessing();
  await something();
  await witness.stop();
  return askedIn(witness);
}

const ipsOf = (...reports: Report[]) => reports.flatMap((report) => Object.keys(respondersByIp(report)));
const sorted = (ips: readonly string[]) =>
  [...ips].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));

describe('a sweep that is interrupted', () => {
  test('goes on by its token: both reports cover everything, and hardly an address is asked twice', async () => {
    const witness = await witnessing();
    const run = startCli([...SWEEP, '-r', '500', RANGE]);
    await waitFor(() => askedIn(witness).length >= 128, { what: 'half of the questions' });
    run.child.kill('SIGINT');
    const { status, stdout } = await run.result;
    expect(status).toBe(130);
    await witness.stop();
    const first = JSON.parse(stdout) as Report;
    expectSound(first);
    const askedFirst = askedIn(witness);

    let second = first;
    const askedNext = await askedDuring(async () => {
      second = await sweepOf([RANGE, '-r', '10k', '--resume', first.resume ?? '']);
    });
    expect(sorted([...new Set(ipsOf(first, second))])).toEqual(EVERYBODY);
    expect(second).toMatchObject({ outcome: 'complete', part: { shard: null, resumed: true } });
    expect(second).not.toHaveProperty('resume');
    expect(second.counts.targets).toBe(askedNext.length);
    expect(sorted([...new Set([...askedFirst, ...askedNext])])).toEqual(EVERYBODY);
    // Those whose answers were not waited for: within 10 ms at 500 frames a second.
    expect(askedFirst.filter((ip) => askedNext.includes(ip)).length).toBeLessThan(32);
  });

  test('prints the token for people, and refuses it where other targets or another part is meant', async () => {
    const run = startCli(['-I', 'part0', '-r', '50', RANGE]);
    await waitFor(() => run.stdout().includes(host.mac), { what: 'the first answer' });
    run.child.kill('SIGINT');
    const { stderr } = await run.result;
    const [, token = ''] = /^To ask what is left, .* --resume ([\w-]+)$/m.exec(stderr) ?? [];

    const asked = await askedDuring(async () => {
      const others = await sweepCli([...SWEEP, '10.68.1.0-200', '--resume', token]);
      expect(others).toMatchObject({ status: 2, stdout: '' });
      expect(others.stderr).toMatch(/^arpsweep: The resume token continues a sweep of other targets\.\n/);
      const part = await sweepCli([...SWEEP, RANGE, '--shard', '1/2', '--resume', token]);
      expect(part).toMatchObject({ status: 2, stdout: '' });
      expect(part.stderr).toContain('--shard');
    });
    expect(asked).toEqual([]);
  });
});

describe('shards', () => {
  test('share a range between them, whatever is excluded, and are together the whole', async () => {
    const words = [RANGE, '-x', '10.68.1.17,10.68.1.64/28', '-r', 'max'];
    const left = EVERYBODY.filter((ip) => ip !== '10.68.1.17' && !/\.1\.(6[4-9]|7\d)$/.test(ip));
    const shards: Report[] = [];
    const asked = await askedDuring(async () => {
      for (const shard of ['1/3', '2/3', '3/3']) shards.push(await sweepOf([...words, '--shard', shard]));
    });
    expect(sorted(asked)).toEqual(left);
    expect(sorted(ipsOf(...shards))).toEqual(left);
    for (const { counts } of shards) {
      expect(Math.abs(counts.targets - left.length / 3)).toBeLessThan(1);
      expect(counts.answered).toBe(counts.targets);
    }
    expect(shards[1]?.part).toEqual({ shard: '2/3', resumed: false });
    // In random order a shard is no block of addresses.
    const first = asked.slice(0, shards[0]?.counts.targets);
    const last = (ips: readonly string[]) => Number(ips.at(-1)?.split('.')[3]);
    expect(last(sorted(first)) - last(sorted(first).slice(0, 1))).toBeGreaterThan(128);
  });

  test('say in a dry run how much they would ask', async () => {
    const { stdout } = await sweepCli(['-I', 'part0', RANGE, '--shard', '1/3', '--dry-run']);
    expect(stdout).toMatch(/^part0: 85 addresses \(.*\), nothing sent$/m);
  });

  test('of more parts than there are targets may be empty, which is no failure', async () => {
    const report = await sweepOf(['10.68.1.7', '--shard', '1/2']);
    expect(report).toMatchObject({ outcome: 'complete', hosts: [], findings: [] });
    expect(report.counts).toEqual({ targets: 0, answered: 0, self: 0, silent: 0, untested: 0 });
  });
});
