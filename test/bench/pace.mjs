// A polite rate: what it costs, how even it is by tcpdump's times, and what follows a pause of the whole process.
import { setTimeout as delay } from 'node:timers/promises';
import { waitFor } from '../../dist/lab/wait-for.js';
import { atMost, contest, framesSent } from './contest.mjs';
import { quantile } from './measure.mjs';
import { arpScan, arpsweep, reportOf } from './programs.mjs';
import { percent } from './table.mjs';
import { witnessed } from './witness.mjs';

const RATE = 5000;
const NOMINAL_US = 1e6 / RATE;
const RANGE = '10.99.0.0/18';
const OPTIONS = ['--rate', `${RATE}`, '--passes', '1'];
const PAUSE_MS = 500;
const WINDOW_US = 10_000;

/** @param {import('./witness.mjs').Seen[]} seen */
const requestTimes = (seen) => seen.filter(({ isRequest }) => isRequest).map(({ us }) => us);
const gaps = (times) => times.slice(1).map((us, i) => us - times[i]);

/** The most within any window of that length, of ascending times. */
function busiest(times, lengthUs) {
  let most = 0;
  let from = 0;
  for (const [to, us] of times.entries()) {
    while (us - times[from] >= lengthUs) from += 1;
    most = Math.max(most, to - from + 1);
  }
  return most;
}

/** Runs a contestant beside tcpdump, and adds how even its requests were. */
function evenness(link, run) {
  return async () => {
    const { outcome, seen } = await witnessed(link, run);
    const off = gaps(requestTimes(seen)).map((us) => Math.abs(us - NOMINAL_US));
    return { ...outcome, offP99: quantile(off, 0.99), processor: outcome.cpuSeconds / outcome.seconds };
  };
}

/** Stops a sweep in its middle, lets it go on, and tells the most frames at once from then on. */
function interrupted(link) {
  return async () => {
    const { outcome, seen } = await witnessed(link, async () => {
      const before = framesSent(link);
      let stopped;
      const { cost, report } = await reportOf(['-I', link, RANGE, ...OPTIONS], {
        onStart: (pid) => {
          stopped = stopAndContinue(pid, () => framesSent(link) - before > RATE);
        },
      });
      await stopped;
      return { ...cost, answers: report.hosts.map(({ ip }) => ip) };
    });
    const times = requestTimes(seen);
    const between = gaps(times);
    const pauseUs = Math.max(...between);
    if (pauseUs < (PAUSE_MS * 1000) / 2) throw new Error('there was no pause');
    return { ...outcome, burst: busiest(times.slice(between.indexOf(pauseUs) + 1), WINDOW_US), pauseUs };
  };
}

async function stopAndContinue(pid, isTime) {
  await waitFor(isTime, { what: 'the sweep to be in its middle' });
  process.kill(pid, 'SIGSTOP');
  await delay(PAUSE_MS);
  process.kill(pid, 'SIGCONT');
}

/** @param {import('../../dist/lab/lab.js').Lab} lab */
export async function pace(lab) {
  const live = new Set(['10.99.1.1', '10.99.20.20', '10.99.60.60']);
  await lab.pair('paced', { address: '10.97.0.1/12' }, 'paced-peer', {
    answersFor: [...live].map((ip) => `${ip}/32`),
  });
  const network = { link: 'paced', range: RANGE, sender: '10.97.0.1' };
  const measured = ({ offP99, processor }) =>
    `${percent(processor)} of a core; gaps off ${NOMINAL_US} µs by ${(offP99 / 1000).toFixed(3)} ms (p99)`;
  const even = await contest(
    `/18 at ${RATE}/s`,
    {
      link: 'paced',
      live,
      contestants: [
        { program: 'arpsweep', rounds: 3, run: evenness('paced', arpsweep(network, ...OPTIONS)), measured },
        {
          program: `arp-scan -i ${NOMINAL_US}u -r 1`,
          rounds: 2,
          run: evenness('paced', arpScan(network, '-i', `${NOMINAL_US}u`, '-r', '1')),
          measured,
        },
      ],
    },
    ({ arpsweep: ours }) => ({
      arpsweep: [
        atMost(10, ours.processor === undefined ? null : ours.processor * 100, 'of a core', ' %', 1),
        atMost(2, ours.offP99 === undefined ? null : ours.offP99 / 1000, 'p99 off', ' ms', 3),
      ],
    }),
  );

  const nominal = (WINDOW_US / 1e6) * RATE;
  const paused = await contest(
    `/18 at ${RATE}/s, stopped for ${PAUSE_MS} ms`,
    {
      link: 'paced',
      live,
      contestants: [
        {
          program: 'arpsweep',
          rounds: 3,
          run: interrupted('paced'),
          measured: ({ pauseUs }) => `pause of ${(pauseUs / 1000).toFixed(0)} ms`,
        },
      ],
    },
    ({ arpsweep: ours }) => ({
      // With what a late wake-up may make up for. The pause itself is worth fifty times as many.
      arpsweep: [atMost(2 * nominal, ours.burst ?? null, 'frames in any 10 ms after it', '', 0)],
    }),
  );
  return [...even, ...paused];
}
