/** Frames that are broken, strange or meant to do harm: counted, bounded, and without effect on the rest. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Report, type Sweep, sweep } from '../../src/index.js';
import { createLab, type Host, type Lab } from '../../src/lab/lab.js';
import { type ArpFields, arpFrame, BROADCAST, REPLY, REQUEST, readArp } from '../support/arp-frames.js';
import { type Capture, capture } from '../support/capture.js';
import { inject } from '../support/inject.js';
import { expectSound, respondersByIp } from '../support/sound-report.js';
import { startCli } from '../support/sweep-cli.js';
import { waitFor } from '../support/wait-for.js';

const OUR_IP = '10.0.0.2';
const OUR_MAC = '02:00:00:00:00:99';
const LIVE = '10.0.0.5';
const SILENT = '10.0.0.6';
const ATTACKER = '02:00:00:00:06:66';
const TARGETS = '10.0.0.0/28';

/** ResponderTable::kMaxPerAddress of native/core/sweep/responder_table.h. */
const MOST_PER_ADDRESS = 128;

let lab: Lab;
let host: Host;
beforeEach(async () => {
  lab = await createLab();
  ({ host } = await lab.pair('eth0', { mac: OUR_MAC, address: `${OUR_IP}/24` }, 'neighbour', {
    addresses: [`${LIVE}/24`],
  }));
});
afterEach(() => lab.remove());

/** An answer for an address, as whoever wants to claim it would send it. */
const claim = (fields: Partial<ArpFields> = {}) =>
  arpFrame({ operation: REPLY, sha: ATTACKER, spa: SILENT, tha: OUR_MAC, tpa: OUR_IP, ...fields });

/** A frame with a tag after its addresses. */
const tagged = (frame: Buffer, tag: string) =>
  Buffer.concat([frame.subarray(0, 12), Buffer.from(tag, 'hex'), frame.subarray(12)]);

/** Every address was asked and everybody has answered: from now on an answer that fits would be taken. */
async function asked(run: Sweep): Promise<void> {
  await waitFor(() => run.progress().phase === 'cooldown', { what: 'the questions to be asked' });
}

/** A sweep that listens until it is told to stop, with frames coming in meanwhile. */
async function sweepThrough(frames: readonly Buffer[]): Promise<Report> {
  const stop = new AbortController();
  const run = sweep(TARGETS, { links: ['eth0'], passes: 1, cooldownMs: 60_000, signal: stop.signal });
  await asked(run);
  await inject(host, host.interface, frames);
  stop.abort();
  const report = await run.report();
  expectSound(report);
  expect(report.outcome).toBe('interrupted');
  return report;
}

// The measure of all that follows: these frames differ from a claim that is taken in one respect each.
test('an answer that fits is taken, whoever gives it', async () => {
  const report = await sweepThrough([claim(), claim({ destination: BROADCAST, spa: '10.0.0.7' })]);
  expect(respondersByIp(report)).toEqual({
    [LIVE]: [host.mac],
    [SILENT]: [ATTACKER],
    '10.0.0.7': [ATTACKER],
  });
  expect(report.statistics).toMatchObject({ malformed: 0, received: 3 });
});

/** ARP to our own hardware address that breaks RFC 826; each is counted. */
const MALFORMED: [name: string, frame: Buffer][] = [
  ['cut within the addresses', claim().subarray(0, 41)],
  ['cut within the fixed part', claim().subarray(0, 20)],
  ['with no payload', claim().subarray(0, 14)],
  ['of another hardware type', claim({ hardwareType: 24 })],
  ['of another protocol type', claim({ protocolType: 0x86dd })],
  ['with hardware addresses of 8 bytes', claim({ hardwareLength: 8 })],
  ['with protocol addresses of 16 bytes', claim({ protocolLength: 16 })],
  ['with lengths of 255', claim({ hardwareLength: 255, protocolLength: 255 })],
  ['with a broadcast sender', claim({ source: ATTACKER, sha: BROADCAST })],
];

test.each(MALFORMED)('a frame %s is counted as malformed and claims nothing', async (_, frame) => {
  const report = await sweepThrough([frame]);
  expect(report.statistics).toMatchObject({ malformed: 1, received: 1 });
  expect(respondersByIp(report)).toEqual({ [LIVE]: [host.mac] });
});

