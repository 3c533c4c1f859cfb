// Whether hosts are missed as often as the report expects: many sweeps of small ranges behind wires that lose. What
// one sweep expects to miss is a hundredth of a host, so that only the sum of many can be held against the truth.
// `npm run calibrate`, in throwaway namespaces only; takes about five minutes.
import { sweep } from '../../dist/index.js';
import { createLab } from '../../dist/lab/lab.js';
import { sparsePair } from '../../dist/lab/sparse-pair.js';

const LIVE = 60;
const PREFIX_LENGTH = 20;

/**
 * @typedef {object} Kind
 * @property {string} name
 * @property {number} runs
 * @property {number} passes the last one; fewer than the sweep itself would make, so that something is missed
 * @property {(host: import('../../dist/lab/host.js').Host, live: readonly string[], turn: number) => Promise<unknown>} spoil
 * @property {number} atMost times as many as expected, beside two standard deviations
 */

/** @type {Kind[]} */
const KINDS = [
  { name: '10 % of requests', runs: 40, passes: 2, spoil: (host) => host.dropShare(10), atMost: 1 },
  { name: '30 % of requests', runs: 40, passes: 4, spoil: (host) => host.dropShare(30), atMost: 1 },
  { name: '50 % of requests', runs: 40, passes: 6, spoil: (host) => host.dropShare(50), atMost: 1 },
  { name: '30 % of replies', runs: 40, passes: 4, spoil: (host) => host.dropReplies(30), atMost: 1 },
  {
    name: '60 % of what is for every fourth host, 10 % of the rest',
    runs: 40,
    passes: 5,
    spoil: async (host, live) => {
      await host.dropShare(10);
      await host.dropShareOf(
        live.filter((_, i) => i % 4 === 0),
        60,
      );
    },
    atMost: 1.5,
  },
  {
    name: 'all for 20 ms, once in 100 ms',
    runs: 40,
    passes: 2,
    spoil: (host, _, turn) => host.lossBursts(100, 20, turn),
    atMost: 1.5,
  },
];

/** @param {Kind} kind */
async function calibrate({ name, runs, passes, spoil, atMost }) {
  let expected = 0;
  let missed = 0;
  let silent = 0;
  for (let turn = 1; turn <= runs; turn++) {
    const lab = await createLab();
    try {
      const { link, host, range, live } = await sparsePair(lab, 'calib', {
        prefixLength: PREFIX_LENGTH,
        live: LIVE,
        seed: turn,
      });
      await spoil(host, live, turn);
      const report = await sweep(range, {
        links: [link.name],
        rate: 'auto:max',
        passes,
        seed: turn,
      }).report();
      const heard = new Set(report.hosts.map(({ ip }) => ip));
      const { expectedMissedAtLeast } = report.statistics;
      if (expectedMissedAtLeast === null) silent += 1;
      else {
        expected += expectedMissedAtLeast;
        missed += live.filter((ip) => !heard.has(ip)).length;
      }
    } finally {
      await lab.remove();
    }
  }
  // What is missed is rare, so that its variance is its mean; and the expectation itself is an estimate.
  const bound = atMost * expected + 2 * Math.sqrt(2 * atMost * expected) + 1;
  const within = missed <= bound && (atMost > 1 || missed >= expected - 2 * Math.sqrt(2 * expected) - 1);
  console.log(
    `| ${name} | ${runs} | ${passes} | ${expected.toFixed(1)} | ${missed} | ${silent} | ${within ? 'met' : '**missed**'} |`,
  );
  return within;
}

console.log(
  '| A wire that loses | Runs | Passes | Expected to be missed | Missed | No estimate | Calibrated |',
);
console.log('| --- | ---: | ---: | ---: | ---: | ---: | --- |');
let fine = true;
for (const kind of KINDS) fine = (await calibrate(kind)) && fine;
process.exitCode = fine ? 0 : 1;
