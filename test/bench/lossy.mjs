// A /16 of which few addresses answer, behind wires that lose: who finds them all, and who says what it may have missed.
import { sparsePair } from '../../dist/lab/sparse-pair.js';
import { contest } from './contest.mjs';
import { arpScan, arpsweep, masscan } from './programs.mjs';
import { grouped, percent } from './table.mjs';
import { allFound, WIRES } from './wires.mjs';

const LIVE = 301;
const SENDER = '10.98.0.2';
const AUTO_MAX = ['--rate', 'auto:max'];

/** What ours says of the wire and of itself. */
function said({ passes, lossEstimate, expectedMissed, limit }) {
  const estimated = Number.isFinite(lossEstimate) && Number.isFinite(expectedMissed);
  return [
    `${passes} ${passes === 1 ? 'pass' : 'passes'}`,
    estimated
      ? `says ${percent(lossEstimate)} lost, ${expectedMissed.toFixed(3)} missed`
      : 'says that it cannot tell',
    ...(Number.isFinite(limit) ? [`more lost above ${grouped(limit)}/s`] : []),
  ].join('; ');
}

/** Who runs behind a wire. Each run meets its condition anew, and the n-th of each program the same one. */
function contestants(wire, network, host, live) {
  const { rounds, options = AUTO_MAX, peers = [] } = wire;
  const program = ['arpsweep', ...options].join(' ');
  const others = {
    masscan: { program: 'masscan --rate 100M', rounds: 2, run: masscan(network, host) },
    // As somebody would who knew of the policer.
    'slow arp-scan': {
      program: 'arp-scan -i 60u -r 1',
      rounds: 2,
      run: arpScan(network, '-i', '60u', '-r', '1'),
    },
  };
  return [
    { program, rounds, run: arpsweep(network, ...options), measured: said },
    { program: 'arp-scan -i 1u -r 1', rounds: 2, run: arpScan(network, '-i', '1u', '-r', '1') },
    ...peers.map((name) => others[name]),
  ].map(({ run, ...contestant }) => {
    let turn = 0;
    const behindWire = async () => {
      turn += 1;
      await wire.spoil?.(host, live, turn);
      return run();
    };
    return { ...contestant, run: behindWire };
  });
}

/** @param {import('../../dist/lab/sparse-pair.js').SparsePair} pair @param {import('./wires.mjs').Wire} wire */
async function behind({ link, host, range, live }, wire) {
  const network = { link: link.name, range, sender: SENDER };
  const rows = await contest(
    `/16, ${live.length} live, a wire ${wire.name}`,
    { link: link.name, live: new Set(live), contestants: contestants(wire, network, host, live) },
    (results) => {
      const [ours] = Object.values(results);
      return { [ours.program]: wire.asked.map((ask) => ask(ours)) };
    },
  );
  await wire.mend?.(host);
  return rows;
}

/** @param {import('../../dist/lab/lab.js').Lab} lab */
export async function lossy(lab) {
  const pair = await sparsePair(lab, 'sparse', { live: LIVE });
  const rows = [];
  for (const wire of WIRES) rows.push(...(await behind(pair, wire)));
  return rows;
}

/** Few who answer, or none: there may be too little to judge by. */
const few = (live, rounds) => async (lab) =>
  behind(await sparsePair(lab, 'sparse', { live }), {
    name: 'that loses nothing',
    rounds,
    asked: [allFound],
  });
export const threeLive = few(3, 3);
export const noneLive = few(0, 1);
