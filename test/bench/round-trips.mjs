// Round trips as the report tells them, beside those by tcpdump's own times of the same frames.
import { atMost, contest } from './contest.mjs';
import { measure, quantile } from './measure.mjs';
import { reportOf } from './programs.mjs';
import { witnessed } from './witness.mjs';

const SENDER = '10.97.0.1';

/** @typedef {Map<string, number>} RoundTrips µs by address */

/** @param {import('./witness.mjs').Seen[]} seen @returns {RoundTrips} where an address was asked once */
function byWitness(seen) {
  const asked = new Map();
  const trips = new Map();
  for (const { us, isRequest, ip } of seen) {
    if (isRequest) asked.set(ip, us);
    else if (asked.has(ip) && !trips.has(ip)) trips.set(ip, us - asked.get(ip));
  }
  return trips;
}

/** How far the round trips of a program are from the witness's, for each that it tells. */
function compared(link, ask) {
  return async () => {
    const { outcome, seen } = await witnessed(link, ask);
    const { trips, ...run } = outcome;
    const truth = byWitness(seen);
    const off = [...trips].map(([ip, us]) => Math.abs(us - truth.get(ip)));
    return {
      ...run,
      told: trips.size,
      offP50: quantile(off, 0.5),
      offP99: quantile(off, 0.99),
      tripP50: quantile([...truth.values()], 0.5),
    };
  };
}

const ours = (link, range, rate) => async () => {
  const { cost, report } = await reportOf(['-I', link, range, '--rate', rate, '--passes', '1']);
  const told = report.hosts.flatMap(({ ip, responders }) => responders.map(({ rttMs }) => [ip, rttMs]));
  const trips = new Map(told.filter(([, rttMs]) => rttMs !== null).map(([ip, rttMs]) => [ip, rttMs * 1000]));
  return { ...cost, answers: report.hosts.filter(({ self }) => !self).map(({ ip }) => ip), trips };
};

const arpScan = (link, range, interval) => async () => {
  const argv = ['arp-scan', '-I', link, '-g', '--rtt', '-i', interval, '-r', '1', range];
  const { stdout, ...cost } = await measure(argv);
  // Quiet, it would leave them out.
  const lines = [...stdout.matchAll(/^(\d+\.\d+\.\d+\.\d+)\t.*\tRTT=([\d.]+) ms/gm)];
  return {
    ...cost,
    answers: lines.map(([, ip]) => ip),
    trips: new Map(lines.map(([, ip, ms]) => [ip, ms * 1000])),
  };
};

const CASES = [
  { rate: '1', prefixLength: 29, rounds: 1 },
  { rate: '1k', prefixLength: 22, rounds: 3, interval: '1000u' },
  { rate: '10k', prefixLength: 19, rounds: 3 },
  { rate: '100k', prefixLength: 16, rounds: 3 },
  { rate: 'max', prefixLength: 16, rounds: 3, p99: 20, interval: '1u' },
];

const measured = ({ told, tripP50, offP50, offP99 }) =>
  `${told} round trips of ${tripP50.toFixed(1)} µs (p50); off by ${offP50.toFixed(2)} µs (p50), ${offP99.toFixed(2)} µs (p99)`;

/** @param {import('../../dist/lab/lab.js').Lab} lab */
export async function roundTrips(lab) {
  await lab.pair('timed', { address: `${SENDER}/12` }, 'timed-peer', { answersFor: ['10.99.0.0/16'] });
  const rows = [];
  for (const { rate, prefixLength, rounds, interval, p99 = 10 } of CASES) {
    const range = `10.99.0.0/${prefixLength}`;
    const addresses = Array.from(
      { length: 2 ** (32 - prefixLength) },
      (_, i) => `10.99.${i >> 8}.${i & 0xff}`,
    );
    const contestants = [
      { program: 'arpsweep', rounds, run: compared('timed', ours('timed', range, rate)), measured },
    ];
    if (interval !== undefined) {
      const run = compared('timed', arpScan('timed', range, interval));
      contestants.push({ program: `arp-scan --rtt -i ${interval} -r 1`, rounds: 1, run, measured });
    }
    rows.push(
      ...(await contest(
        `round trips, /${prefixLength}, all answer, ${rate === 'max' ? 'full rate' : `${rate}/s`}`,
        { link: 'timed', live: new Set(addresses), contestants },
        ({ arpsweep: { offP50 = null, offP99 = null } }) => ({
          arpsweep: [atMost(2, offP50, 'p50 off', ' µs'), atMost(p99, offP99, 'p99 off', ' µs')],
        }),
      )),
    );
  }
  return rows;
}
