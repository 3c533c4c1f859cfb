/** A filter at our own egress: send() fails or the frame never leaves, and the report says so, soon. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sweep } from '../../src/index.js';
import { mustRun, runCommand } from '../../src/lab/command.js';
import { createLab, type Host, type Lab } from '../../src/lab/lab.js';
import { readArp } from '../support/arp-frames.js';
import { capture } from '../support/capture.js';
import { expectSound } from '../support/sound-report.js';
import { sweepCli } from '../support/sweep-cli.js';
import { waitFor } from '../support/wait-for.js';

const TARGETS = '10.99.0.0/26';

let lab: Lab;
let host: Host;
beforeEach(async () => {
  lab = await createLab();
  ({ host } = await lab.pair('eth0', { address: '10.98.0.2/15' }, 'far', { answersFor: ['10.99.0.0/16'] }));
});
afterEach(async () => {
  await runCommand(['nft', 'delete', 'table', 'netdev', 'egress']);
  await lab.remove();
});

/** Applies a rule to what leaves through eth0; what it drops, the kernel answers with ENOBUFS. */
async function filterEgress(rule: string): Promise<void> {
  const lines = [
    'add table netdev egress',
    'add chain netdev egress out { type filter hook egress device "eth0" priority 0 ; }',
    `add rule netdev egress out ${rule}`,
  ];
  await mustRun(['nft', '-f', '-'], `${lines.join('\n')}\n`);
}

test('where nothing can be sent at all, everything is untested: send-blocked', async () => {
  await filterEgress('drop');
  const startedAt = performance.now();
  const report = await sweep(TARGETS, { links: ['eth0'] }).report();

  expect(performance.now() - startedAt).toBeLessThan(5000);
  expectSound(report);
  expect(report.outcome).toBe('inconclusive');
  expect(report.counts).toEqual({ targets: 64, answered: 0, self: 0, silent: 0, untested: 64 });
  expect(report.untested).toEqual([{ link: 0, targets: ['10.99.0.0/26'], reason: 'send-blocked' }]);
  expect(report.statistics).toMatchObject({ queued: 0, transmitted: 0 });
  expect(report.statistics.sendErrors).toBeGreaterThan(0);
});

test('where sending is blocked in mid-sweep, the rest is untested', async () => {
  const run = sweep('10.99.0.0/24', { links: ['eth0'], rate: 200, order: 'sequential' });
  await waitFor(() => run.progress().answered >= 40, { what: 'forty answers', intervalMs: 2 });
  await filterEgress('drop');
  const report = await run.report();

  expectSound(report);
  expect(report.outcome).toBe('inconclusive');
  expect(report.counts.answered).toBeGreaterThanOrEqual(40);
  expect(report.counts.untested).toBe(256 - report.counts.answered);
  expect(report.untested).toMatchObject([{ link: 0, reason: 'send-blocked' }]);
});

test('the command line ends with 3 within a few seconds and gives the reason', async () => {
  await filterEgress('drop');
  const { status, stdout, stderr, ms } = await sweepCli(['-I', 'eth0', TARGETS]);
  expect({ status, stdout }).toEqual({ status: 3, stdout: '' });
  expect(stderr).toMatch(/^untested: 10\.99\.0\.0\/26 on eth0 \(send-blocked: .+\)$/m);
  expect(ms).toBeLessThan(5000);
});

test('where one address is filtered, just that one is untested, and never left', async () => {
  await filterEgress('arp daddr ip 10.99.0.33 drop');
  const witness = await capture(host, host.interface);
  const report = await sweep(TARGETS, { links: ['eth0'] }).report();
  const asked = new Set((await witness.stop()).map((frame) => readArp(frame).tpa));

  expectSound(report);
  expect(asked.has('10.99.0.33')).toBe(false);
  expect(asked.has('10.99.0.34')).toBe(true);
  expect(report.outcome).toBe('inconclusive');
  expect(report.counts).toMatchObject({ targets: 64, answered: 63, silent: 0, untested: 1 });
  expect(report.untested).toMatchObject([{ link: 0, targets: ['10.99.0.33'], reason: 'not-transmitted' }]);
});

describe('at full rate, where frames are not seen leaving, the counter of the link shows which', () => {
  const fullRate = { links: ['eth0'], rate: 'max', passes: 1 } as const;
  beforeEach(async () => {
    await mustRun(['ip', 'link', 'add', 'sink0', 'up', 'type', 'veth', 'peer', 'name', 'sink1']);
  });
  afterEach(() => mustRun(['ip', 'link', 'delete', 'sink0']));

  /** Leads a share of the questions elsewhere, by which send() succeeds and nothing leaves. */
  const divert = (targets: string) => filterEgress(`arp daddr ip ${targets} fwd to "sink0"`);

  test('most did not leave: what is silent is untested', async () => {
    await divert('10.99.0.0/27');
    const report = await sweep(TARGETS, fullRate).report();
    expectSound(report);
    expect(report.outcome).toBe('inconclusive');
    expect(report.counts).toEqual({ targets: 64, answered: 32, self: 0, silent: 0, untested: 32 });
    expect(report.untested).toEqual([{ link: 0, targets: ['10.99.0.0/27'], reason: 'not-transmitted' }]);
    expect(report.statistics.queued).toBe(65);
    // What else this machine sends counts as well.
    expect(report.statistics.transmitted).toBeGreaterThanOrEqual(33);
    expect(report.statistics.transmitted).toBeLessThan(65 - 16);
  });

  test('some did not leave: the silent ones were asked more likely than not, and the sweep is inconclusive', async () => {
    await divert('10.99.0.0/27');
    const nobody = '10.98.0.128/25';
    const report = await sweep([nobody, TARGETS], fullRate).report();
    expectSound(report);
    expect(report.outcome).toBe('inconclusive');
    expect(report.counts).toEqual({ targets: 192, answered: 32, self: 0, silent: 160, untested: 0 });
    expect(report.statistics.transmitted).toBeLessThan(report.statistics.queued);
  });

  test('none did not: nothing is said', async () => {
    const report = await sweep(TARGETS, fullRate).report();
    expectSound(report);
    expect(report.outcome).toBe('complete');
    expect(report.counts).toMatchObject({ answered: 64, untested: 0 });
    expect(report.statistics.transmitted).toBe(report.statistics.queued);
  });
});

test('back-pressure that eases is no fault: everything is sent in the end', async () => {
  // What exceeds the limit is refused with ENOBUFS, as by a full queue.
  await filterEgress('limit rate over 400/second burst 20 packets drop');
  const report = await sweep('10.99.0.0/25', { links: ['eth0'], passes: 2 }).report();

  expectSound(report);
  expect(report.statistics.sendErrors).toBeGreaterThan(0);
  expect(report.outcome).toBe('complete');
  expect(report.counts).toMatchObject({ answered: 128, untested: 0 });
});
