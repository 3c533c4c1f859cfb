import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { InterfaceError, OptionError, PermissionError } from '../../../src/errors.js';
import type { ListenReport } from '../../../src/generated/listen-types.js';
import type { Finding } from '../../../src/generated/report-types.js';
import type { NativeLink } from '../../../src/native.js';
import type { ListenOptions, Utterance } from '../../../src/speakers/listen-api.js';
import { runListen } from '../../../src/speakers/run-listen.js';
import { address, fakeAddon, link } from '../../support/fake-addon.js';
import { fakeListener } from '../../support/fake-listener.js';
import { announcement, probe, request } from '../../support/speech.js';

const a = '02:00:00:00:00:0a';
const b = '52:54:00:00:00:0b';
const us = '02:00:00:00:00:01';
const eth0 = link('eth0', [address('10.0.0.1/24')], { mac: us });
const eth1 = link('eth1', []);

const schema = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../../schema/${name}-v1.schema.json`, import.meta.url), 'utf8'));
const ajv = new Ajv({ allErrors: true });
formats.default(ajv);
const fits = ajv.addSchema(schema('report')).compile(schema('listen'));

function start(options: ListenOptions = {}, links: readonly NativeLink[] = [eth0, eth1], refuse?: Error) {
  const { fake, addon } = fakeListener(refuse);
  const run = runListen(() => ({ ...fakeAddon({ links }).addon, ...addon }), options);
  return { fake, run };
}

async function collect(run: AsyncIterable<Utterance>): Promise<string[]> {
  const heard: string[] = [];
  for await (const { ip, mac, kind } of run) heard.push(`${ip} ${mac} ${kind}`);
  return heard;
}

async function reported(run: { report(): Promise<ListenReport> }): Promise<ListenReport> {
  const report = await run.report();
  fits(report);
  expect(fits.errors ?? []).toEqual([]);
  return report;
}

const spoken = [
  probe(a, '10.0.0.5'),
  announcement(a, '10.0.0.5', { at: 2 }),
  request(b, '10.0.0.6', '10.0.0.1'),
];
const saidOfThem = [`10.0.0.5 ${a} probe`, `10.0.0.5 ${a} announcement`, `10.0.0.6 ${b} request`];

/** The next turn of the event loop, in which a fake listener tells its news. */
const soon = () => new Promise((resolve) => setImmediate(resolve));

afterEach(() => void vi.useRealTimers());

describe('listening', () => {
  test('ends after so many frames, and reports them by address', async () => {
    const { fake, run } = start({ frames: 3 });
    await soon();
    fake.hear([...spoken, announcement(b, '10.0.0.99')]);
    const report = await reported(run);
    expect(report).toMatchObject({
      command: 'listen',
      outcome: 'complete',
      links: [
        { interface: 'eth0', netns: null, vlan: null, mac: us, state: 'up', frames: 3 },
        { interface: 'eth1', frames: 0 },
      ],
      counts: { addresses: 2, speakers: 2, probers: 0 },
      hosts: [
        {
          ip: '10.0.0.5',
          link: 0,
          self: false,
          speakers: [{ mac: a, requests: 0, probes: 1, announcements: 1, replies: 0, name: null }],
        },
        { ip: '10.0.0.6', speakers: [{ mac: b, requests: 1 }] },
      ],
      statistics: { received: 3, sent: 0, malformed: 0 },
    });
    expect(fake.closed).toBe(true);
  });

  test('yields who speaks as it is heard, and everything again to a late reader', async () => {
    const { fake, run } = start();
    const first = run[Symbol.asyncIterator]().next();
    await soon();
    fake.hear(spoken);
    expect((await first).value).toMatchObject({
      ip: '10.0.0.5',
      mac: a,
      kind: 'probe',
      interface: 'eth0',
      vlan: null,
    });
    await run[Symbol.asyncDispose]();
    expect(await collect(run)).toEqual(saidOfThem);
  });

  test('ends when the loop is left, by break as by a throw', async () => {
    const { fake, run } = start();
    await soon();
    fake.hear(spoken);
    for await (const _ of run) break;
    expect(fake.closed).toBe(true);
    expect(await reported(run)).toMatchObject({ outcome: 'interrupted', counts: { addresses: 2 } });
  });

  test('ends by its signal, with what was heard until then', async () => {
    const abort = new AbortController();
    const { fake, run } = start({ signal: abort.signal });
    const heard = collect(run);
    await soon();
    fake.hear(spoken);
    abort.abort();
    expect(await heard).toEqual(saidOfThem);
    expect((await reported(run)).outcome).toBe('interrupted');
  });

  test('ends after its time', async () => {
    const { run } = start({ durationMs: 1 });
    expect((await reported(run)).outcome).toBe('complete');
  });

  test('is heard on all links that are up, but once: neither on ports and what lies on top, nor where nothing can be', async () => {
    const bridge = link('br0', [], { kind: 'bridge' });
    const bond = link('bond0', [], { kind: 'bond' });
    const vrf = link('vrf0', [], { kind: 'vrf', arpType: 1, flags: ['UP', 'NOARP'] });
    const container = link('eth2', [], { kind: 'macvlan', parentIndex: 0 });
    const links = [
      eth0,
      bridge,
      bond,
      vrf,
      container,
      link('lo', [], { arpType: 772, flags: ['UP', 'LOOPBACK'] }),
      link('port', [], { masterIndex: bridge.index }),
      link('slave', [], { masterIndex: bond.index }),
      link('customer', [], { masterIndex: vrf.index }),
      link('eth0.7', [], { kind: 'vlan', parentIndex: eth0.index }),
      link('down', [], { flags: [], carrier: false }),
    ];
    const { fake, run } = start({ durationMs: 1 }, links);
    await run.report();
    expect(fake.opened.map((opened) => opened.interface)).toEqual([
      'eth0',
      'br0',
      'bond0',
      'eth2',
      'customer',
    ]);
    expect(fake.opened[0]).toMatchObject({ namespacePath: null, promiscuous: true, outgoing: true });
  });

  test('to tags hears these alone, by one listener for each interface; without, each tag is a link of its own', async () => {
    const tagged = [7, 8, 9].map((vlan) => announcement(a, '10.0.0.5', { vlan }));
    const some = start({ links: ['eth0@7', 'eth0@8'], frames: 2 });
    await soon();
    some.fake.hear([announcement(a, '10.0.0.5'), ...tagged]);
    expect((await reported(some.run)).links.map(({ vlan, frames }) => [vlan, frames])).toEqual([
      [7, 1],
      [8, 1],
    ]);
    expect(some.fake.opened).toHaveLength(1);

    const all = start({ links: ['eth0'], frames: 3 });
    await soon();
    all.fake.hear(tagged);
    const { links, hosts } = await reported(all.run);
    expect(links.map(({ vlan }) => vlan)).toEqual([null, 7, 8, 9]);
    expect(hosts.map(({ link: index }) => index)).toEqual([1, 2, 3]);
  });
});

describe('the links of listening', () => {
  const openedBy = async (options: ListenOptions) => {
    const { fake, run } = start({ durationMs: 1, ...options });
    const { links } = await run.report();
    return { opened: fake.opened.map((opened) => opened.interface), vlans: links.map(({ vlan }) => vlan) };
  };

  test.each<[ListenOptions, string[], (number | null)[]]>([
    [{ links: ['eth*'] }, ['eth0', 'eth1'], [null, null]],
    [{ links: ['eth0', 'eth0'] }, ['eth0'], [null]],
    [{ links: ['eth0@7', 'eth0@0'] }, ['eth0'], [7, null]],
    [{ links: ['eth0@7', 'eth0'] }, ['eth0'], [null]],
    [{ vlan: 7 }, ['eth0', 'eth1'], [7, 7]],
    [{ links: ['eth0', 'eth1@8'], vlan: '7' }, ['eth0', 'eth1'], [7, 8]],
  ])('%j: %j, tagged %j', async (options, opened, vlans) => {
    expect(await openedBy(options)).toEqual({ opened, vlans });
  });
});

describe('what goes wrong', () => {
  test.each<[string, ListenOptions]>([
    ['no time', { durationMs: 0 }],
    ['no frame', { frames: 0 }],
    ['half a frame', { frames: 0.5 }],
    ['no link', { links: [] }],
    ['no link name', { links: ['eth0@4095'] }],
    ['a second tag', { links: ['eth0@7@8'] }],
    ['a priority', { links: ['eth0@7.5'] }],
  ])('is refused: %s', async (_, options) => {
    const { run } = start(options);
    await expect(run.report()).rejects.toThrow(OptionError);
    await expect(collect(run)).rejects.toThrow(OptionError);
  });

  test('is told where the link is not there, or may not be listened on', async () => {
    await expect(start({ links: ['eth9'] }).run.report()).rejects.toThrow(InterfaceError);
    await expect(start({}, []).run.report()).rejects.toThrow(InterfaceError);
    const refusal = Object.assign(new Error('refused'), { syscall: 'socket AF_PACKET', errno: 1 });
    await expect(start({}, [eth0], refusal).run.report()).rejects.toThrow(PermissionError);
  });

  test('does not disturb who looks at neither report nor iteration', async () => {
    start({ links: ['eth9'] });
    await soon();
  });

  test.each<[string, object, ListenReport['outcome']]>([
    [
      'a link that is down',
      {
        links: [
          { state: 'up', kernelDrops: 0, overruns: 0 },
          { state: 'down', kernelDrops: 0, overruns: 0 },
        ],
      },
      'inconclusive',
    ],
    [
      'frames that the kernel dropped',
      { links: [{ state: 'up', kernelDrops: 3, overruns: 0 }] },
      'inconclusive',
    ],
    ['frames that were not read in time', { overruns: 3 }, 'inconclusive'],
    ['a fault', { fault: { syscall: 'recvmsg AF_NETLINK', errno: 105 } }, 'failed'],
  ])('is in the report: %s', async (_, status, outcome) => {
    const { fake, run } = start({ frames: 1 });
    await soon();
    fake.status = { ...fake.status, ...status };
    fake.hear([announcement(a, '10.0.0.5')]);
    const report = await reported(run);
    expect(report).toMatchObject({ outcome, counts: { speakers: 1 } });
    if (report.fault) expect(report.fault.code).toBe('ENOBUFS');
  });

  test('ends the listening where every link is gone', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const { fake, run } = start();
    await soon();
    fake.status = { ...fake.status, links: [{ state: 'gone', kernelDrops: 0, overruns: 0 }] };
    vi.advanceTimersByTime(2000);
    expect((await reported(run)).outcome).toBe('failed');
  });
});

describe('findings', () => {
  const fight = [a, b, a].map((mac, at) => request(mac, '10.0.0.5', '10.0.0.1', { at }));

  test('are told when they are seen, once, and again when they have grown', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const told: Finding[] = [];
    const { fake, run } = start({ onFinding: (finding) => told.push(finding) });
    await soon();
    fake.hear(fight);
    vi.advanceTimersByTime(6000);
    expect(told.map(({ kind, ips }) => `${kind} ${ips.join()}`)).toEqual(['duplicate-address 10.0.0.5']);
    fake.hear(fight.map((frame) => ({ ...frame, spa: '10.0.0.6' })));
    vi.advanceTimersByTime(2000);
    await run[Symbol.asyncDispose]();
    expect(told.map(({ ips }) => ips.join())).toEqual(['10.0.0.5', '10.0.0.5,10.0.0.6']);
    expect((await run.report()).findings).toEqual(told.slice(1));
  });

  test('end the listening where the one who is told throws', async () => {
    const { fake, run } = start({
      frames: 3,
      onFinding: () => {
        throw new Error('enough');
      },
    });
    await soon();
    fake.hear(fight);
    await expect(run.report()).rejects.toThrow('enough');
    expect(fake.closed).toBe(true);
  });
});
