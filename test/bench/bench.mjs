// Speed and memory beside a C floor and the peers, in one run on one machine: medians, and ratios to ours.
// Runs in throwaway namespaces only: `npm run bench`.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createLab } from '../../dist/lab/lab.js';
import { inTurns, measure } from './measure.mjs';

const rounds = 5;
const arpsweep = [process.execPath, fileURLToPath(new URL('../../bin/arpsweep.js', import.meta.url))];
const scratch = mkdtempSync(join(tmpdir(), 'arpsweep-bench-'));
const floor = join(scratch, 'floor');

function row(...cells) {
  const [what, who, ...figures] = cells;
  console.log(
    `${what.padEnd(34)}${who.padEnd(16)}${figures.map((cell) => String(cell).padStart(14)).join('')}`,
  );
}

function rows(what, results, format) {
  for (const [who, result] of Object.entries(results)) row(what, who, ...format(result));
  console.log();
}

const count = (number) => Math.round(number).toLocaleString('en');
const ours = async (args) => {
  const { stdout, seconds, peakMiB } = await measure([...arpsweep, ...args, '-f', 'json']);
  const report = JSON.parse(stdout);
  const { answered } = report.counts;
  return { rate: report.statistics.rate, answered, frames: report.statistics.transmitted, seconds, peakMiB };
};

/** Every address of a /16 answers: what the whole loop does a second, from the request to the table. */
async function dense(lab) {
  await lab.pair('dense', { address: '10.97.0.1/12' }, 'all', {
    addresses: ['10.97.0.2/12'],
    answersFor: ['10.99.0.0/16'],
  });
  const results = await inTurns(rounds, {
    arpsweep: () => ours(['-I', 'dense', '10.99.0.0/16', '--rate', 'max', '--passes', '1']),
    'C floor': async () => {
      const { stdout, seconds, peakMiB } = await measure([floor, 'dense', '10.99.0.0', '65536', '10.97.0.1']);
      const { rate, answers, sent } = JSON.parse(stdout);
      return { rate, answered: answers, frames: sent, seconds, peakMiB };
    },
    'arp-scan -i 1u': async () => {
      const { stdout, seconds, peakMiB } = await measure([
        'arp-scan',
        '-I',
        'dense',
        '-i',
        '1u',
        '-r',
        '1',
        '-q',
        '-g',
        '10.99.0.0/16',
      ]);
      const [, took] = /scanned in ([\d.]+) seconds/.exec(stdout);
      const answered = stdout.split('\n').filter((line) => /^10\.99\./.test(line)).length;
      return { rate: 65536 / took, answered, frames: 65536, seconds, peakMiB };
    },
  });
  row('dense /16, one pass, full rate', '', 'addresses/s', 'ratio', 'found', 'seconds', 'peak MiB');
  rows('', results, ({ rate, answered, seconds, peakMiB }) => [
    count(rate),
    (results.arpsweep.rate / rate).toFixed(2),
    count(answered),
    seconds.toFixed(2),
    peakMiB.toFixed(0),
  ]);
}

/** A /24 with twenty hosts, as an operator sweeps it. */
async function small(lab) {
  const addresses = Array.from({ length: 20 }, (_, i) => `10.98.0.${10 + 11 * i}/24`);
  await lab.pair('small', { address: '10.98.0.2/24' }, 'some', { addresses });
  const found = (stdout) => new Set(stdout.match(/\b10\.98\.0\.\d+\b(?!\/)/g)).size;
  const peer =
    (...argv) =>
    async () => {
      const { stdout, seconds, peakMiB } = await measure(argv);
      return { seconds, found: found(stdout), peakMiB };
    };
  const results = await inTurns(rounds, {
    arpsweep: async () => {
      const { seconds, answered, peakMiB } = await ours(['-I', 'small', '10.98.0.0/24']);
      return { seconds, found: answered, peakMiB };
    },
    'arp-scan': peer('arp-scan', '-I', 'small', '-q', '-g', '-x', '10.98.0.0/24'),
    'nmap -sn': peer(
      'nmap',
      '-sn',
      '-n',
      '-PR',
      '-e',
      'small',
      '--exclude',
      '10.98.0.2',
      '10.98.0.0/24',
      '-oG',
      '-',
    ),
  });
  row('/24, 20 live, default options', '', 'seconds', 'ratio', 'found', 'peak MiB');
  rows('', results, ({ seconds, found: hosts, peakMiB }) => [
    seconds.toFixed(2),
    (seconds / results.arpsweep.seconds).toFixed(2),
    count(hosts),
    peakMiB.toFixed(0),
  ]);
}

/** A /12 at full rate with 300 live hosts: what a million addresses cost beside bare Node. */
async function large(lab) {
  const answersFor = Array.from(
    { length: 300 },
    (_, i) => `10.${112 + (i % 8)}.${i >> 1}.${(i * 31) % 256}/32`,
  );
  await lab.pair('large', { address: '10.120.0.1/8' }, 'sparse', { addresses: ['10.120.0.2/8'], answersFor });
  const results = await inTurns(3, {
    arpsweep: () => ours(['-I', 'large', '10.112.0.0/12', '--rate', 'max', '--passes', '1']),
    'bare Node': async () => {
      const { seconds, peakMiB } = await measure([process.execPath, '-e', '0']);
      return { frames: 0, answered: 0, seconds, peakMiB };
    },
  });
  row('/12, 300 live, one pass, full rate', '', 'frames', 'found', 'seconds', 'peak MiB');
  rows('', results, ({ frames, answered, seconds, peakMiB }) => [
    count(frames),
    count(answered),
    seconds.toFixed(2),
    peakMiB.toFixed(0),
  ]);
}

const lab = await createLab();
try {
  execFileSync('cc', ['-O2', '-o', floor, fileURLToPath(new URL('floor.c', import.meta.url)), '-lpthread']);
  console.log(`${cpus().length} × ${cpus()[0].model.trim()}, Node ${process.versions.node}, medians\n`);
  for (const scenario of [dense, small, large]) await scenario(lab);
} finally {
  await lab.remove();
  rmSync(scratch, { recursive: true });
}
