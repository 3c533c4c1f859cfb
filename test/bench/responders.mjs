// Five machines answer for every address of a /16: all 327,680 pairs are to be reported.
import { atLeast, atMost, contest } from './contest.mjs';
import { arpScanPairs, arpsweepPairs } from './programs.mjs';
import { grouped } from './table.mjs';

const RESPONDERS = 5;
const RANGE = '10.99.0.0/16';

/** @param {import('../../dist/lab/lab.js').Lab} lab */
export async function responders(lab) {
  const lan = await lab.switch('crowd-switch');
  const names = Array.from({ length: RESPONDERS }, (_, i) => `crowd-${i + 1}`);
  const [hosts] = await Promise.all([
    Promise.all(names.map((name) => lab.host(name, { on: lan, answersFor: [RANGE] }))),
    lab.link('crowd', { on: lan, address: '10.97.0.1/12' }),
  ]);
  const live = new Set(
    hosts.flatMap(({ mac }) => Array.from({ length: 65536 }, (_, i) => `10.99.${i >> 8}.${i & 0xff} ${mac}`)),
  );
  const network = { link: 'crowd', range: RANGE, sender: '10.97.0.1' };
  const contestants = [
    {
      program: 'arpsweep',
      rounds: 3,
      run: arpsweepPairs(network, '--rate', 'max', '--passes', '1'),
      measured: ({ rate, kernelDrops, overruns }) =>
        `${grouped(rate)} addresses/s; kernel drops ${grouped(kernelDrops)}, overruns ${grouped(overruns)}`,
    },
    { program: 'arp-scan -i 1u -r 1', rounds: 3, run: arpScanPairs(network, '-i', '1u', '-r', '1') },
  ];
  return contest(
    '/16, five answer for each address, one pass at full rate',
    { link: 'crowd', live, contestants },
    ({ arpsweep }) => {
      const worst = (key, choose) =>
        arpsweep.runs.length ? choose(...arpsweep.runs.map((run) => run[key])) : null;
      return {
        arpsweep: [
          atLeast(live.size, worst('found', Math.min), 'pairs', '', 0),
          atMost(0, worst('kernelDrops', Math.max), 'kernel drops', '', 0),
          atMost(0, worst('overruns', Math.max), 'overruns', '', 0),
        ],
      };
    },
  );
}
