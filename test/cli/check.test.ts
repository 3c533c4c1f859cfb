/** `arpsweep check`: expectations to exit code. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLab, type Host, type Lab } from '../../src/lab/lab.js';
import { questionsOf } from '../support/arp-frames.js';
import { capture } from '../support/capture.js';
import { type CliRun, startCli, sweepCli } from '../support/sweep-cli.js';
import { waitFor } from '../support/wait-for.js';

const OUR_MAC = '02:69:00:00:00:99';
const ips = Array.from({ length: 10 }, (_, i) => `10.69.0.${10 + i}`);
const ABSENT = '10.69.0.77';

let lab: Lab;
let directory: string;
let many: Host;
beforeAll(async () => {
  lab = await createLab();
  directory = mkdtempSync(join(tmpdir(), 'arpsweep-check-'));
  ({ host: many } = await lab.pair('chk0', { mac: OUR_MAC, address: '10.69.0.1/24' }, 'many', {
    addresses: ips.map((ip) => `${ip}/24`),
  }));
});
afterAll(async () => {
  await lab.remove();
  rmSync(directory, { recursive: true });
});

/** An expectation file of such lines. */
function expecting(...lines: string[]): string {
  const path = join(directory, `${lines.length}-${Math.random()}`);
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}

const check = (lines: readonly string[], ...words: string[]) =>
  sweepCli(['check', '-I', 'chk0', '--expect', expecting(...lines), ...words]);

describe('a check', () => {
  test('is quiet where all is well, and asks no more than once for it', async () => {
    const witness = await capture(null, 'chk0');
    const { status, stdout, stderr } = await check(['[vips]', ...ips]);
    const questions = questionsOf(await witness.stop(), OUR_MAC);
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
    for (const ip of ips) expect(questions.filter(({ tpa }) => tpa === ip)).toHaveLength(1);
  });

  test('has a line for each thing that is not, and fails', async () => {
    const wrong = `${ips[1]} 02:69:00:00:00:07 db-2`;
    const { status, stdout, stderr } = await check(['[z1]', `${ips[0]}`, wrong, '[z2]', `${ABSENT} lost`]);
    expect(stdout.split('\n')).toEqual([
      expect.stringMatching(
        /^error: wrong-mac: An address of z1 .*10\.69\.0\.11 \(db-2\) by \S+ instead of /,
      ),
      expect.stringMatching(
        /^error: group-empty: z2 has too few instances: its only address does not answer/,
      ),
      expect.stringMatching(
        /^error: missing: 10\.69\.0\.77 \(lost\) of z2 is missing on chk0\. Asked \d+ times/,
      ),
      '',
    ]);
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
  });

  test.each<[number, string[]]>([
    [0, ['--fail-on', 'wrong-mac']],
    [1, ['--fail-on', 'wrong-mac,missing']],
    [3, ['--passes', '2']],
  ])('ends with %d by %j where an address is silent', async (expected, words) => {
    const { status, stdout } = await check([`${ips[0]}`, ABSENT], ...words);
    expect(stdout).toMatch(expected === 3 ? /^undecided: 1 expected address/ : /^error: missing: /);
    expect(status).toBe(expected);
  });

  test('mentions what is there unexpected, among targets that are given, and does not fail for it', async () => {
    const { status, stdout, stderr } = await check([`${ips[0]}`, '10.69.0.200'], '10.69.0.9-12');
    expect(stdout).toMatch(/^warning: unexpected: 2 addresses answer on chk0 and are not expected: .*\n$/);
    expect(stderr).toMatch(/^not swept: 1 expected address \(10\.69\.0\.200\), not among the targets\.\n$/);
    expect(status).toBe(0);
  });

  test('without an expectation, or with one that cannot be read, is wrong usage', async () => {
    const without = await sweepCli(['check', '-I', 'chk0']);
    expect(without.stderr).toMatch(/^arpsweep: Required option '--expect <file>' not specified\.?\n/);
    const broken = await check(['10.69.0.300']);
    expect(broken.stderr).toMatch(
      /^arpsweep: The expectation file ".*" is wrong at line 1: .*"10\.69\.0\.300"/,
    );
    const impatient = await check([ABSENT], '--wait', '5');
    expect(impatient.stderr).toMatch(/^arpsweep: The duration "5" cannot be right/);
    for (const { status, stdout } of [without, broken, impatient]) {
      expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    }
  });
});

