import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { InterfaceError, OptionError } from '../../../src/errors.js';
import type { PingOptions, PingRefusal, PingReply } from '../../../src/ping/ping-api.js';
import { runPing } from '../../../src/ping/run-ping.js';
import { arpFrame, BROADCAST, NO_IP, REPLY } from '../../support/arp-frames.js';
import { address, ip, link } from '../../support/fake-addon.js';
import { fakeWire, type SentFrame, type WireScenario } from '../../support/fake-wire.js';
import { holdClocks, inTheirTime } from '../../support/time.js';

const OUR_MAC = '02:00:00:00:00:01';
const OUR_IP = '10.0.0.1';
const TARGET = '10.0.0.5';
const A = '02:00:00:00:00:0a';
const B = '00:1b:21:00:00:0b';

const eth0 = link('eth0', [address(`${OUR_IP}/24`)], { mac: OUR_MAC });
const eth1 = link('eth1', [address('10.1.0.1/24')]);
const routes = [
  { destination: ip('10.0.0.0'), prefixLength: 24, gateway: 0, interfaceIndex: eth0.index, metric: 0 },
  { destination: ip('10.1.0.0'), prefixLength: 24, gateway: 0, interfaceIndex: eth1.index, metric: 0 },
];

beforeEach(holdClocks);
afterEach(() => {
  vi.useRealTimers();
});

const replyOf = (sha: string, { tpa, sha: asker, spa }: SentFrame, afterMs: number) => ({
  afterMs,
  frame: arpFrame({ operation: REPLY, sha, spa: tpa, tha: asker, tpa: spa }),
});

/** Hosts by address: each MAC with the ms that it takes to answer. */
type Hosts = Readonly<Record<string, Readonly<Record<string, number>>>>;
const answering = (hosts: Hosts) => (sent: SentFrame) =>
  Object.entries(hosts[sent.tpa] ?? {})
    .filter(([mac]) => sent.destination === BROADCAST || sent.destination === mac)
    .map(([mac, afterMs]) => replyOf(mac, sent, afterMs));

function start(targets: string, options: PingOptions, scenario: Partial<WireScenario> = {}) {
  const wire = fakeWire({ links: [eth0, eth1], routes, ...scenario });
  const replies: PingReply[] = [];
  const refusals: PingRefusal[] = [];
  const began = performance.now();
  const run = runPing(() => wire.addon, targets, options, {
    onReply: (reply) => replies.push(reply),
    onRefusal: (refusal) => refusals.push(refusal),
  });
  const end = () => inTheirTime(run).then((report) => ({ report, ms: performance.now() - began }));
  /** When each request left, in ms from the first. */
  const times = () => wire.sent.map(({ timeMs }) => timeMs - (wire.sent[0]?.timeMs ?? 0));
  return { wire, replies, refusals, run, end, times };
}

