/** Round trips, against tcpdump's own times of the same frames on the same link. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sweep } from '../../src/index.js';
import { createLab, type Lab } from '../../src/lab/lab.js';
import { BROADCAST, REPLY, REQUEST, type ReadArp, readArp } from '../support/arp-frames.js';
import { capture } from '../support/capture.js';
import { expectSound } from '../support/sound-report.js';

const LINK = 'eth0';

let lab: Lab;
beforeAll(async () => {
  lab = await createLab();
  await lab.pair(LINK, { address: '10.98.0.2/15' }, 'far', { answersFor: ['10.99.0.0/16'] });
});
afterAll(() => lab.remove());

interface Trips {
  /** |ours - tcpdump's|, ascending, in µs. */
  readonly errors: readonly number[];
  /** Share of the responders with a round trip. */
  readonly known: number;
}

/** By address, the time from its only request to its only answer. */
function witnessed(frames: readonly ReadArp[]): Map<string, number> {
  const asked = new Map<string, number>();
  const trips = new Map<string, number>();
  for (const { operation, destination, spa, tpa, timeMs } of frames) {
    if (operation === REQUEST && destination === BROADCAST) asked.set(tpa, timeMs);
    if (operation === REPLY) trips.set(spa, timeMs - (asked.get(spa) ?? Number.NaN));
  }
  return trips;
}

async function tripsAt(rate: number | 'max', targets: string): Promise<Trips> {
  const witness = await capture(null, LINK);
  const report = await sweep(targets, { links: [LINK], rate, passes: 1 }).report();
  const trips = witnessed((await witness.stop()).map(readArp));
  expectSound(report);
  const ours = report.hosts
    .filter(({ self }) => !self)
    .map(({ ip, responders }) => [ip, responders[0]?.rttMs] as const);
  const errors = ours
    .filter((trip): trip is readonly [string, number] => typeof trip[1] === 'number')
    .map(([ip, rttMs]) => Math.abs(rttMs - (trips.get(ip) ?? Number.NaN)) * 1000);
  return { errors: errors.sort((a, b) => a - b), known: errors.length / ours.length };
}

const percentile = (sorted: readonly number[], share: number) =>
  sorted[Math.min(Math.floor(sorted.length * share), sorted.length - 1)] ?? Number.NaN;

test.each<[number | 'max', string, { p99: number; known: number }]>([
  [50, '10.99.0.0/29', { p99: 10, known: 1 }],
  [10_000, '10.99.0.0/21', { p99: 10, known: 1 }],
  [100_000, '10.99.0.0/18', { p99: 10, known: 1 }],
  // Our own clock around a batch of frames tells when they left; where it was held up, it does not.
  ['max', '10.99.0.0/16', { p99: 20, known: 0.6 }],
])(
  'round trips at %s a second are those that the witness saw',
  { retry: 1 },
  async (rate, targets, bounds) => {
    const { errors, known } = await tripsAt(rate, targets);
    expect(known).toBeGreaterThanOrEqual(bounds.known);
    expect(percentile(errors, 0.5)).toBeLessThan(2);
    expect(percentile(errors, 0.99)).toBeLessThan(bounds.p99);
  },
);