/** Whether the program has the addon, by which it learns what links there are. */
function looksForLinks({ child }: CliRun): boolean {
  return readFileSync(`/proc/${child.pid}/maps`, 'utf8').includes('arpsweep.node');
}

describe('--wait', () => {
  test('ends as soon as all is well', async () => {
    const words = ['check', '-I', 'chk0', '--expect', expecting(ABSENT), '--wait', '1m'];
    const witness = await capture(null, 'chk0');
    const run = startCli(words);
    // One look is over where the address has been asked so often.
    await waitFor(
      () => questionsOf(witness.frames(), OUR_MAC).filter(({ tpa }) => tpa === ABSENT).length > 5,
      {
        what: 'a look that finds nobody',
      },
    );
    await many.run(['ip', 'address', 'add', `${ABSENT}/24`, 'dev', 'eth0']);
    const { status, stdout, ms } = await run.result;
    await witness.stop();
    await many.run(['ip', 'address', 'delete', `${ABSENT}/24`, 'dev', 'eth0']);
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
    expect(ms).toBeLessThan(15_000);
  });

  test('gives up when time is up, with what is wrong then', async () => {
    const { status, stdout, ms } = await check([ABSENT], '--wait', '1500ms');
    expect(stdout).toMatch(/^error: missing: .*\n$/);
    expect(status).toBe(1);
    expect(ms).toBeGreaterThan(1500);
  });

  test('waits for a link that is not there yet', async () => {
    const run = startCli(['check', '-I', 'chk9', '--expect', expecting('10.72.0.2'), '--wait', '1m']);
    await waitFor(() => looksForLinks(run), { what: 'the program to look for its link' });
    const far = { addresses: ['10.72.0.2/24'] };
    await lab.pair('chk9', { address: '10.72.0.1/24' }, 'late', far);
    const { status, stdout, stderr } = await run.result;
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
  });

  test('ends with 143 at SIGTERM, with a link or without', async () => {
    const witness = await capture(null, 'chk0');
    for (const link of ['chk0', 'chk8']) {
      const run = startCli(['check', '-I', link, '--expect', expecting(ABSENT), '--wait', '1m']);
      const asked = () => questionsOf(witness.frames(), OUR_MAC).length > 0;
      await waitFor(() => (link === 'chk0' ? asked() : looksForLinks(run)), { what: 'the program to begin' });
      run.child.kill('SIGTERM');
      expect((await run.result).status).toBe(143);
    }
    await witness.stop();
  });
});

describe('where one MAC answers for everything', () => {
  beforeAll(async () => {
    // All of a /24 but who asks.
    const allBut = (net: string) => [2, 4, 8, 16, 32, 64, 128].map((first, i) => `${net}.${first}/${31 - i}`);
    await lab.pair('pod0', { address: '10.70.0.1/24' }, 'router', { answersFor: allBut('10.70.0') });
    await lab.pair('pod1', { address: '10.71.0.1/32' }, 'gateway', { answersFor: allBut('10.71.0') });
  });
  const podCheck = (link: string, lines: readonly string[], ...words: string[]) =>
    sweepCli(['check', '-I', link, '--expect', expecting(...lines), ...words]);

  test('a check cannot tell, unless that MAC is expected', async () => {
    const { status, stdout } = await podCheck('pod0', ['10.70.0.200', '10.70.0.201']);
    const [, mac = ''] =
      /^inconclusive: On pod0 (\S+) answers also for addresses that nobody should have .*Multus.*\n$/.exec(
        stdout,
      ) ?? [];
    expect(status).toBe(3);
    const expected = await podCheck('pod0', [`10.70.0.200 ${mac}`]);
    expect(expected).toMatchObject({ status: 0, stdout: '' });
  });

  test('on a /32 a check cannot tell either, and does not ask unless it is made to', async () => {
    const refused = await podCheck('pod1', ['10.71.0.200']);
    expect(refused.stderr).toMatch(
      /^arpsweep: No subnet of pod1 \(only 10\.71\.0\.1\/32\) has the target 10\.71\.0\.200/,
    );
    expect(refused).toMatchObject({ status: 3, stdout: '' });
    const insisted = await podCheck('pod1', ['10.71.0.200'], '--off-link');
    expect(insisted.stdout).toMatch(/^inconclusive: pod1 has the address 10\.71\.0\.1\/32, .*Multus.*\n$/);
    expect(insisted.status).toBe(3);
  });
});
