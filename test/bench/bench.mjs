// Speed, memory, evenness and completeness beside a C floor and the peers, as one table in Markdown, in one run on one
// machine. Runs in throwaway namespaces only, and as root: `npm run --silent bench > BENCHMARKS.md`. Progress goes to
// standard error. Ends with 1 where a run failed; the table says which and why.
import { createLab } from '../../dist/lab/lab.js';
import { dense } from './dense.mjs';
import { lossy, noneLive, threeLive } from './lossy.mjs';
import { machine } from './machine.mjs';
import { large } from './memory.mjs';
import { pace } from './pace.mjs';
import { responders } from './responders.mjs';
import { roundTrips } from './round-trips.mjs';
import { oneAddress, small, smallLossy, version } from './start-up.mjs';
import { table } from './table.mjs';

/** Each builds its networks in a lab of its own, and returns its rows. */
const SUBJECTS = {
  dense,
  responders,
  version,
  oneAddress,
  small,
  smallLossy,
  large,
  pace,
  roundTrips,
  lossy,
  threeLive,
  noneLive,
};

const HEAD = `# Benchmarks

\`npm run --silent bench\` made this: it builds networks of real kernels in network namespaces of one machine, joined by
veth pairs, and runs every program on the same one, in turns. Both ends of a wire share the machine's processors.

${machine()}

How to read the table:

- *Found / live*: addresses (pairs of address and MAC where several answer) that the program reported, in the median run, and
  how many there are. Who reported one that is not there would have failed. *All found*: in how many runs nobody was missed.
- *Seconds*: the whole process, median of the runs; *Longest*: the longest run; *Ratio*: the median in terms of that of
  the scenario's first row; above 1 is slower.
- *Frames*: what left the link, by the kernel's counter. *Peak MiB*: resident memory by the kernel's account, Node included
  (\`node -e 0\` is what that alone takes).
- *addresses/s*: while sending, from the first request to the last; arp-scan's is its own figure. It ends as soon as everybody
  has answered, while arpsweep listens for 350 ms more and prints a report.
- *Asked*: what this project demands of itself, with the figure that came of it.

`;

const NOTES = `
Notes:

- The C floor (\`test/bench/floor.c\`) sends by sendmmsg(2) and notes who answered in a flat table; it does nothing else.
- \`--rate 100M\` is as good as \`max\`, but has one sending thread.
- arp-scan with its defaults (256 kbit/s, two passes) takes four minutes for a /16, and \`nmap -sn\` more than one: so they run
  on the /24.
- masscan 1.3.2 ends only when a frame comes in after its waiting time; the other end sends it ten a second. What it
  misses on a wire that loses nothing is among its first requests. It tells no sending rate.
- nmap, arp-scan and masscan do not say how much was lost. arpsweep's words on that are under *Also measured*.
`;

/** A subject whose network could not be built is a row, too. */
function failed(name, error) {
  const result = {
    program: 'all',
    runs: [],
    failures: [error.message],
    live: 0,
    complete: null,
    seconds: null,
  };
  return { scenario: name, result, measured: '', bounds: [] };
}

async function rowsOf(name, subject) {
  try {
    const lab = await createLab();
    try {
      return await subject(lab);
    } finally {
      await lab.remove();
    }
  } catch (error) {
    console.error(`${name} failed: ${error.stack}`);
    return [failed(name, error)];
  }
}

const rows = [];
const startedAt = performance.now();
for (const [name, subject] of Object.entries(SUBJECTS)) rows.push(...(await rowsOf(name, subject)));
const minutes = (performance.now() - startedAt) / 60_000;

process.stdout.write(`${HEAD}${table(rows)}${NOTES}- The whole took ${minutes.toFixed(1)} minutes.\n`);
const missed = rows.flatMap(({ bounds }) => bounds).filter(({ met }) => !met).length;
const failures = rows.reduce((sum, { result }) => sum + result.failures.length, 0);
console.error(`${failures} runs failed, ${missed} demands missed; ${minutes.toFixed(1)} minutes`);
process.exitCode = failures > 0 ? 1 : 0;
