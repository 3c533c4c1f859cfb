// What it costs to start, and a /24 as an operator sweeps it.
import { atLeast, atMost, contest } from './contest.mjs';
import { arpScan, arpsweep, arpsweepVersion, bareNode, masscan, nmap } from './programs.mjs';
import { percent } from './table.mjs';

const SENDER = '10.98.0.2';
const LIVE = Array.from({ length: 20 }, (_, i) => `10.98.0.${10 + 11 * i}`);

export async function version() {
  const contestants = [
    { program: 'arpsweep --version', rounds: 25, run: arpsweepVersion },
    { program: 'node -e 0', rounds: 25, run: bareNode },
  ];
  return contest('start-up', { contestants }, (results) => {
    const [ours, node] = contestants.map(({ program }) => results[program]);
    const share = node.seconds === null ? null : ours.seconds / node.seconds;
    return { 'arpsweep --version': [atMost(1.5, share, 'times `node -e 0`')] };
  });
}

/** @param {import('../../dist/lab/lab.js').Lab} lab */
function pair(lab, name) {
  return lab.pair(name, { address: `${SENDER}/24` }, `${name}-peer`, {
    addresses: LIVE.map((ip) => `${ip}/24`),
  });
}

/** @param {import('../../dist/lab/lab.js').Lab} lab */
export async function oneAddress(lab) {
  await pair(lab, 'one');
  const network = { link: 'one', range: LIVE[0], sender: SENDER };
  const contestants = [
    { program: 'arpsweep', rounds: 25, run: arpsweep(network, '--passes', '1', '--cooldown', '0') },
    { program: 'arp-scan', rounds: 5, run: arpScan(network) },
    { program: 'nmap -sn', rounds: 5, run: nmap(network) },
  ];
  return contest(
    'one address, `--passes 1 --cooldown 0`',
    { link: 'one', live: new Set([LIVE[0]]), contestants },
    (results) => ({ arpsweep: [atMost(0.15, results.arpsweep.seconds, 'whole process', ' s', 3)] }),
  );
}

/** @param {import('../../dist/lab/lab.js').Lab} lab */
export async function small(lab) {
  const { host } = await pair(lab, 'small');
  const network = { link: 'small', range: '10.98.0.0/24', sender: SENDER };
  const contestants = [
    { program: 'arpsweep', rounds: 100, run: arpsweep(network) },
    { program: 'arp-scan', rounds: 5, run: arpScan(network) },
    { program: 'nmap -sn', rounds: 5, run: nmap(network) },
    // That is its default.
    { program: 'masscan --rate 100', rounds: 2, run: masscan(network, host, '--rate', '100') },
  ];
  return contest(
    '/24, 20 live, default options',
    { link: 'small', live: new Set(LIVE), contestants },
    ({ arpsweep: ours }) => ({
      arpsweep: [
        atMost(0.6, ours.seconds, 'whole process', ' s', 3),
        atLeast(ours.runs.length + ours.failures.length, ours.complete, 'runs that miss none', '', 0),
      ],
    }),
  );
}

/** @param {import('../../dist/lab/lab.js').Lab} lab */
export async function smallLossy(lab) {
  const { host } = await pair(lab, 'lossy24');
  await host.dropShare(30);
  const network = { link: 'lossy24', range: '10.98.0.0/24', sender: SENDER };
  const contestants = [
    {
      program: 'arpsweep',
      rounds: 7,
      run: arpsweep(network),
      measured: ({ lossEstimate }) =>
        Number.isFinite(lossEstimate) ? `says ${percent(lossEstimate)} loss` : '',
    },
    { program: 'arp-scan', rounds: 4, run: arpScan(network) },
    { program: 'nmap -sn', rounds: 4, run: nmap(network) },
  ];
  return contest('/24, 20 live, 30 % of requests lost, default options', {
    link: 'lossy24',
    live: new Set(LIVE),
    contestants,
  });
}
