// Every address of a /16 answers: what the whole loop does a second, from the request to the report.
import { atLeast, contest, ratioOf } from './contest.mjs';
import { arpScan, arpsweep, floor, library, masscan } from './programs.mjs';
import { grouped } from './table.mjs';

const ROUNDS = 7;
const SENDER = '10.97.0.1';
const RANGE = '10.99.0.0/16';
const ONE_PASS = ['--passes', '1'];

const ours = 'arpsweep';
const oneSender = 'arpsweep, 1 sender';
const byLibrary = 'arpsweep, library';
const floorOne = 'C floor, 1 sender';
const floorTwo = 'C floor, 2 senders';
const scan = 'arp-scan -i 1u -r 1';

/** @param {import('../../dist/lab/lab.js').Lab} lab */
export async function dense(lab) {
  const { host } = await lab.pair('dense', { address: `${SENDER}/12` }, 'dense-peer', {
    answersFor: [RANGE],
  });
  const network = { link: 'dense', range: RANGE, sender: SENDER };
  const live = new Set(Array.from({ length: 65536 }, (_, i) => `10.99.${i >> 8}.${i & 0xff}`));
  const measured = ({ rate }) => `${grouped(rate)} addresses/s`;
  const contestants = [
    { program: ours, run: arpsweep(network, '--rate', 'max', ...ONE_PASS) },
    // A rate that no machine reaches, but a rate: only `max` has a second sender.
    { program: oneSender, run: arpsweep(network, '--rate', '100M', ...ONE_PASS) },
    { program: byLibrary, run: library(network, { rate: 'max', passes: 1 }) },
    { program: floorOne, run: floor(network, 1) },
    { program: floorTwo, run: floor(network, 2) },
    { program: scan, run: arpScan(network, '-i', '1u', '-r', '1') },
  ].map((contestant) => ({ ...contestant, rounds: ROUNDS, measured }));
  contestants.push({ program: 'masscan --rate 100M', rounds: 3, run: masscan(network, host) });

  return contest(
    '/16, all answer, one pass at full rate',
    { link: 'dense', live, contestants },
    (results) => {
      const times = (limit, program, other) =>
        atLeast(limit, ratioOf(results[program].rate, results[other].rate), `times ${other}`);
      return {
        [ours]: [times(1.4, ours, floorOne), times(2.5, ours, scan)],
        [oneSender]: [times(0.9, oneSender, floorOne)],
        [byLibrary]: [times(1.4, byLibrary, floorOne)],
      };
    },
  );
}
