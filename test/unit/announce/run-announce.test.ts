import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { AnnounceOptions } from '../../../src/announce/announce-api.js';
import { runAnnounce } from '../../../src/announce/run-announce.js';
import { InterfaceError, OptionError } from '../../../src/errors.js';
import { arpFrame, BROADCAST, NO_MAC, REPLY, REQUEST } from '../../support/arp-frames.js';
import { address, ip, link } from '../../support/fake-addon.js';
import { fakeWire, type WireScenario } from '../../support/fake-wire.js';
import { holdClocks, inTheirTime } from '../../support/time.js';

const OUR_MAC = '02:00:00:00:00:01';
const OURS = '10.0.0.1';
const TWICE = '10.0.0.2';
const ON_LOOPBACK = '10.0.0.3';
const THEIRS = '10.0.0.9';

const eth0 = link('eth0', [address(`${OURS}/24`), address(`${TWICE}/24`)], { mac: OUR_MAC });
const eth1 = link('eth1', [address(`${TWICE}/32`)]);
const lo = link('lo', [address('127.0.0.1/8'), address(`${ON_LOOPBACK}/32`)], {
  arpType: 772,
  mac: NO_MAC,
  flags: ['UP', 'LOOPBACK'],
});
const routes = [
  { destination: ip('10.0.0.0'), prefixLength: 24, gateway: 0, interfaceIndex: eth0.index, metric: 0 },
];

beforeEach(holdClocks);
afterEach(() => {
  vi.useRealTimers();
});

function start(addresses: string, options: AnnounceOptions = {}, scenario: Partial<WireScenario> = {}) {
  const wire = fakeWire({ links: [lo, eth0, eth1], routes, ...scenario });
  const run = runAnnounce(() => wire.addon, addresses, options);
  const times = () => wire.sent.map(({ timeMs }) => timeMs - (wire.sent[0]?.timeMs ?? 0));
  return { wire, run, end: () => inTheirTime(run), times };
}

describe('an announcement', () => {
  it('is made twice, two seconds apart, by request', async () => {
    const { wire, end, times } = start(OURS);
    expect(await end()).toEqual([
      {
        ip: OURS,
        mac: OUR_MAC,
        interface: 'eth0',
        netns: null,
        vlan: null,
        sent: 2,
        count: 2,
        refusal: null,
        claimants: [],
      },
    ]);
    expect(times()).toEqual([0, 2000]);
    for (const sent of wire.sent) {
      const sender = { source: OUR_MAC, sha: OUR_MAC, spa: OURS };
      expect(sent).toMatchObject({
        ...sender,
        destination: BROADCAST,
        operation: REQUEST,
        tha: NO_MAC,
        tpa: OURS,
      });
    }
    expect(wire.isClosed()).toBe(true);
  });

  it('is made by reply, as often and as fast as one likes', async () => {
    const { wire, end, times } = start(OURS, { reply: true, count: 4, intervalMs: 50 });
    await end();
    expect(times()).toEqual([0, 50, 100, 150]);
    for (const sent of wire.sent) {
      expect(sent).toMatchObject({ operation: REPLY, spa: OURS, tpa: OURS, tha: OUR_MAC });
    }
  });

  it('that does not leave is told, and why', async () => {
    const { end } = start(OURS, {}, { fate: (n) => (n === 0 ? 100 : 'lost') });
    expect(await end()).toMatchObject([{ sent: 0, count: 2, refusal: 'ENETDOWN' }]);
  });

  it('to which somebody objects is told with who does', async () => {
    const { wire, end } = start(OURS);
    const objection = { operation: REPLY, sha: '52:54:00:00:00:0a', spa: OURS, tha: OUR_MAC, tpa: OURS };
    setTimeout(() => wire.say('eth0', arpFrame(objection)), 2050);
    expect(await end()).toMatchObject([{ claimants: [{ mac: '52:54:00:00:00:0a', kind: 'holder' }] }]);
  });

  it('ends when it is interrupted', async () => {
    const controller = new AbortController();
    const { end } = start(OURS, { signal: controller.signal });
    setTimeout(() => controller.abort(), 100);
    expect(await end()).toMatchObject([{ sent: 1, count: 2 }]);
  });
});

describe('an address that the link does not hold', () => {
  it.each<[string, string, AnnounceOptions, RegExp]>([
    ['on no link', THEIRS, {}, /does not hold 10\.0\.0\.9: whoever does/],
    ['on the link that is named', THEIRS, { links: ['eth0'] }, /does not hold 10\.0\.0\.9 on eth0: /],
    [
      'on that link but on another',
      OURS,
      { links: ['eth1'] },
      /does not hold 10\.0\.0\.1 on eth1, but on eth0: /,
    ],
    ['on a link that carries ARP', ON_LOOPBACK, {}, /does not hold 10\.0\.0\.3, but on lo: /],
    ['among others', `${OURS} ${THEIRS}`, {}, /does not hold 10\.0\.0\.9: /],
  ])('(%s) is refused with what to do', async (_, addresses, options, message) => {
    const { wire, run } = start(addresses, options);
    await expect(run).rejects.toThrow(OptionError);
    await expect(run).rejects.toThrow(message);
    await expect(run).rejects.toMatchObject({ remedy: expect.stringContaining('--force') });
    expect(wire.sent).toEqual([]);
  });

  it.each<[string, AnnounceOptions]>([
    [THEIRS, {}],
    [ON_LOOPBACK, { links: ['eth0'] }],
  ])('(%s) is announced by force, where its route or its user says', async (of, options) => {
    const { wire, end } = start(of, { ...options, force: true, count: 1 });
    await end();
    expect(wire.sent).toMatchObject([{ interface: 'eth0', sha: OUR_MAC, spa: of, tpa: of }]);
  });
});

it('an address on several links is announced where one says', async () => {
  await expect(start(TWICE).run).rejects.toThrow(InterfaceError);
  const { wire, end } = start(TWICE, { links: ['eth0', 'eth1'], count: 1 });
  await end();
  expect(wire.sent.map(({ interface: on, sha }) => [on, sha])).toEqual([
    ['eth0', OUR_MAC],
    ['eth1', eth1.mac],
  ]);
});

it.each<[string, AnnounceOptions, RegExp]>([
  ['0.0.0.0', { force: true }, /No machine on a link can have the address 0\.0\.0\.0/],
  ['127.0.0.1', {}, /127\.0\.0\.1/],
  ['224.0.0.18', { force: true }, /224\.0\.0\.18/],
  ['255.255.255.255', { force: true }, /255\.255\.255\.255/],
  ['10.0.0.0/16', {}, /are 65536 addresses/],
  [OURS, { count: 0 }, /count 0 cannot be right/],
  [OURS, { intervalMs: 0 }, /interval "0 ms" cannot be right/],
])('%s with %j is refused', async (addresses, options, message) => {
  await expect(start(addresses, options).run).rejects.toThrow(OptionError);
  await expect(start(addresses, options).run).rejects.toThrow(message);
});
