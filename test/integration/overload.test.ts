/** More answers than there are questions, and more of them than this machine reads in time. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Report, sweep } from '../../src/index.js';
import { mustRun } from '../../src/lab/command.js';
import { createLab, type Lab } from '../../src/lab/lab.js';
import { waitFor } from '../support/wait-for.js';

const MACS = [1, 2, 3, 4, 5].map((i) => `02:00:00:00:05:0${i}`);
const FULL_RATE = { links: ['eth0'], rate: 'max' } as const;

let lab: Lab;
beforeAll(async () => {
  lab = await createLab();
  const on = await lab.switch('sw0');
  await Promise.all([
    lab.link('eth0', { on, address: '10.98.0.2/15' }),
    ...MACS.map((mac, i) => lab.host(`m${i}`, { on, mac, answersFor: ['10.99.0.0/16'] })),
  ]);
});
afterAll(() => lab.remove());

/** Addresses for which not all of the five machines were heard. */
const incomplete = ({ hosts }: Report) =>
  hosts
    .filter(({ self }) => !self)
    .filter(({ responders }) => `${responders.map(({ mac }) => mac).sort()}` !== `${MACS}`)
    .map(({ ip }) => ip);

/** The thread of this process that reads frames. */
function receiverThread(): string | undefined {
  return readdirSync('/proc/self/task').find((id) => {
    try {
      return readFileSync(`/proc/self/task/${id}/comm`, 'utf8') === 'arpsweep-recv\n';
    } catch {
      return false; // it has ended meanwhile
    }
  });
}

/** Keeps the receiver of the sweep under way from the processors for a second. */
async function starveReceiver(): Promise<readonly ChildProcess[]> {
  const spinners = cpus().map(() =>
    spawn('timeout', ['1', 'sh', '-c', 'while :; do :; done'], { stdio: 'ignore' }),
  );
  const thread = await waitFor(receiverThread, { what: 'a receiving thread', intervalMs: 1 });
  await mustRun(['chrt', '--idle', '--pid', '0', `${thread}`]);
  return spinners;
}

test('five machines for each of 32,768 addresses are 163,840 responders, of which a single pass misses none unseen', async () => {
  const report = await sweep('10.99.0.0/17', { ...FULL_RATE, passes: 1 }).report();
  const { received, kernelDrops, overruns, transmitted } = report.statistics;
  expect(transmitted).toBe(32_769);
  expect(overruns).toBe(0);
  expect(received + kernelDrops).toBeGreaterThanOrEqual(5 * 32_768);
  if (kernelDrops > 0) expect(report.outcome).toBe('inconclusive');
  else
    expect({ answered: report.counts.answered, incomplete: incomplete(report) }).toEqual({
      answered: 32_768,
      incomplete: [],
    });
});

// Retried: how much is lost to the starved thread is the scheduler's to say.
test('what could not be read in time is asked again until all are heard, and is told', {
  retry: 2,
}, async () => {
  const run = sweep('10.99.0.0/18', FULL_RATE);
  const spinners = await starveReceiver();
  const report = await run.report();
  for (const spinner of spinners) spinner.kill();
  expect(report.statistics.kernelDrops).toBeGreaterThan(0);
  expect({ outcome: report.outcome, counts: report.counts, incomplete: incomplete(report) }).toMatchObject({
    outcome: 'complete',
    counts: { answered: 16_384, silent: 0, untested: 0 },
    incomplete: [],
  });
});
