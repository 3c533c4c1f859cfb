/** Everybody who answers is found, and nobody else: against what a kernel was told to answer for, and other programs. */
import { createSocket } from 'node:dgram';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sweep } from '../../src/index.js';
import { mustRun } from '../../src/lab/command.js';
import { createLab, type Lab } from '../../src/lab/lab.js';
import { questionsOf } from '../support/arp-frames.js';
import { capture } from '../support/capture.js';
import { expectSound, respondersByIp } from '../support/sound-report.js';
import { waitFor } from '../support/wait-for.js';

let lab: Lab;
beforeEach(async () => {
  lab = await createLab();
});
afterEach(() => lab.remove());

/** A link in 10.98.0.0/15, whose upper half the other end answers for. */
const NEAR = { address: '10.98.0.2/15' };
const RANGE = '10.99.0.0/16';
const addressAt = (index: number) => `10.99.${index >> 8}.${index & 0xff}`;

/** Distinct numbers below `limit` by the linear congruential generator of Numerical Recipes. */
function scattered(count: number, limit: number, seed: number): number[] {
  const chosen = new Set<number>();
  for (let state = seed; chosen.size < count; ) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    chosen.add(Math.floor((state / 2 ** 32) * limit));
  }
  return [...chosen].sort((a, b) => a - b);
}

describe('a /16', () => {
  test('that is answered for whole is found whole in a single pass at full rate', async () => {
    const { host, link } = await lab.pair('eth0', NEAR, 'h1', { answersFor: [RANGE] });

    const witness = await capture(host, host.interface, 'arp[6:2] = 1');
    const report = await sweep(RANGE, { links: ['eth0'], rate: 'max', passes: 1 }).report();
    const questions = questionsOf(await witness.stop(), link.mac);

    expectSound(report);
    expect(questions).toHaveLength(65537);
    expect(new Set(questions.map(({ tpa }) => tpa)).size).toBe(65537);
    expect(report.outcome).toBe('complete');
    expect(report.counts).toEqual({ targets: 65536, answered: 65536, self: 0, silent: 0, untested: 0 });
    expect(report.statistics).toMatchObject({ kernelDrops: 0, overruns: 0, transmitted: 65537 });
    expect(report.hosts.map(({ ip }) => ip)).toEqual(Array.from({ length: 65536 }, (_, i) => addressAt(i)));
    expect(new Set(report.hosts.flatMap(({ responders }) => responders.map(({ mac }) => mac)))).toEqual(
      new Set([host.mac]),
    );
    expect(report.findings).toEqual([]);
  });

  test('of which 300 live is found exactly', async () => {
    const live = scattered(300, 65536, 20_260_701).map(addressAt);
    const { host } = await lab.pair('eth0', NEAR, 'h1', { answersFor: live.map((ip) => `${ip}/32`) });

    const report = await sweep(RANGE, { links: ['eth0'], rate: 200_000 }).report();

    expectSound(report);
    expect(report.outcome).toBe('complete');
    expect(report.counts).toMatchObject({ answered: 300, silent: 65236, untested: 0 });
    expect(respondersByIp(report)).toEqual(Object.fromEntries(live.map((ip) => [ip, [host.mac]])));
    expect(report.findings).toEqual([]);
  });
});

describe('a /24 of machines on a switch', () => {
  const OCTETS = [1, 5, 6, 17, 99, 200, 254];
  let expected: Record<string, string[]>;

  beforeEach(async () => {
    const lan = await lab.switch('sw0');
    const hosts = await Promise.all(
      OCTETS.map((octet) => lab.host(`h${octet}`, { on: lan, addresses: [`10.0.0.${octet}/24`] })),
    );
    await lab.link('eth0', { on: lan, address: '10.0.0.2/24' });
    expected = Object.fromEntries(OCTETS.map((octet, i) => [`10.0.0.${octet}`, [hosts[i]?.mac ?? '']]));
  });

  test('is what arp-scan sees', async () => {
    const report = await sweep(undefined, { links: ['eth0'] }).report();
    expectSound(report);
    expect(respondersByIp(report)).toEqual(expected);

    const scanned = await mustRun(['arp-scan', '-I', 'eth0', '--plain', '--timeout=100', '10.0.0.0/24']);
    const pairs = [...scanned.matchAll(/^([\d.]+)\t([\da-f:]{17})/gm)].map(([, ip, mac]) => [ip, [mac]]);
    expect(Object.fromEntries(pairs)).toEqual(respondersByIp(report));
  });

  test("is what the kernel's own ARP resolves", async () => {
    const report = await sweep('10.0.0.0/24', { links: ['eth0'] }).report();
    expect(Object.keys(respondersByIp(report))).toEqual(Object.keys(expected));

    // A datagram to the discard port makes the kernel ask.
    const socket = createSocket('udp4');
    for (const ip of Object.keys(expected)) socket.send('', 9, ip);
    const neighbours = await waitFor(
      async () => {
        const lines = await mustRun(['ip', '-4', 'neighbour', 'show', 'dev', 'eth0']);
        const resolved = [...lines.matchAll(/^([\d.]+) lladdr ([\da-f:]{17}) /gm)];
        return resolved.length === OCTETS.length && resolved.map(([, ip, mac]) => [ip, [mac]]);
      },
      { what: 'the kernel to resolve every machine' },
    );
    socket.close();
    expect(respondersByIp(report)).toEqual(Object.fromEntries(neighbours));
  });
});
