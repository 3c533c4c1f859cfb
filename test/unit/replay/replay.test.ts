import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { pcapngWriter } from '../../../src/capture/pcapng-writer.js';
import type { RecordedInterface, RecordedName } from '../../../src/capture/recorded.js';
import { OptionError } from '../../../src/errors.js';
import type { Report } from '../../../src/generated/report-types.js';
import type { Responder } from '../../../src/index.js';
import { native } from '../../../src/native.js';
import { type ReplayRequest, replay } from '../../../src/replay/replay.js';
import { parseTargets } from '../../../src/targets/parse.js';
import { type ArpFields, arpFrame, REPLY, REQUEST } from '../../support/arp-frames.js';
import { ip } from '../../support/fake-addon.js';
import { unnamed } from '../../support/recordings.js';
import { expectSound } from '../../support/sound-report.js';

const OURS = '02:00:00:00:00:01';
const OUR_IP = '10.0.0.2';
const A = '02:00:00:00:00:0a';
const B = '02:00:00:00:00:0b';

const RECEIVED = 0;
const SENT = 4;
const UNKNOWN = 255;

let directory: string;
let path: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'arpsweep-'));
  path = join(directory, 'run.pcapng');
});
afterEach(() => rmSync(directory, { recursive: true }));

interface Film {
  readonly interfaces?: readonly Partial<RecordedInterface>[];
  readonly application?: string;
  readonly names?: readonly RecordedName[];
  readonly frames: readonly {
    readonly link?: number;
    readonly ms: number;
    readonly type: number;
    readonly bytes: Buffer;
  }[];
  readonly dropped?: number;
  readonly comment?: string;
  /** Bytes cut off its end. */
  readonly cut?: number;
}

const eth0 = { name: 'eth0', mac: OURS, addresses: [{ ip: ip(OUR_IP), prefixLength: 24 }] };

function record({ interfaces = [eth0], application = 'arpsweep 1.0', frames, ...more }: Film): void {
  const writer = pcapngWriter();
  writer.section(application);
  for (const each of interfaces) writer.interface({ ...unnamed, ...each }, 116);
  writer.names(more.names ?? []);
  for (const { link = 0, ms, type, bytes } of frames) {
    const timeNs = 1_700_000_000_000_000_000n + BigInt(ms * 1000) * 1000n;
    writer.frame({ link, timeNs, packetType: type, length: bytes.length, bytes });
  }
  const { dropped = 0, comment = null } = more;
  writer.statistics({ link: 0, received: frames.length + dropped, dropped, comment }, 0n, 0n);
  const file = writer.take();
  writeFileSync(path, file.subarray(0, file.length - (more.cut ?? 0)));
}

const request = (tpa: string, ms: number, more: Partial<ArpFields> = {}, type = SENT, link = 0) => ({
  link,
  ms,
  type,
  bytes: arpFrame({ operation: REQUEST, sha: OURS, spa: OUR_IP, tpa, ...more }),
});
const reply = (
  spa: string,
  sha: string,
  ms: number,
  more: Partial<ArpFields> = {},
  type = RECEIVED,
  link = 0,
) => ({
  link,
  ms,
  type,
  bytes: arpFrame({ operation: REPLY, sha, spa, tha: OURS, tpa: OUR_IP, ...more }),
});
/** Asks twice and is answered twice, after 1 and after 2 ms. */
const exchange = (ip: string, mac: string, ms: number) => [
  request(ip, ms),
  reply(ip, mac, ms + 1),
  request(ip, ms + 100),
  reply(ip, mac, ms + 102),
];

async function read(
  film: Film | null,
  more: Partial<ReplayRequest> = {},
): Promise<Report & { warnings: readonly string[] }> {
  if (film) record(film);
  const replayed = replay(native, {
    path,
    targets: null,
    exclude: [],
    sourceMac: null,
    names: [],
    expectation: null,
    signal: null,
    ...more,
  });
  const report = await replayed.report();
  expectSound(report);
  return { ...report, warnings: replayed.warnings() };
}

const answers = ({ hosts }: Report) =>
  hosts.map(({ ip, responders }) => [ip, ...responders.map(({ mac, rttMs }) => `${mac} ${rttMs}`)]);
const kinds = ({ findings }: Report) => findings.map(({ kind }) => kind);

