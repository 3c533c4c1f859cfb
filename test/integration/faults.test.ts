/** The link or its namespace goes away in mid-sweep: what was heard is reported, and what was not asked is named. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Report, type Sweep, sweep } from '../../src/index.js';
import { mustRun } from '../../src/lab/command.js';
import { createLab, type Host, type Lab, type Link } from '../../src/lab/lab.js';
import { parseTargets } from '../../src/targets/parse.js';
import { countAddresses } from '../../src/targets/ranges.js';
import { expectSound, respondersByIp } from '../support/sound-report.js';
import { type CliRun, startCli } from '../support/sweep-cli.js';
import { waitFor } from '../support/wait-for.js';

/** All of it answers, so that what was asked before a fault can be seen in the report. */
const TARGETS = '10.99.0.0/24';
/** Slow enough for a fault to come in the middle. */
const RATE = 200;

let lab: Lab;
let link: Link;
let host: Host;
beforeEach(async () => {
  lab = await createLab();
  ({ link, host } = await lab.pair('eth0', { address: '10.98.0.2/15' }, 'far', {
    answersFor: ['10.99.0.0/16'],
  }));
});
afterEach(() => lab.remove());

function inTheMiddle(run: Sweep): Promise<unknown> {
  return waitFor(() => run.progress().answered >= 40, { what: 'forty answers', intervalMs: 2 });
}

/** A single pass: nothing but the fault itself gives a reason to ask again. */
function start(): Sweep {
  return sweep(TARGETS, { links: ['eth0'], rate: RATE, passes: 1, order: 'sequential' });
}

/** A sweep that ended in its middle: a part was answered, and all of the rest is untested. */
function expectCutShort(report: Report, reason: string) {
  expectSound(report);
  expect(report.counts.answered).toBeGreaterThanOrEqual(40);
  expect(report.counts.answered).toBeLessThan(256);
  expect(report.counts.untested).toBe(256 - report.counts.answered);
  expect(report.untested).toMatchObject([{ link: 0, reason }]);
  const [untested] = report.untested;
  const { ranges } = parseTargets(untested?.targets ?? []);
  expect(countAddresses(ranges)).toBe(report.counts.untested);
  // Sequential: what is untested comes after what was answered.
  expect(untested?.targets.at(-1)).toMatch(/10\.99\.0\.255$/);
  expect(report.outcome).toBe('failed');
  expect(report.findings).toEqual([]);
}

const FAULTS: [what: string, reason: string, happens: () => Promise<unknown>][] = [
  ['our interface is set down', 'link-down', () => link.setUp(false)],
  ['the carrier is lost', 'link-down', () => link.setCarrier(false)],
  ['our interface is deleted', 'link-gone', () => link.delete()],
  [
    'the namespace at the other end of the cable is removed',
    'link-gone',
    () => mustRun(['ip', 'netns', 'delete', host.namespace]),
  ],
];

describe('the sweep reports what it has and what is untested when', () => {
  test.each(FAULTS)('%s', async (_, reason, happens) => {
    const run = start();
    await inTheMiddle(run);
    const startedAt = performance.now();
    await happens();
    const report = await run.report();

    expectCutShort(report, reason);
    expect(performance.now() - startedAt).toBeLessThan(5000);
  });
});

/** Starts the program, which prints each responder as it is heard, and resolves in the middle of its sweep. */
async function cliInTheMiddle(options: { host?: Host } = {}): Promise<CliRun> {
  const args = ['-I', 'eth0', '-r', `${RATE}`, '--passes', '1', '--order', 'sequential', TARGETS];
  const run = startCli(args, options);
  await waitFor(() => run.stdout().includes('\n10.99.0.40\t'), { what: 'forty answers' });
  return run;
}

describe('the command line', () => {
  test('ends with 3 and says what is untested and why, on standard error', async () => {
    const run = await cliInTheMiddle();
    await link.setCarrier(false);
    const { status, stdout, stderr } = await run.result;

    expect(status).toBe(3);
    expect(stdout).toContain('\n10.99.0.40\t');
    expect(stdout).not.toContain('\n10.99.0.255\t');
    expect(stderr).toMatch(/^untested: .*10\.99\.0\.255 on eth0 \(link-down: the link was down\)$/m);
  });

  test('goes on where the name of its own namespace is removed', async () => {
    const lan = await lab.switch('sw0');
    const [inside] = await Promise.all([
      lab.host('inside', { on: lan, addresses: ['10.98.0.3/15'] }),
      lab.host('answering', { on: lan, answersFor: [TARGETS] }),
    ]);
    const run = await cliInTheMiddle({ host: inside });
    await mustRun(['ip', 'netns', 'delete', inside.namespace]);
    const { status, stdout, stderr } = await run.result;

    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout.trimEnd().split('\n')).toHaveLength(256);
  });
});

describe('a flap is waited out and everything is found:', () => {
  function expectAllFound(report: Report) {
    expectSound(report);
    expect(report.outcome).toBe('complete');
    expect(report.untested).toEqual([]);
    expect(report.counts.answered).toBe(report.counts.targets);
    expect(new Set(Object.values(respondersByIp(report)).flat())).toEqual(new Set([host.mac]));
    expect(report.findings).toEqual([]);
  }

  test.each([
    ['the carrier goes and comes back', () => link.setCarrier(false), () => link.setCarrier(true)],
    ['our interface is set down and up', () => link.setUp(false), () => link.setUp(true)],
  ])('%s', async (_, off, on) => {
    const run = start();
    await inTheMiddle(run);
    await off();
    await on();
    expectAllFound(await run.report());
  });

  test('what was lost just before the link went is asked again', async () => {
    const run = sweep('10.99.0.0/22', { links: ['eth0'], rate: 1000, passes: 1 });
    await inTheMiddle(run);
    // The far end goes deaf, and down once ten requests have been lost on it.
    const script = `
      nft -f - && until nft list table netdev deaf | grep -q 'packets [0-9][0-9]'; do :; done
      ip link set dev eth0 down && nft delete table netdev deaf`;
    const rules = `add table netdev deaf
      add chain netdev deaf in { type filter hook ingress device "eth0" priority 0 ; }
      add rule netdev deaf in counter drop\n`;
    expect(await host.run(['sh', '-ec', script], rules)).toMatchObject({ status: 0 });
    await link.setCarrier(true);
    const report = await run.report();

    expectAllFound(report);
    expect(report.hosts.filter(({ asked }) => asked > 1).length).toBeGreaterThanOrEqual(10);
  });
});

test('two links: the one that stays is swept to its end', async () => {
  await lab.pair('eth1', { address: '10.96.0.2/16' }, 'other', { answersFor: ['10.96.1.0/26'] });
  const run = sweep([TARGETS, '10.96.1.0/26'], {
    links: ['eth0', 'eth1'],
    rate: RATE,
    passes: 1,
    order: 'sequential',
  });
  await inTheMiddle(run);
  await link.delete();
  const report = await run.report();

  expectSound(report);
  expect(report.outcome).toBe('inconclusive');
  expect(report.untested).toMatchObject([{ link: 0, reason: 'link-gone' }]);
  expect(report.hosts.filter((found) => found.link === 1)).toHaveLength(64);
});