test('what is no answer to us has no effect, but for the finding that some came from another VLAN', async () => {
  const report = await sweepThrough([
    claim({ tpa: '10.0.0.77' }),
    claim({ spa: '10.0.1.6' }),
    claim({ spa: '0.0.0.0' }),
    claim({ destination: '02:00:00:00:00:55', tha: '02:00:00:00:00:55' }),
    claim({ operation: REQUEST }),
    claim({ operation: 4 }),
    // Gratuitous, of either kind.
    claim({ destination: BROADCAST, tha: BROADCAST, tpa: SILENT }),
    claim({ operation: REQUEST, destination: BROADCAST, tpa: SILENT }),
    // From another VLAN, by one tag or two.
    tagged(claim(), '81000064'),
    tagged(claim(), '88a8006481000007'),
    // Our own answer, which nobody else can give.
    claim({ source: ATTACKER, sha: OUR_MAC }),
    // IPv4, IPv6 and nothing in particular.
    claim({ etherType: 0x0800 }),
    claim({ etherType: 0x86dd }),
    Buffer.alloc(60, 0xff),
    Buffer.alloc(1500, 0xa5),
    Buffer.alloc(14),
  ]);
  expect(respondersByIp(report)).toEqual({ [LIVE]: [host.mac] });
  expect(report.statistics).toMatchObject({ malformed: 0, received: 1, overruns: 0 });
  const strange = { kind: 'other-vlan', ips: [SILENT], macs: [ATTACKER] };
  expect(report.findings).toMatchObject([
    { ...strange, evidence: { vlan: 100, answers: [{ count: 1 }] } },
    { ...strange, evidence: { vlan: 100, innerVlan: 7, answers: [{ count: 1 }] } },
  ]);
});

describe('a flood of answers with ever new MACs for one address', () => {
  const FLOOD = 5000;
  const flood = Array.from({ length: FLOOD }, (_, i) =>
    claim({
      sha: `02:66:00:00:${(i >> 8).toString(16).padStart(2, '0')}:${(i & 255).toString(16).padStart(2, '0')}`,
    }),
  );
  let witness: Capture;

  beforeEach(async () => {
    witness = await capture(host, host.interface);
  });
  afterEach(() => witness.stop());

  /** The address was asked for, so that answers count; a slow sweep is under way for seconds after that. */
  async function floodTheMiddle(): Promise<void> {
    const isAsked = () => witness.frames().some((frame) => readArp(frame).tpa === SILENT);
    await waitFor(isAsked, { what: 'the address to be asked for' });
    await inject(host, host.interface, flood);
  }

  test('is bounded, and the report says that it was', async () => {
    const run = sweep('10.0.0.0/26', { links: ['eth0'], rate: 25, passes: 1, order: 'sequential' });
    const heard: string[] = [];
    const [report] = await Promise.all([
      run.report(),
      floodTheMiddle(),
      (async () => {
        for await (const { ip, mac } of run) if (ip === SILENT) heard.push(mac);
      })(),
    ]);

    expectSound(report);
    const flooded = report.hosts.find(({ ip }) => ip === SILENT);
    expect(flooded?.responders).toHaveLength(MOST_PER_ADDRESS);
    expect(heard).toEqual(flooded?.responders.map(({ mac }) => mac));
    const { received, overruns, kernelDrops } = report.statistics;
    expect(overruns).toBe(received - MOST_PER_ADDRESS - 1);
    expect(received + kernelDrops).toBeGreaterThan(FLOOD);
    expect(report.outcome).toBe('inconclusive');
    // The neighbour's answer has come through, and the claim is called what it is.
    expect(respondersByIp(report)[LIVE]).toEqual([host.mac]);
    expect(report.findings).toMatchObject([{ kind: 'duplicate-address', ips: [SILENT] }]);
  });

  test('is told by the command line, which ends with 3', async () => {
    const run = startCli([
      ...['-I', 'eth0', '-r', '25', '--passes', '1', '--order', 'sequential', '10.0.0.0/26'],
    ]);
    await floodTheMiddle();
    const { status, stdout, stderr } = await run.result;
    expect(status).toBe(3);
    expect(stdout.match(new RegExp(`^${SILENT}\t`, 'gm'))).toHaveLength(MOST_PER_ADDRESS);
    expect(stderr).toMatch(/replies could not be recorded: too many responders/);
  });
});

test('broken frames by the thousand during a sweep leave it as it is without them', async () => {
  const noise = Array.from({ length: 3000 }, (_, i) => {
    const frame = MALFORMED[i % MALFORMED.length]?.[1] ?? Buffer.alloc(0);
    return i % 3 === 0
      ? Buffer.from(frame.map((byte, at) => (at < 14 ? byte : (byte * 31 + i * at) & 0xff)))
      : frame;
  });
  const run = sweep('10.0.0.0/26', { links: ['eth0'], rate: 50 });
  await waitFor(() => run.progress().transmitted > 3, { what: 'the sweep to be under way' });
  await inject(host, host.interface, noise);
  const report = await run.report();

  expectSound(report);
  expect(report.outcome).toBe('complete');
  expect(report.statistics.malformed).toBeGreaterThan(2000);
  expect(respondersByIp(report)).toEqual({ [LIVE]: [host.mac] });
  expect(report.findings).toEqual([]);
});
