/** `arpsweep dad` against the ARP of real kernels, beside that of iputils' arping, and against itself. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DadResult, dad } from '../../src/index.js';
import { mustRun } from '../../src/lab/command.js';
import { createLab, type Host, type Lab, type Link } from '../../src/lab/lab.js';
import { BROADCAST, inShort, NO_IP, questionsOf } from '../support/arp-frames.js';
import { type Capture, capture } from '../support/capture.js';
import { iputilsArping } from '../support/peer-arpings.js';
import { type CliResult, type CliRun, startCli, sweepCli } from '../support/sweep-cli.js';
import { waitFor } from '../support/wait-for.js';

const LINK = 'dad0';
const OURS = '10.84.0.1';
/** Held by one machine, and by two. */
const HELD = '10.84.0.5';
const TWICE = '10.84.0.6';
const FREE = '10.84.0.7';
const INTERRUPTED = '10.84.0.8';
const UNHELD = ['10.84.0.16', '10.84.0.17', '10.84.0.18', '10.84.0.19'];
/** On a link that lets nothing out. */
const UNREACHED = ['10.85.0.2', '10.85.0.3'];

let lab: Lab;
let link: Link;
let first: Host;
let second: Host;
let witness: Capture;
/** RFC 5227 takes its time: all are at work at once, each for addresses of its own. */
let inFull: Promise<CliResult & { readonly endedAt: number }>;
let interrupted: CliRun;
let fast: Record<'held' | 'free' | 'own' | 'mute', Promise<CliResult>>;
let rivals: Promise<readonly (readonly DadResult[])[]>;
let iputils: ReturnType<typeof iputilsArping>[];
beforeAll(async () => {
  lab = await createLab();
  const on = await lab.switch('switch');
  [link, first, second] = await Promise.all([
    lab.link(LINK, { on, address: `${OURS}/24` }),
    lab.host('first', { on, mac: '00:50:56:84:00:01', addresses: [`${HELD}/24`, `${TWICE}/24`] }),
    lab.host('second', { on, mac: '02:00:00:84:00:02', addresses: [`${TWICE}/24`] }),
    lab.pair('mute0', { address: '10.85.0.1/24' }, 'unheard', { addresses: ['10.85.0.2/24'] }),
  ]);
  const chain = 'type filter hook egress device mute0 priority 0;';
  await mustRun(['nft', '-f', '-'], `table netdev mute {\n chain c {\n ${chain}\n drop\n }\n}\n`);
  witness = await capture(null, LINK);
  const full = sweepCli(['dad', TWICE, ...UNHELD]);
  inFull = full.then((result) => ({ ...result, endedAt: Date.now() }));
  interrupted = startCli(['dad', INTERRUPTED]);
  const inASecond = (...words: string[]) => sweepCli(['dad', '--fast', ...words]);
  fast = {
    held: inASecond(HELD),
    free: inASecond(FREE),
    own: inASecond('-f', 'json', OURS),
    mute: inASecond(...UNREACHED),
  };
  iputils = [HELD, FREE].map((ip) => iputilsArping(LINK, '-D', '-c', '1', '-w', '1', ip));
  rivals = Promise.all(
    [first, second].map(({ namespace }) => dad('10.84.0.50', { fast: true, links: [`${namespace}:eth0`] })),
  );
});
afterAll(async () => {
  await mustRun(['nft', 'flush', 'ruleset']);
  await lab.remove();
});

describe('in a second', () => {
  test('an address that a kernel holds is taken, with 1', async () => {
    expect(await fast.held).toMatchObject({
      status: 1,
      stdout: `${HELD} on ${LINK} is taken: ${first.mac} (VMware, Inc.) has it\n`,
      stderr: '',
    });
  });

  test('an address that nobody holds is free, with 0', async () => {
    expect(await fast.free).toMatchObject({
      status: 0,
      stdout: `${FREE} on ${LINK} is free\n`,
      stderr: '',
    });
  });

  test('iputils’ arping says the same', async () => {
    const [held, free] = await Promise.all(iputils);
    expect([held?.status, free?.status]).toEqual([1, 0]);
    expect(held?.replies).toMatchObject([{ mac: first.mac }]);
  });

  test('our own address is said to be ours, with 0', async () => {
    const { status, stdout } = await fast.own;
    expect(JSON.parse(stdout).addresses).toMatchObject([
      { ip: OURS, verdict: 'own', heldOn: [LINK], claimants: [], probesSent: 3, probes: 3 },
    ]);
    expect(status).toBe(0);
  });

  test('what cannot be asked for is not free, with 3', async () => {
    const { status, stdout } = await fast.mute;
    const why = 'a probe was refused with ENOBUFS, 0 of 3 probes left';
    const lines = UNREACHED.map((ip) => `${ip} on mute0 is not known to be free: ${why}\n`);
    expect({ status, stdout }).toEqual({ status: 3, stdout: lines.join('') });
  });

  test('two machines that want the same address at the same time do not both take it', async () => {
    const [one, other] = await rivals;
    const outcomes = [
      { result: one?.[0], rival: second },
      { result: other?.[0], rival: first },
    ];
    const losers = outcomes.filter(({ result }) => result?.verdict === 'taken');
    expect(losers.length).toBeGreaterThan(0);
    for (const { result, rival } of losers) {
      expect(result?.claimants).toMatchObject([{ mac: rival.mac, kind: 'probe' }]);
    }
  });
});

const probesFor = (ip: string) =>
  questionsOf(witness.frames(), link.mac).filter(({ tpa, spa }) => tpa === ip && spa === NO_IP);

test('interrupted, it does not know, with 130', async () => {
  await waitFor(() => probesFor(INTERRUPTED).length > 0, { what: 'a probe' });
  interrupted.child.kill('SIGINT');
  expect(await interrupted.result).toMatchObject({
    status: 130,
    stdout: `${INTERRUPTED} on ${LINK} is not known to be free: interrupted\n`,
  });
});

test('in full it is RFC 5227’s: three probes at random times, and every claimant', async () => {
  const { status, stdout, stderr, endedAt } = await inFull;
  await witness.stop();
  expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
  const [twice, ...free] = stdout.trimEnd().split('\n');
  for (const { mac } of [first, second]) expect(twice).toContain(mac);
  expect(free).toEqual(UNHELD.map((ip) => `${ip} on ${LINK} is free`));
  // Whoever is known to have an address is asked no more.
  expect(probesFor(TWICE).map(inShort)).toEqual([`probe ${TWICE}`]);
  for (const probes of UNHELD.map(probesFor)) {
    expect(probes).toHaveLength(3);
    for (const probe of probes) expect(probe).toMatchObject({ sha: link.mac, destination: BROADCAST });
    const times = probes.map(({ timeMs }) => timeMs);
    for (const [i, time] of times.slice(1).entries()) {
      expect(time - (times[i] ?? Number.NaN)).toBeGreaterThan(999);
      // Two cores, and others at work on them.
      expect(time - (times[i] ?? Number.NaN)).toBeLessThan(2300);
    }
    expect(endedAt - (times.at(-1) ?? Number.NaN)).toBeGreaterThan(2000);
  }
});
