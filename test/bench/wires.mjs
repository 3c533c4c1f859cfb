// The wires that the bench sweeps a sparse /16 behind, and what is asked of a sweep there.
import { atLeast, atMost } from './contest.mjs';
import { quantile } from './measure.mjs';
import { grouped } from './table.mjs';

/** @typedef {import('../../dist/lab/host.js').Host} Host */

const ADDRESSES = 65536;

/** @param {import('./contest.mjs').Result} ours */
export const allFound = (ours) =>
  atLeast(ours.runs.length + ours.failures.length, ours.complete, 'runs that miss none', '', 0);
const medianWithin = (seconds) => (ours) => atMost(seconds, ours.seconds, 'median', ' s');
const p95Within = (seconds) => (ours) => {
  const times = ours.runs.map((run) => run.seconds);
  return atMost(seconds, quantile(times, 0.95), 'p95', ' s');
};
/** Random loss is no reason to slow down. */
const rateKept = (ours) => {
  const given = ours.runs.filter(({ limit }) => limit !== null).length;
  return atMost(0, given, 'runs that give up the rate', '', 0);
};
const bounded = (ours) =>
  atMost(5, ours.seconds === null ? null : ours.longest / ours.seconds, 'longest run in medians');

/** The least time that a policer lets it take, so many times, and the start and cooldown of a process. */
const policed = (times, rate) => medianWithin(Number(((times * ADDRESSES) / rate + 0.7).toFixed(2)));

/**
 * @typedef {object} Wire
 * @property {string} name
 * @property {number} rounds of ours
 * @property {(host: Host, live: readonly string[], turn: number) => Promise<unknown>} [spoil] before each run
 * @property {(host: Host) => Promise<unknown>} [mend]
 * @property {string[]} [options] in place of `--rate auto:max`
 * @property {string[]} [peers] who else runs besides arp-scan at full speed
 * @property {((ours: import('./contest.mjs').Result) => import('./contest.mjs').Bound)[]} asked
 */

/** @type {Wire[]} */
export const WIRES = [
  { name: 'that loses nothing', rounds: 7, peers: ['masscan'], asked: [allFound, medianWithin(0.9)] },
  ...[
    [10, 1.6],
    [30, 2, ['masscan']],
    [50, 3],
  ].map(([share, limit, peers]) => ({
    name: `that loses ${share} % of requests`,
    rounds: 7,
    spoil: (host) => host.dropShare(share),
    mend: (host) => host.dropShare(0),
    peers,
    asked: [allFound, p95Within(limit), rateKept],
  })),
  {
    name: 'that loses 30 % of replies',
    rounds: 7,
    spoil: (host) => host.dropReplies(30),
    mend: (host) => host.dropReplies(0),
    asked: [allFound, p95Within(2), rateKept],
  },
  {
    name: 'that loses 10 % at either end',
    rounds: 3,
    spoil: (host) => Promise.all([host.dropShare(10), host.dropReplies(10)]),
    mend: (host) => Promise.all([host.dropShare(0), host.dropReplies(0)]),
    asked: [allFound, rateKept, bounded],
  },
  ...[
    [5, 100],
    [50, 500],
  ].map(([lastMs, everyMs]) => ({
    name: `that loses all for ${lastMs} ms, once in ${everyMs} ms`,
    rounds: 5,
    spoil: (host, _, turn) => host.lossBursts(everyMs, lastMs, turn),
    mend: (host) => host.lossBursts(Number.POSITIVE_INFINITY, 0),
    asked: [allFound, bounded],
  })),
  ...[
    [4000, 200, 2],
    [20_000, 1000, 3],
  ].map(([frames, windowMs, rounds]) => ({
    name: `with storm control, ${grouped(frames)} in ${windowMs / 1000} s`,
    rounds,
    spoil: (host) => host.stormControl(frames, windowMs),
    mend: (host) => host.stormControl(Number.POSITIVE_INFINITY, 0),
    asked: [allFound, bounded],
  })),
  ...[
    { rate: 20_000, rounds: 3, asked: policed(1.5, 20_000), peers: ['slow arp-scan'] },
    { rate: 2000, rounds: 2, asked: policed(1.3, 2000) },
    { rate: 2000, rounds: 2, asked: medianWithin(45), options: [], remark: ', default rate' },
  ].map(({ rate, asked, remark = '', ...wire }) => ({
    name: `policed at ${grouped(rate)}/s${remark}`,
    spoil: (host) => host.police(rate),
    mend: (host) => host.police(Number.POSITIVE_INFINITY),
    ...wire,
    asked: [allFound, asked],
  })),
  {
    name: 'to hosts that answer at most once a second',
    rounds: 2,
    spoil: (host) => host.answerAtMost(1),
    mend: (host) => host.answerAtMost(Number.POSITIVE_INFINITY),
    asked: [allFound, bounded],
  },
  // The last, because it makes a router of the host.
  {
    name: 'to hosts of which 15 answer after up to 300 ms',
    rounds: 2,
    spoil: (host, live) => {
      const late = live.filter((_, i) => i % 20 === 10);
      return host.answerLate(late, 300);
    },
    asked: [allFound, bounded],
  },
];
