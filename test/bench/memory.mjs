// Very large ranges at full rate, of which 300 addresses answer: memory beside bare Node's, and time.
import { scatteredNumbers } from '../../dist/lab/random.js';
import { atMost, contest, ratioOf } from './contest.mjs';
import { arpScan, arpsweep, bareNode, floor, masscan } from './programs.mjs';
import { grouped } from './table.mjs';

const SENDER = '10.255.0.1';
const OPTIONS = ['--rate', 'max', '--passes', '1'];
const LIVE = 300;
const SEED = 20_260_701;

const liveAddress = (index) => `10.${112 + (index >> 16)}.${(index >> 8) & 0xff}.${index & 0xff}`;
const measured = ({ rate }) => (rate ? `${grouped(rate)} addresses/s` : '');
const node = { program: 'node -e 0', rounds: 3, run: bareNode };

function aboveNode(limit, { arpsweep: ours, [node.program]: bare }) {
  const known = Number.isFinite(ours.peakMiB) && Number.isFinite(bare.peakMiB);
  return atMost(limit, known ? ours.peakMiB - bare.peakMiB : null, 'above Node', ' MiB', 1);
}

/** @param {import('../../dist/lab/lab.js').Lab} lab */
export async function large(lab) {
  // All of them are in 10.112.0.0/12, so that it is one network for both ranges.
  const live = new Set(scatteredNumbers(LIVE, 2 ** 20, SEED).map(liveAddress));
  const { host } = await lab.pair('large', { address: `${SENDER}/8` }, 'large-peer', {
    answersFor: [...live].map((ip) => `${ip}/32`),
  });
  const network = { link: 'large', range: '10.112.0.0/12', sender: SENDER };
  const whole = { ...network, range: '10.0.0.0/8' };

  const ofMillion = await contest(
    '/12, 300 live, one pass at full rate',
    {
      link: 'large',
      live,
      contestants: [
        { program: 'arpsweep', rounds: 3, run: arpsweep(network, ...OPTIONS), measured },
        node,
        { program: 'C floor, 2 senders', rounds: 3, run: floor(network, 2), measured },
        { program: 'arp-scan -i 1u -r 1', rounds: 1, run: arpScan(network, '-i', '1u', '-r', '1') },
        { program: 'masscan --rate 100M', rounds: 1, run: masscan(network, host) },
      ],
    },
    (results) => ({ arpsweep: [aboveNode(40, results)] }),
  );
  const [{ result: twelfth }] = ofMillion;

  const ofAll = await contest(
    '/8, 300 live, one pass at full rate',
    {
      link: 'large',
      live,
      contestants: [
        { program: 'arpsweep', rounds: 1, run: arpsweep(whole, ...OPTIONS), measured },
        { ...node, rounds: 1 },
      ],
    },
    (results) => ({
      arpsweep: [
        aboveNode(80, results),
        // Linear: an address takes no longer in the larger range.
        atMost(1.25, ratioOf(twelfth.rate, results.arpsweep.rate), 'time of an address by that in the /12'),
      ],
    }),
  );
  return [...ofMillion, ...ofAll];
}