describe('a recording', () => {
  test('gives the report of its sweep', async () => {
    const report = await read({
      frames: [...exchange('10.0.0.5', A, 0), request('10.0.0.6', 200), request('10.0.0.6', 300)],
    });
    expect(report).toMatchObject({
      startedAt: '2023-11-14T22:13:20.000Z',
      durationMs: 300,
      outcome: 'complete',
      machine: { name: 'run.pcapng', interfaces: [] },
      links: [{ interface: 'eth0', netns: null, vlan: null, mac: OURS, ip: OUR_IP, prefixLength: 24 }],
      targets: ['10.0.0.5-10.0.0.6'],
      counts: { targets: 2, answered: 1, self: 0, silent: 1, untested: 0 },
      hosts: [
        {
          ip: '10.0.0.5',
          asked: 2,
          responders: [
            { mac: A, rttMs: 1, replies: 2, firstAt: '2023-11-14T22:13:20.001Z', confirmed: null },
          ],
        },
      ],
      findings: [],
      statistics: { transmitted: 4, received: 2, passes: 2 },
      warnings: [],
    });
  });

  test('gives its responders one by one, in the order of their first answers', async () => {
    record({ frames: [...exchange('10.0.0.6', B, 0), ...exchange('10.0.0.5', A, 500)] });
    const request = {
      path,
      targets: null,
      exclude: [],
      sourceMac: null,
      names: [],
      expectation: null,
      signal: null,
    };
    const responders: Responder[] = [];
    for await (const responder of replay(native, request)) responders.push(responder);
    expect(responders.map(({ ip, mac, interface: name }) => [ip, mac, name])).toEqual([
      ['10.0.0.6', B, 'eth0'],
      ['10.0.0.5', A, 'eth0'],
    ]);
  });

  test('shows who answers for one address beside another', async () => {
    const frames = [...exchange('10.0.0.5', A, 0), reply('10.0.0.5', B, 1.5), reply('10.0.0.5', B, 102.5)];
    const report = await read({ frames: frames.sort((a, b) => a.ms - b.ms) });
    expect(report.findings).toMatchObject([{ kind: 'duplicate-address', ips: ['10.0.0.5'], macs: [A, B] }]);
  });
});

describe('who asked', () => {
  const other = { sha: '02:00:00:00:00:99', spa: '10.0.0.99' };
  const chatter = [1, 2, 3, 4, 5].map((n) => request(`10.0.0.${100 + n}`, n, other, RECEIVED));

  test('is who asked most of what was sent', async () => {
    const report = await read({ frames: [...chatter, ...exchange('10.0.0.5', A, 10)] });
    expect(report.links).toMatchObject([{ mac: OURS, ip: OUR_IP }]);
    expect(report.targets).toEqual(['10.0.0.5']);
  });

  test('is who asked most, where the recording does not tell what was sent', async () => {
    const frames = [...exchange('10.0.0.5', A, 10), request('10.0.0.6', 20), request('10.0.0.1', 30, other)];
    const report = await read({ frames: frames.map((frame) => ({ ...frame, type: UNKNOWN })) });
    expect(report.links).toMatchObject([{ mac: OURS, ip: OUR_IP }]);
    expect(answers(report)).toEqual([['10.0.0.5', `${A} 1`]]);
    expect(report.findings).toEqual([]);
  });

  test('can be named', async () => {
    const answered = reply('10.0.0.101', A, 6, { tha: other.sha, tpa: other.spa });
    const film = {
      frames: [...chatter, answered, ...exchange('10.0.0.5', A, 10)],
      comment: 'targets: 10.0.0.5',
    };
    const report = await read(film, { sourceMac: other.sha });
    // The addresses of the recording machine are none of the other's.
    expect(report.links).toMatchObject([{ mac: other.sha, ip: other.spa, prefixLength: null }]);
    expect(report.targets).toEqual(['10.0.0.101-10.0.0.105']);
    expect(answers(report)).toEqual([['10.0.0.101', `${A} 5`]]);
    await expect(read(film, { sourceMac: B })).rejects.toThrow(`holds no ARP request from ${B}`);
  });

  test('is told apart by link, by tag and by sender address', async () => {
    const tag = (bytes: Buffer) =>
      Buffer.concat([bytes.subarray(0, 12), Buffer.from('81000064', 'hex'), bytes.subarray(12)]);
    const tagged = exchange('10.0.0.5', B, 500).map((frame) => ({ ...frame, bytes: tag(frame.bytes) }));
    const elsewhere = exchange('10.0.0.5', A, 1000).map((frame) => ({ ...frame, link: 1 }));
    const second = { spa: '10.1.0.2' };
    const report = await read({
      interfaces: [eth0, { ...eth0, name: 'eth1', description: 'blue:eth1' }],
      frames: [
        ...exchange('10.0.0.5', A, 0),
        request('10.1.0.7', 300, second),
        reply('10.1.0.7', A, 303, { tpa: second.spa }),
        ...tagged,
        ...elsewhere,
      ],
    });
    expect(report.links).toMatchObject([
      { interface: 'eth0', vlan: null, netns: null, ip: OUR_IP },
      { interface: 'eth0', vlan: null, netns: null, ip: second.spa },
      { interface: 'eth0', vlan: 100, netns: null, ip: OUR_IP },
      { interface: 'eth1', vlan: null, netns: 'blue', ip: OUR_IP },
    ]);
    expect(report.hosts.map(({ ip, link, responders }) => [ip, link, responders[0]?.mac])).toEqual([
      ['10.0.0.5', 0, A],
      ['10.0.0.5', 2, B],
      ['10.0.0.5', 3, A],
      ['10.1.0.7', 1, A],
    ]);
    expect(report.findings).toEqual([]);
  });

  test('asked by probe alone where it had no address', async () => {
    const probe = { spa: '0.0.0.0' };
    const frames = [request('10.0.0.5', 0, probe), reply('10.0.0.5', A, 3, { tpa: '0.0.0.0' })];
    const report = await read({ interfaces: [{ name: 'eth0', mac: OURS }], frames });
    expect(report.links).toMatchObject([{ ip: null, prefixLength: null }]);
    expect(answers(report)).toEqual([['10.0.0.5', `${A} 3`]]);
  });

  test('from very many addresses is looked at as far as is reasonable, with a warning', async () => {
    const frames = Array.from({ length: 100 }, (_, n) => request('10.0.0.5', n, { spa: `10.0.1.${n}` }));
    const report = await read({ frames: [...frames, ...exchange('10.0.0.6', A, 500)] });
    expect(answers(report)).toEqual([['10.0.0.6', `${A} 1`]]);
    expect(report.warnings).toEqual([expect.stringContaining('more than 64 sender addresses')]);
  });

  test('must be there', async () => {
    await expect(read({ frames: [reply('10.0.0.5', A, 0)] })).rejects.toThrow(OptionError);
    await expect(read({ interfaces: [{ linkType: 113 }], frames: [request('10.0.0.5', 0)] })).rejects.toThrow(
      'holds no ARP request on Ethernet, only frames of LINKTYPE 113',
    );
  });
});

