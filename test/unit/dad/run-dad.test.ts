import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { DadOptions, DadResult } from '../../../src/dad/dad-api.js';
import { runDad } from '../../../src/dad/run-dad.js';
import { OptionError } from '../../../src/errors.js';
import { arpFrame, BROADCAST, NO_IP, NO_MAC, REPLY, REQUEST } from '../../support/arp-frames.js';
import { address, ip, link } from '../../support/fake-addon.js';
import { fakeWire, type WireScenario } from '../../support/fake-wire.js';
import { holdClocks, inTheirTime } from '../../support/time.js';

const OUR_MAC = '02:00:00:00:00:01';
const OUR_IP = '10.0.0.1';
const OUR_OTHER_MAC = '02:00:00:00:00:02';
const TARGET = '10.0.0.5';
const A = '02:00:00:00:00:0a';
const B = '02:00:00:00:00:0b';

const eth0 = link('eth0', [address(`${OUR_IP}/24`)], { mac: OUR_MAC });
const eth1 = link('eth1', [address('10.1.0.1/24')], { mac: OUR_OTHER_MAC });
const routes = [
  { destination: ip('10.0.0.0'), prefixLength: 24, gateway: 0, interfaceIndex: eth0.index, metric: 0 },
];

beforeEach(holdClocks);
afterEach(() => {
  vi.useRealTimers();
});

function start(targets: string, options: DadOptions = {}, scenario: Partial<WireScenario> = {}) {
  const wire = fakeWire({ links: [eth0, eth1], routes, ...scenario });
  const began = Date.now();
  const run = runDad(() => wire.addon, targets, options);
  const end = () => inTheirTime(run);
  /** When the probes for an address left, in ms from the start. */
  const probes = (of = TARGET) =>
    wire.sent.filter(({ tpa }) => tpa === of).map(({ timeMs }) => timeMs - began);
  return { wire, run, end, probes, elapsed: () => Date.now() - began };
}

const verdicts = (results: readonly DadResult[]) => results.map(({ ip: of, verdict }) => `${of} ${verdict}`);

/** Timers count whole milliseconds. */
function expectWithin(value: number, least: number, most: number): void {
  expect(value).toBeGreaterThanOrEqual(least);
  expect(value).toBeLessThanOrEqual(most + 1);
}

const claims = {
  reply: { operation: REPLY, sha: A, spa: TARGET, tha: OUR_MAC, tpa: NO_IP },
  'broadcast reply': { operation: REPLY, sha: A, spa: TARGET, tpa: NO_IP, destination: BROADCAST },
  'request for another': { operation: REQUEST, sha: A, spa: TARGET, tpa: '10.0.0.9' },
  announcement: { operation: REQUEST, sha: A, spa: TARGET, tpa: TARGET },
  'frame of an operation unheard of': { operation: 99, sha: A, spa: TARGET, tpa: '10.0.0.9' },
};
const simultaneousProbe = { operation: REQUEST, sha: A, spa: NO_IP, tpa: TARGET };
const otherFrames = {
  'probe for another address': { operation: REQUEST, sha: A, spa: NO_IP, tpa: '10.0.0.6' },
  'request for it': { operation: REQUEST, sha: A, spa: '10.0.0.9', tpa: TARGET },
  'reply of another address': { operation: REPLY, sha: A, spa: '10.0.0.6', tha: OUR_MAC, tpa: TARGET },
  'reply without a sender address': { operation: REPLY, sha: A, spa: NO_IP, tha: OUR_MAC, tpa: TARGET },
  'reply of our other link': { operation: REPLY, sha: OUR_OTHER_MAC, spa: TARGET, tha: OUR_MAC, tpa: NO_IP },
  'probe of our own, come back': { operation: REQUEST, sha: OUR_MAC, spa: NO_IP, tpa: TARGET },
};

