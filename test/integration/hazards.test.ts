/** What goes wrong around a sweep must not go wrong in it: exits, leaks, terminations, pauses, garbage collection. */
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Report } from '../../src/generated/report-types.js';
import { sweep } from '../../src/index.js';
import { runCommand } from '../../src/lab/command.js';
import { createLab, type Host, type Lab, type Link } from '../../src/lab/lab.js';
import { questionsOf } from '../support/arp-frames.js';
import { capture } from '../support/capture.js';
import { expectSound, respondersByIp } from '../support/sound-report.js';
import { startCli } from '../support/sweep-cli.js';
import { waitFor } from '../support/wait-for.js';

const LIVE = '10.80.0.2';
/** Every address of it answers. */
const DENSE = '10.81.0.0/16';
/** In sequence LIVE comes early, and then a minute or more of silence. */
const LONG = '10.80.0.0/20';

let lab: Lab;
let link: Link;
let host: Host;
beforeAll(async () => {
  lab = await createLab();
  ({ link, host } = await lab.pair('hz0', { address: '10.80.0.1/12' }, 'dense', {
    addresses: [`${LIVE}/12`],
    answersFor: [DENSE],
  }));
});
afterAll(() => lab.remove());

/** Runs a script of test/fixtures in a process of its own, on the lab's link. */
async function runFixture(name: string, ...args: string[]) {
  const script = fileURLToPath(new URL(`../fixtures/${name}.mjs`, import.meta.url));
  // By timeout(1), so that what hangs does not disturb the tests after it.
  return runCommand(['timeout', '100', process.execPath, '--expose-gc', script, link.name, ...args]);
}

interface Holdings {
  readonly descriptors: readonly string[];
  readonly threads: number;
  readonly residentBytes: number;
}

/** Reads what a fixture printed, and asserts that it holds no more than before. */
function expectNoLeak(stdout: string, allowedBytes: number): void {
  const { before, after } = JSON.parse(stdout) as { before: Holdings; after: Holdings };
  expect(after.descriptors).toEqual(before.descriptors);
  expect(after.threads).toBe(before.threads);
  expect(after.residentBytes - before.residentBytes).toBeLessThan(allowedBytes);
}

describe('a process', () => {
  test('that sweeps a thousand times holds no more descriptors, threads and memory than before', async () => {
    const { status, stdout, stderr } = await runFixture('open-and-close', LIVE, '1000');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({ outcomes: { complete: expect.any(Number) } });
    // A ring left mapped would cost megabytes each; what V8 takes comes to rest below 50 MiB, at 4,000 sweeps as at 2,000.
    expectNoLeak(stdout, 64 * 2 ** 20);
  }, 110_000);

  test.each([
    ['exit', 7],
    ['exit-at-once', 7],
    ['throw', 1],
    ['throw-at-once', 1],
    ['reject', 1],
  ])(
    'that ends by %s with sweeps running keeps its exit code, at once and without a crash',
    async (how, code) => {
      const { status, stdout, stderr } = await runFixture('end-in-mid-sweep', LONG, how);
      const endedAt = Date.now();
      expect(status).toBe(code);
      if (code === 1) expect(stderr).toContain('nobody caught this');
      else expect(stderr).toBe('');
      expect(stdout).toMatch(/^\d+$/);
      expect(endedAt - Number(stdout)).toBeLessThan(2000);
    },
  );

  test('whose event loop stands still for seconds loses nothing', async () => {
    const { status, stdout, stderr } = await runFixture('blocked-loop', DENSE, '2000');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const { heard, counts, statistics } = JSON.parse(stdout) as Report & { heard: number };
    expect(heard).toBe(counts.answered);
    expect(statistics.overruns).toBe(0);
    // What a busy machine cost in the ring is no fault of the event loop.
    expect(counts.answered + statistics.kernelDrops).toBeGreaterThanOrEqual(65_536);
  });

  test('is held by a sweep that nothing refers to, until that has ended', async () => {
    const witness = await capture(host, host.interface);
    const { status, stdout } = await runFixture('unreferenced', '10.80.0.0/24');
    const asked = new Set(questionsOf(await witness.stop(), link.mac).map(({ tpa }) => tpa));
    expect(asked.size).toBe(256);
    expect(stdout).toMatch(/sweep.* done$/);
    expect(status).toBe(0);
  });

  test('that was stopped for seconds goes on at its rate, without a burst', async () => {
    const rate = 200;
    const pauseMs = 3000;
    const witness = await capture(host, host.interface);
    const run = startCli(['-I', link.name, LONG, '-r', `${rate}`]);
    const asked = () => questionsOf(witness.frames(), link.mac);
    await waitFor(() => asked().length > 50, { what: 'the sweep to be under way' });
    run.child.kill('SIGSTOP');
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    const before = asked().length;
    run.child.kill('SIGCONT');
    await waitFor(() => asked().length > before + 150, { what: 'the sweep to go on' });
    run.child.kill('SIGINT');
    expect((await run.result).status).toBe(130);

    await witness.stop();
    const times = asked().map(({ timeMs }) => timeMs);
    const gaps = times.slice(1).map((time, i) => time - (times[i] ?? time));
    // It did stand still.
    expect(Math.max(...gaps)).toBeGreaterThan(pauseMs / 2);
    // What it did not send meanwhile would be hundreds of frames.
    const resumed = times.slice(before - 1);
    const inAnyTenthOfASecond = resumed.map(
      (from) => resumed.filter((t) => t >= from && t < from + 100).length,
    );
    expect(Math.max(...inAnyTenthOfASecond)).toBeLessThan(rate / 2);
  });
});