describe('the targets of a recording', () => {
  const probe = (tpa: string, ms: number) => request(tpa, ms, { spa: '0.0.0.0' });
  const asked = (...last: number[]) => last.map((n) => request(`10.0.0.${n}`, n));

  test('hold our own address where it lies between what was asked for', async () => {
    const report = await read({ frames: [probe(OUR_IP, 0), ...asked(0, 1, 3)] });
    expect(report.targets).toEqual(['10.0.0.0/30']);
    expect(report.counts).toMatchObject({ targets: 4, self: 1, silent: 3 });
    expect(report.hosts).toMatchObject([{ ip: OUR_IP, self: true, asked: 1, responders: [] }]);
  });

  test('do not hold it beside that, unless the recording says so', async () => {
    const frames = [probe(OUR_IP, 0), ...asked(3, 4)];
    expect((await read({ frames })).targets).toEqual(['10.0.0.3-10.0.0.4']);
    expect((await read({ frames, comment: 'targets: 10.0.0.2-10.0.0.4' })).targets).toEqual([
      '10.0.0.2-10.0.0.4',
    ]);
    expect((await read({ frames, comment: 'targets: what is this?' })).targets).toEqual([
      '10.0.0.3-10.0.0.4',
    ]);
  });

  test('are what the recording says that it is of: what else this machine asked is none', async () => {
    const frames = [...exchange('10.0.0.5', A, 0), request('10.0.0.1', 300), reply('10.0.0.1', B, 301)];
    const report = await read({ frames, comment: 'targets: 10.0.0.4-10.0.0.5' });
    expect(answers(report)).toEqual([['10.0.0.5', `${A} 1`]]);
    expect(report.counts).toMatchObject({ targets: 2, answered: 1, untested: 1 });
    // As of a sweep that was interrupted.
    expect(report.outcome).toBe('inconclusive');
  });

  test('count as untested once, on however many links they were not asked for', async () => {
    const elsewhere = exchange('10.9.0.5', B, 500).map((frame) => ({ ...frame, link: 1 }));
    const film = {
      interfaces: [eth0, { ...eth0, name: 'eth1' }],
      frames: [...exchange('10.0.0.5', A, 0), ...elsewhere],
    };
    const targets = parseTargets(['10.0.0.5-10.0.0.6', '10.9.0.5-10.9.0.6', OUR_IP]).ranges;
    const report = await read(film, { targets });
    expect(report.counts).toEqual({ targets: 6, answered: 2, self: 2, silent: 0, untested: 2 });
  });

  test('may be given: what was not asked for is untested', async () => {
    const film = { frames: [...exchange('10.0.0.5', A, 0), ...exchange('10.0.0.9', B, 500)] };
    const targets = parseTargets('10.0.0.4-10.0.0.7').ranges;
    const report = await read(film, { targets, exclude: parseTargets('10.0.0.7').ranges });
    expect(report.counts).toEqual({ targets: 3, answered: 1, self: 0, silent: 0, untested: 2 });
    expect(report.untested).toEqual([
      { link: 0, targets: ['10.0.0.4', '10.0.0.6'], reason: 'not-transmitted' },
    ]);
    expect(report.outcome).toBe('inconclusive');
    await expect(read(film, { exclude: parseTargets('10.0.0.0/8').ranges })).rejects.toThrow('No target');
    await expect(read(film, { targets: parseTargets('0.0.0.0/1').ranges })).rejects.toThrow(
      'The targets are 2147483648',
    );
  });

  test('do not hold what was announced', async () => {
    const frames = [request(OUR_IP, 0), ...exchange('10.0.0.5', A, 10)];
    expect((await read({ frames })).targets).toEqual(['10.0.0.5']);
  });
});