describe('the probes', () => {
  it('are three, without a sender address, at random times within the bounds of RFC 5227', async () => {
    const { wire, end, probes, elapsed } = start('10.0.0.16-10.0.0.143');
    const results = await end();
    for (const { verdict } of results) expect(verdict).toBe('free');
    expect(wire.sent).toHaveLength(3 * 128);
    for (const sent of wire.sent) {
      expect(sent).toMatchObject({
        operation: REQUEST,
        destination: BROADCAST,
        sha: OUR_MAC,
        spa: NO_IP,
        tha: NO_MAC,
      });
    }
    const times = results.map((result) => probes(result.ip));
    const firsts = times.map(([first = 0]) => first);
    const gaps = times.flatMap(([first = 0, second = 0, third = 0]) => [second - first, third - second]);
    // Over all of the span, not at one place in it.
    expectWithin(Math.min(...firsts), 0, 100);
    expectWithin(Math.max(...firsts), 900, 1000);
    expectWithin(Math.min(...gaps), 1000, 1100);
    expectWithin(Math.max(...gaps), 1900, 2000);
    const last = Math.max(...times.map((each) => each.at(-1) ?? 0));
    expectWithin(elapsed() - last, 2000, 2000);
  });

  it('take a second in all where it is to be fast', async () => {
    const { end, probes, elapsed } = start(TARGET, { fast: true });
    expect(verdicts(await end())).toEqual([`${TARGET} free`]);
    expect(probes()).toHaveLength(3);
    expectWithin(elapsed(), 700, 1000);
  });

  it('end at the first claim', async () => {
    const { wire, end, probes, elapsed } = start(TARGET);
    setTimeout(() => wire.say('eth0', arpFrame(claims.announcement)), 1001);
    expect(verdicts(await end())).toEqual([`${TARGET} taken`]);
    expect(probes().length).toBeLessThanOrEqual(2);
    expectWithin(elapsed(), 1301, 1301);
    expect(wire.isClosed()).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('a claim', () => {
  it.each(Object.entries(claims))('is a %s', async (_, frame) => {
    const { wire, end } = start(TARGET);
    // From the beginning of the probing, be it before the first probe.
    setTimeout(() => wire.say('eth0', arpFrame(frame)), 0);
    const [result] = await end();
    expect(result).toMatchObject({
      verdict: 'taken',
      claimants: [{ mac: A, kind: 'holder', vendor: null }],
      heldOn: [],
      doubt: null,
    });
  });

  it('is a probe of another machine, which is about to take the address', async () => {
    const { wire, end } = start(TARGET);
    setTimeout(() => wire.say('eth0', arpFrame(simultaneousProbe)), 0);
    const [result] = await end();
    expect(result).toMatchObject({ verdict: 'taken', claimants: [{ mac: A, kind: 'probe' }] });
  });

  it.each(Object.entries(otherFrames))('is no %s', async (_, frame) => {
    const { wire, end } = start(TARGET);
    setTimeout(() => wire.say('eth0', arpFrame(frame)), 500);
    expect(verdicts(await end())).toEqual([`${TARGET} free`]);
  });

  it('is none on another link, nor in another VLAN', async () => {
    const { wire, end } = start(TARGET);
    setTimeout(() => {
      wire.say('eth1', arpFrame(claims.reply));
      wire.say('eth0', arpFrame(claims.reply), { vlans: [7] });
    }, 500);
    expect(verdicts(await end())).toEqual([`${TARGET} free`]);
  });

  it.each([
    [1999, 'taken'],
    [2100, 'free'],
  ])('%d ms after the last probe makes the address %s', async (afterMs, verdict) => {
    const { wire, end } = start(
      TARGET,
      {},
      { answer: () => (wire.sent.length === 3 ? [{ afterMs, frame: arpFrame(claims.reply) }] : []) },
    );
    expect(verdicts(await end())).toEqual([`${TARGET} ${verdict}`]);
  });

  it('of several machines is told of each once, as the more that it says', async () => {
    const { wire, end } = start(TARGET);
    setTimeout(() => {
      const { announcement, reply } = claims;
      const frames = [simultaneousProbe, announcement, { ...reply, sha: B }, simultaneousProbe];
      for (const frame of frames) wire.say('eth0', arpFrame(frame));
    }, 10);
    const [result] = await end();
    expect(result?.claimants.map(({ mac, kind }) => `${mac} ${kind}`)).toEqual([
      `${A} holder`,
      `${B} holder`,
    ]);
  });

  it('to one address says nothing of others', async () => {
    const { wire, end } = start('10.0.0.4-6');
    setTimeout(() => wire.say('eth0', arpFrame(claims.reply)), 10);
    expect(verdicts(await end())).toEqual(['10.0.0.4 free', '10.0.0.5 taken', '10.0.0.6 free']);
  });
});

describe('an address is not called free', () => {
  it.each<[string, Partial<WireScenario>, object]>([
    [
      'where a probe was refused',
      { fate: (n) => (n === 1 ? 105 : 'sent') },
      { doubt: 'send-refused', refusal: 'ENOBUFS', probesSent: 2 },
    ],
    [
      'where a probe did not leave',
      { fate: (n) => (n === 2 ? 'lost' : 'sent') },
      { doubt: 'not-sent', refusal: null, probesSent: 2 },
    ],
  ])('%s', async (_, scenario, expected) => {
    const [result] = await start(TARGET, {}, scenario).end();
    expect(result).toMatchObject({ verdict: 'unknown', probes: 3, ...expected });
  });

  it.each([
    ['where the link was down', { state: 'no-carrier' }, 'link-down'],
    ['where the link has gone', { state: 'gone' }, 'link-gone'],
    ['where frames were not heard', { kernelDrops: 1 }, 'frames-lost'],
  ] as const)('%s', async (_, status, doubt) => {
    const { wire, end } = start(TARGET);
    setTimeout(() => wire.set(status), 3000);
    expect(await end()).toMatchObject([{ verdict: 'unknown', doubt }]);
  });

  it('where it was interrupted, while what was settled before stands', async () => {
    const controller = new AbortController();
    const { wire, end, elapsed } = start('10.0.0.5-6', { signal: controller.signal });
    setTimeout(() => wire.say('eth0', arpFrame(claims.reply)), 500);
    setTimeout(() => controller.abort(), 3500);
    expect(await end()).toMatchObject([
      { ip: '10.0.0.5', verdict: 'taken' },
      { ip: '10.0.0.6', verdict: 'unknown', doubt: 'interrupted' },
    ]);
    expect(elapsed()).toBe(3500);
  });
});

describe('an address of this machine', () => {
  it('is its own where nobody else claims it, and taken where somebody does', async () => {
    expect(await start(OUR_IP).end()).toMatchObject([{ verdict: 'own', heldOn: ['eth0'], claimants: [] }]);
    const { wire, end } = start(OUR_IP);
    setTimeout(() => wire.say('eth0', arpFrame({ ...claims.reply, spa: OUR_IP })), 10);
    expect(await end()).toMatchObject([{ verdict: 'taken', heldOn: ['eth0'], claimants: [{ mac: A }] }]);
  });
});

it('too many addresses, or a list of no links, are refused', async () => {
  await expect(start('10.0.0.0/21').run).rejects.toThrow(/targets are 2048 addresses/);
  await expect(start(TARGET, { links: [] }).run).rejects.toThrow(OptionError);
});

it('several links are probed each for all addresses', async () => {
  const { wire, end } = start('10.0.0.5-6', { links: ['eth0', 'eth1'] });
  setTimeout(() => wire.say('eth1', arpFrame(claims.reply)), 10);
  const results = await end();
  expect(results.map(({ ip: of, interface: on, verdict }) => `${of} ${on} ${verdict}`)).toEqual([
    '10.0.0.5 eth0 free',
    '10.0.0.5 eth1 taken',
    '10.0.0.6 eth0 free',
    '10.0.0.6 eth1 free',
  ]);
});
