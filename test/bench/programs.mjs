// How each program is run, and how what it printed is read.
import { fileURLToPath } from 'node:url';
import { compiled, measure } from './measure.mjs';

/** @typedef {import('./contest.mjs').Run} Run */

/**
 * Where the programs are run.
 * @typedef {object} Network
 * @property {string} link
 * @property {string} range in CIDR form
 * @property {string} sender our address on the link
 */

const ARPSWEEP = [process.execPath, fileURLToPath(new URL('../../bin/arpsweep.js', import.meta.url))];
const LIBRARY_SWEEP = fileURLToPath(new URL('library-sweep.mjs', import.meta.url));
const SPEAKER = fileURLToPath(new URL('speaker.mjs', import.meta.url));

const matches = (text, pattern) => [...text.matchAll(pattern)].map(([, answer]) => answer);

/** What a bench needs of a report; the hosts of many runs would fill the memory. */
function figuresOf({ hosts, statistics, findings }) {
  return {
    answers: hosts.filter(({ self }) => !self).map(({ ip }) => ip),
    rate: statistics.rate,
    passes: statistics.passes,
    kernelDrops: statistics.kernelDrops,
    overruns: statistics.overruns,
    lossEstimate: statistics.lossEstimate,
    expectedMissed: statistics.expectedMissedAtLeast,
    findings: findings.map(({ kind }) => kind),
    limit: findings.find(({ kind }) => kind === 'loss')?.evidence.limit ?? null,
  };
}

/** One answer for each address and MAC, in the words of `arpsweep` and of arp-scan. */
const pairsOf = ({ hosts }) =>
  hosts.flatMap(({ ip, responders }) => responders.map(({ mac }) => `${ip} ${mac}`));

/** Runs a command line of ours that prints a report, and hands both on. What ran uncleanly has failed. */
export async function reportOf(argv, options) {
  const { stdout, status, ...cost } = await measure([...ARPSWEEP, ...argv, '-f', 'json'], {
    ...options,
    accepted: [0, INCONCLUSIVE],
  });
  const report = JSON.parse(stdout);
  if (status !== 0) throw new Error(`arpsweep ${argv.join(' ')} ${trouble(report)}`);
  return { cost, report };
}

/** The exit code of a sweep that left something untested, or lost what it heard. */
const INCONCLUSIVE = 3;

function trouble({ outcome, counts, statistics, untested }) {
  const reasons = [...new Set(untested.map(({ reason }) => reason))].join(', ') || 'nothing';
  const { kernelDrops, overruns } = statistics;
  return `was ${outcome}: ${counts.untested} untested (${reasons}), ${kernelDrops} kernel drops, ${overruns} overruns`;
}

/** @param {Network} network @returns {() => Promise<Run>} */
export function arpsweep({ link, range }, ...options) {
  return async () => {
    const { cost, report } = await reportOf(['-I', link, range, ...options]);
    return { ...cost, ...figuresOf(report) };
  };
}

/** As `arpsweep`, with an answer for each responder of an address. @param {Network} network */
export function arpsweepPairs({ link, range }, ...options) {
  return async () => {
    const { cost, report } = await reportOf(['-I', link, range, ...options]);
    return { ...cost, ...figuresOf(report), answers: pairsOf(report) };
  };
}

/** The library in a process of its own. @param {Network} network */
export function library({ link, range }, options) {
  const argv = [process.execPath, LIBRARY_SWEEP, range, JSON.stringify({ ...options, links: [link] })];
  return async () => {
    const { stdout, ...cost } = await measure(argv);
    return { ...cost, ...figuresOf(JSON.parse(stdout)) };
  };
}

/** Anything that is only run to its end. */
export function plainly(...argv) {
  return async () => {
    const { stdout, ...cost } = await measure(argv);
    return { ...cost, answers: null };
  };
}

export const bareNode = plainly(process.execPath, '-e', '0');
export const arpsweepVersion = plainly(...ARPSWEEP, '--version');

const FLOOR = compiled('floor');

/** The floor only counts whom it heard: it says of none that it is not there. @param {Network} network */
export function floor({ link, range, sender }, senders) {
  const [first, prefixLength] = range.split('/');
  const count = 2 ** (32 - prefixLength);
  return async () => {
    const { stdout, ...cost } = await measure([FLOOR, link, first, `${count}`, sender, `${senders}`]);
    const { answers, rate } = JSON.parse(stdout);
    return { ...cost, answers: null, found: answers, rate };
  };
}

/** arp-scan, quiet about vendors. @param {Network} network */
export function arpScan({ link, range }, ...options) {
  return async () => {
    const { stdout, ...cost } = await measure(['arp-scan', '-I', link, '-q', '-g', ...options, range]);
    const [, hosts, took] = /: (\d+) hosts scanned in ([\d.]+) seconds/.exec(stdout);
    return { ...cost, answers: matches(stdout, /^(\d+\.\d+\.\d+\.\d+)\t/gm), rate: hosts / took };
  };
}

/** As `arpScan`, with an answer for each responder of an address. @param {Network} network */
export function arpScanPairs({ link, range }, ...options) {
  return async () => {
    const { stdout, ...cost } = await measure(['arp-scan', '-I', link, '-q', ...options, range]);
    const pairs = matches(stdout, /^([\d.]+\t[\da-f:]{17})/gm);
    return { ...cost, answers: pairs.map((pair) => pair.replace('\t', ' ')) };
  };
}

/** nmap, without our own address, which it would count as a host. @param {Network} network */
export function nmap({ link, range, sender }, ...options) {
  const argv = ['nmap', '-sn', '-n', '-PR', '-e', link, '--exclude', sender, ...options, '-oG', '-', range];
  return async () => {
    const { stdout, ...cost } = await measure(argv);
    return { ...cost, answers: matches(stdout, /^Host: ([\d.]+) .*Status: Up$/gm) };
  };
}

const FULL_SPEED = ['--rate', '100000000'];

/**
 * masscan, at full speed unless told otherwise. It ends when a frame comes in after its waiting time, so that somebody
 * has to speak.
 * @param {Network} network
 * @param {import('../../dist/lab/host.js').Host} host who does
 */
export function masscan({ link, range, sender }, host, ...options) {
  const argv = ['masscan', '--arp', range, '-e', link, '--adapter-ip', sender];
  // Without this it asks for the router first; to whom an ARP request goes it takes from elsewhere.
  argv.push(
    '--router-mac',
    'ff-ff-ff-ff-ff-ff',
    '--wait',
    '1',
    ...(options.length > 0 ? options : FULL_SPEED),
  );
  return async () => {
    const speaker = host.spawn([process.execPath, SPEAKER, host.interface], { stdio: 'ignore' });
    try {
      const { stdout, ...cost } = await measure(argv);
      return { ...cost, answers: matches(stdout, /on ([\d.]+) \(/g) };
    } finally {
      const ended = new Promise((resolve) => speaker.once('exit', resolve));
      speaker.kill('SIGKILL');
      await ended;
    }
  };
}