describe('worker threads', () => {
  const SCRIPT = new URL('../fixtures/sweeping-worker.mjs', import.meta.url);

  test('that are terminated in mid-sweep, again and again, leave nothing behind', async () => {
    const { status, stdout, stderr } = await runFixture('terminated-workers', LONG, '40');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expectNoLeak(stdout, 96 * 2 ** 20);
  });

  test('sweep the same addresses at once, several times each, and all find the same', async () => {
    const targets = '10.81.3.0/24';
    const workerData = { targets, options: { links: [link.name], rate: 5000 }, atOnce: 2 };
    const reports: Report[] = [];
    const workers = [1, 2, 3].map(() => new Worker(SCRIPT, { workerData }));
    for (const worker of workers) {
      worker.on('message', ({ report }: { report?: Report }) => {
        if (report) reports.push(report);
      });
    }
    expect((await Promise.all(workers.map((worker) => once(worker, 'exit')))).flat()).toEqual([0, 0, 0]);
    expect(reports).toHaveLength(6);
    for (const report of reports) {
      // Sound means, too, that none counts answers to another's questions.
      expectSound(report);
      expect(report.counts).toMatchObject({ targets: 256, answered: 256 });
      expect(report.findings).toEqual([]);
    }
  });
});

describe('a sweep', () => {
  const slow = { links: ['hz0'], rate: 100, passes: 1 } as const;

  test('whose loop is left stops sending', async () => {
    const witness = await capture(host, host.interface);
    const run = sweep(LONG, { ...slow, order: 'sequential' });
    for await (const { ip } of run) {
      expect(ip).toBe(LIVE);
      break;
    }
    const report = await run.report();
    expect(report.outcome).toBe('interrupted');
    const asked = questionsOf(await witness.stop(), link.mac);
    // The capture ended after the loop was left, so that these are all.
    expect(asked.length).toBe(report.statistics.transmitted);
    expect(asked.length).toBeLessThan(1000);
  });

  test('whose iterator is forgotten after one responder reports all the same', async () => {
    const run = sweep('10.81.7.0/28', { links: ['hz0'] });
    await run[Symbol.asyncIterator]().next();
    const report = await run.report();
    expectSound(report);
    expect(report.counts.answered).toBe(16);
  });

  test('with which a hundred others are aborted, at any moment, reports what it would alone', async () => {
    const steady = sweep('10.81.9.0/24', { links: ['hz0'], rate: 500 });
    const stormy = Array.from({ length: 100 }, async (_, i) => {
      const controller = new AbortController();
      const run = sweep(DENSE, { ...slow, signal: controller.signal });
      const abort = () => {
        // More than once, and from within its own iteration.
        controller.abort();
        controller.abort();
      };
      if (i % 3 === 0) abort();
      if (i % 3 === 1) setTimeout(abort, i);
      let heard = 0;
      for await (const _responder of run) {
        heard += 1;
        if (i % 3 === 2 && heard === 2) abort();
      }
      return run.report();
    });
    for (const report of await Promise.all(stormy)) {
      expectSound(report);
      expect(report.outcome).toBe('interrupted');
    }
    const report = await steady.report();
    expectSound(report);
    expect(report.counts).toMatchObject({ targets: 256, answered: 256, silent: 0 });
    expect(Object.values(respondersByIp(report)).flat()).toEqual(Array(256).fill(host.mac));
  });
});