describe('what a recording lacks', () => {
  const frames = exchange('10.0.0.5', A, 0);

  test('by its own account makes the report inconclusive', async () => {
    const report = await read({ frames, dropped: 3 });
    expect(report).toMatchObject({ outcome: 'inconclusive', statistics: { kernelDrops: 3 } });
  });

  test('at its end is told, and makes the report inconclusive', async () => {
    const report = await read({ frames, cut: 30 });
    expect(report.outcome).toBe('inconclusive');
    expect(answers(report)).toEqual([['10.0.0.5', `${A} 1`]]);
    expect(report.warnings).toEqual([
      'the recording "run.pcapng" ends in the middle of a frame; what comes after is not in the report',
    ]);
  });

  test('where another link has no Ethernet is told', async () => {
    const report = await read({ interfaces: [eth0, { linkType: 101 }], frames });
    expect(report.outcome).toBe('complete');
    expect(report.warnings).toEqual([expect.stringContaining('LINKTYPE 101')]);
  });

  test('because nobody waited for it is told by the outcome', async () => {
    const controller = new AbortController();
    controller.abort();
    record({ frames });
    const replayed = replay(native, {
      path,
      targets: null,
      exclude: [],
      sourceMac: null,
      names: [],
      expectation: null,
      signal: controller.signal,
    });
    await expect(replayed.report()).rejects.toThrow(OptionError);
  });
});

describe('findings of a recording', () => {
  const claim = [
    request(OUR_IP, 0, { spa: '0.0.0.0' }),
    reply(OUR_IP, B, 1, { tpa: '0.0.0.0' }),
    ...exchange('10.0.0.5', A, 10),
  ];
  const names = [{ mac: B, names: ['vm eth1'] }];

  test('tell another machine from this one by what the recording says of it', async () => {
    expect(kinds(await read({ frames: claim }))).toEqual(['claims-our-address']);
    const report = await read({ frames: claim, names });
    expect(kinds(report)).toEqual(['arp-flux']);
    expect(report.machine.name).toBe('vm');
    expect(report.findings[0]?.message).toContain(`vm (eth1 ${B})`);
  });

  test('do not take the names of other programs for those of this machine', async () => {
    const report = await read({ frames: claim, names, application: 'Dumpcap (Wireshark) 4' });
    expect(kinds(report)).toEqual(['claims-our-address']);
  });

  test('see our own frames come back, but not on a bond, which hears each several times', async () => {
    const frames = Array.from({ length: 8 }, (_, i) => request('10.0.0.6', i + 1, {}, RECEIVED));
    const film = { frames: [request('10.0.0.6', 0), ...frames, ...exchange('10.0.0.5', A, 10)] };
    expect(kinds(await read(film))).toEqual(['own-mac-on-wire']);
    expect(kinds(await read({ ...film, interfaces: [{ ...eth0, hardware: 'bond' }] }))).toEqual([]);
    const unknown = film.frames.map((frame) => ({ ...frame, type: UNKNOWN }));
    expect(kinds(await read({ frames: unknown }))).toEqual([]);
  });

  test('hold what was heard against what is expected', async () => {
    const expectation = { groups: [{ name: 'z', min: 0, hosts: [{ ip: '10.0.0.5', macs: [B] }] }] };
    const report = await read({ frames: exchange('10.0.0.5', A, 0) }, { expectation: expectation as never });
    expect(kinds(report)).toEqual(['wrong-mac']);
  });
});