describe('a ping', () => {
  it('asks everybody at even times, and tells each reply and what they come to', async () => {
    const { wire, replies, end, times } = start(
      TARGET,
      { count: 3, intervalMs: 200 },
      { answer: answering({ [TARGET]: { [A]: 1, [B]: 3 } }) },
    );
    const { report, ms } = await end();
    expect(times()).toEqual([0, 200, 400]);
    for (const sent of wire.sent) {
      expect(sent).toMatchObject({ destination: BROADCAST, sha: OUR_MAC, spa: OUR_IP, tpa: TARGET });
    }
    expect(replies.map(({ mac, rttMs, responder }) => [mac, rttMs, responder])).toEqual(
      [1, 2, 3].flatMap(() => [
        [A, 1, 1],
        [B, 3, 2],
      ]),
    );
    expect(replies[0]).toMatchObject({ ip: TARGET, interface: 'eth0', netns: null, vlan: null });
    const trips = (each: number) => ({
      min: each,
      average: each,
      median: each,
      p99: each,
      max: each,
      deviation: 0,
    });
    expect(report).toEqual({
      outcome: 'complete',
      lost: 0,
      addresses: [
        {
          ip: TARGET,
          interface: 'eth0',
          netns: null,
          vlan: null,
          sourceIp: OUR_IP,
          self: false,
          sent: 3,
          unsent: 0,
          refusals: {},
          answered: 3,
          responders: [
            { mac: A, vendor: null, replies: 3, rttMs: trips(1) },
            { mac: B, vendor: 'Intel Corporate', replies: 3, rttMs: trips(3) },
          ],
        },
      ],
    });
    // The last answer is in; others of the same address have a moment yet.
    expect(ms).toBe(750);
    expect(wire.isClosed()).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('waits for late answers to the last request, and no longer than for the latest', async () => {
    const late = start(TARGET, { count: 1 }, { answer: answering({ [TARGET]: { [A]: 900 } }) });
    const { report, ms } = await late.end();
    expect(report.addresses[0]?.responders).toMatchObject([{ mac: A, rttMs: { max: 900 } }]);
    expect(ms).toBeLessThan(950);
    const silent = start(TARGET, { count: 1 });
    expect((await silent.end()).ms).toBeLessThan(1550);
    expect(silent.replies).toEqual([]);
  });

  it('spreads several addresses over the interval, each from the link and address of its route', async () => {
    const { wire, end, times } = start('10.0.0.5-7 10.1.0.9', { count: 2, intervalMs: 100 });
    await end();
    const round = ['10.0.0.5', '10.0.0.6', '10.0.0.7', '10.1.0.9'];
    expect(wire.sent.map(({ tpa }) => tpa)).toEqual([...round, ...round]);
    expect(times()).toEqual([0, 25, 50, 75, 100, 125, 150, 175]);
    expect(wire.sent[3]).toMatchObject({ interface: 'eth1', spa: '10.1.0.1', sha: eth1.mac });
  });

  it('by unicast asks the first to answer, or the one that is named', async () => {
    const hosts = { answer: answering({ [TARGET]: { [A]: 1, [B]: 2 } }) };
    const first = start(TARGET, { count: 3, intervalMs: 50, unicast: true }, hosts);
    const { report } = await first.end();
    expect(first.wire.sent.map(({ destination }) => destination)).toEqual([BROADCAST, A, A]);
    expect(report.addresses[0]?.responders).toMatchObject([
      { mac: A, replies: 3 },
      { mac: B, replies: 1 },
    ]);
    const named = start(TARGET, { count: 2, intervalMs: 50, unicast: B.toUpperCase() }, hosts);
    await named.end();
    expect(named.wire.sent.map(({ destination }) => destination)).toEqual([B, B]);
  });

  it('until answer leaves each address that has answered alone, and ends with the last', async () => {
    let up = false;
    const { wire, end } = start(
      '10.0.0.5 10.0.0.6',
      { untilAnswer: true, intervalMs: 100 },
      {
        answer(sent) {
          up ||= wire.sent.length > 5;
          return sent.tpa === TARGET || up ? [replyOf(A, sent, 1)] : [];
        },
      },
    );
    const { report, ms } = await end();
    expect(report.addresses.map(({ ip: of, sent, answered }) => [of, sent, answered])).toEqual([
      ['10.0.0.5', 1, 1],
      ['10.0.0.6', 5, 1],
    ]);
    expect(ms).toBe(451);
  });

  it('ends at its deadline, and at once when it is interrupted', async () => {
    const { end, times } = start(TARGET, { deadlineMs: 2500 });
    expect(await end()).toMatchObject({ ms: 2500, report: { outcome: 'complete' } });
    expect(times()).toEqual([0, 1000, 2000]);

    const controller = new AbortController();
    const endless = start(TARGET, { signal: controller.signal, intervalMs: 100 });
    setTimeout(() => controller.abort(), 1050);
    const { report, ms } = await endless.end();
    expect([report.outcome, ms, report.addresses[0]?.sent]).toEqual(['interrupted', 1050, 11]);
  });

  it('counts what the kernel refused and what it took in vain, and goes on', async () => {
    const { wire, refusals, end } = start(
      TARGET,
      { count: 4, intervalMs: 100 },
      { fate: (n) => [105, 'lost', 100, 'sent'][n] as number | 'sent' | 'lost' },
    );
    const { report } = await end();
    expect(wire.sent).toHaveLength(1);
    expect(report.addresses[0]).toMatchObject({
      sent: 1,
      unsent: 3,
      refusals: { ENOBUFS: 1, ENETDOWN: 1 },
      answered: 0,
    });
    expect(refusals.map(({ ip: of, code }) => [of, code])).toEqual([
      [TARGET, 'ENOBUFS'],
      [TARGET, 'ENETDOWN'],
    ]);
  });

  it('ends where its link goes away', async () => {
    const { wire, end } = start(TARGET, {}, { fate: (n) => (n < 3 ? 'sent' : 6) });
    setTimeout(() => wire.set({ state: 'gone' }), 2500);
    const { report, ms } = await end();
    expect(report).toMatchObject({
      outcome: 'inconclusive',
      addresses: [{ sent: 3, refusals: { ENXIO: 1 } }],
    });
    expect(ms).toBeLessThan(5000);
  });

  it('of our own address is a probe, for a request would announce it', async () => {
    const { wire, replies, end } = start(
      OUR_IP,
      { count: 1 },
      { answer: answering({ [OUR_IP]: { [A]: 1 } }) },
    );
    const { report } = await end();
    expect(wire.sent).toMatchObject([{ spa: NO_IP, tpa: OUR_IP }]);
    expect(replies).toMatchObject([{ mac: A, rttMs: 1 }]);
    expect(report.addresses[0]).toMatchObject({ self: true, sourceIp: null });
  });

  it('takes for replies only what answers us', async () => {
    const { wire, replies, end } = start(TARGET, { count: 1 });
    const fields = { operation: REPLY, sha: A, spa: TARGET, tha: OUR_MAC, tpa: OUR_IP };
    const odd = [
      { ...fields, operation: 1 },
      { ...fields, spa: '10.0.0.6' },
      { ...fields, tpa: '10.0.0.2' },
      { ...fields, tha: '02:00:00:00:00:09' },
      { ...fields, sha: OUR_MAC },
      { ...fields, sha: 'ff:ff:ff:ff:ff:ff' },
      { ...fields, sha: '00:00:00:00:00:00' },
    ];
    setTimeout(() => {
      for (const frame of odd) wire.say('eth0', arpFrame(frame));
      wire.say('eth0', arpFrame(fields), { vlans: [5] });
      wire.say('eth1', arpFrame(fields));
      wire.say('eth0', arpFrame({ ...fields, tha: '00:00:00:00:00:00', destination: OUR_MAC }));
    }, 10);
    await end();
    expect(replies).toMatchObject([{ mac: A, rttMs: 10 }]);
  });

  it.each<[string, PingOptions, RegExp]>([
    ['10.0.0.0/22', {}, /1024 addresses every 1000 ms are 1024 requests/],
    ['10.0.0.0/8', {}, /are 16777216 addresses/],
    ['10.0.0.5-7', { intervalMs: 2 }, /3 addresses every 2 ms are 1500 requests a second/],
    [TARGET, { intervalMs: 0.5 }, /interval "0\.5 ms" cannot be right/],
    [TARGET, { intervalMs: Number.NaN }, /interval "NaN ms" cannot be right/],
    [TARGET, { deadlineMs: 0 }, /deadline "0 ms" cannot be right/],
    [TARGET, { count: 0 }, /count 0 cannot be right/],
    [TARGET, { count: 1.5 }, /count 1\.5 cannot be right/],
    [TARGET, { unicast: BROADCAST }, /hardware address "ff:ff:ff:ff:ff:ff" cannot be right/],
    [TARGET, { unicast: 'printer' }, /hardware address "printer" cannot be right/],
    [TARGET, { sourceIp: '10.0.0.9' }, /10\.0\.0\.9 is not an address of eth0/],
  ])('of %s with %j is refused before anything is sent', async (targets, options, message) => {
    const { wire, run } = start(targets, options);
    await expect(run).rejects.toThrow(OptionError);
    await expect(run).rejects.toThrow(message);
    expect(wire.sent).toEqual([]);
  });

  it('of what no link reaches is refused with the way to insist', async () => {
    await expect(start('192.0.2.1', {}).run).rejects.toThrow(/no route to 192\.0\.2\.1/);
    await expect(start('192.0.2.1', { links: ['eth0'] }).run).rejects.toThrow(InterfaceError);
    const { wire, end } = start('192.0.2.1', { links: ['eth0'], offLink: true, count: 1 });
    await end();
    expect(wire.sent).toMatchObject([{ spa: OUR_IP, tpa: '192.0.2.1' }]);
  });
});
