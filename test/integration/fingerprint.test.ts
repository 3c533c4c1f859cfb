/** Which odd requests a kernel answers, beside what arp-fingerprint finds of the same one. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sweep } from '../../src/index.js';
import { mustRun } from '../../src/lab/command.js';
import { createLab, type Host, type Lab } from '../../src/lab/lab.js';
import { expectSound } from '../support/sound-report.js';
import { sweepCli } from '../support/sweep-cli.js';

let lab: Lab;
let strict: Host;
beforeAll(async () => {
  lab = await createLab();
  const on = await lab.switch('switch');
  await lab.link('eth0', { on, address: '10.62.0.1/24' });
  [strict] = await Promise.all([
    lab.host('strict', { on, addresses: ['10.62.0.5/24'] }),
    lab.host('lenient', { on, addresses: ['10.62.0.6/24'] }),
  ]);
  // Then the kernel answers nobody to whom it has no route back.
  await strict.run(['sh', '-c', 'echo 1 > /proc/sys/net/ipv4/conf/all/rp_filter']);
});
afterAll(() => lab.remove());

test('each of several hosts has the fingerprint that arp-fingerprint takes of it', async () => {
  const report = await sweep('10.62.0.0/28', { links: ['eth0'], fingerprint: true }).report();
  expectSound(report);
  const ours = report.hosts
    .filter(({ self }) => !self)
    .map(({ ip, responders }) => [ip, responders.map(({ fingerprint }) => fingerprint)]);
  const theirs = await Promise.all(
    ['10.62.0.5', '10.62.0.6'].map(async (ip) => {
      const [, taken] = (await mustRun(['arp-fingerprint', '-o', '-N -I eth0', ip])).split('\t');
      return [ip, [taken]];
    }),
  );
  expect(ours).toEqual(theirs);
  expect(new Set(theirs.map(([, taken]) => String(taken))).size).toBe(2);
});

test('the table names the kind of system', async () => {
  const words = ['-I', 'eth0', '10.62.0.5', '--fingerprint'];
  expect((await sweepCli([...words, '-f', 'table'])).stdout).toMatch(
    /^10\.62\.0\.5 .*\[01000100000 Linux\]$/m,
  );
});

test('it is not taken by frames that are set by hand', async () => {
  const { status, stderr } = await sweepCli(['-I', 'eth0', '10.62.0.5', '--fingerprint', '--arp-op', '2']);
  expect(stderr).toMatch(/^arpsweep: A fingerprint is taken by frames of its own.*\n.*Leave out/);
  expect(status).toBe(2);
});
