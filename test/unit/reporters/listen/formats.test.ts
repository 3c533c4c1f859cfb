import { describe, expect, test } from 'vitest';
import type { ListenReport, ListenSpeaker } from '../../../../src/generated/listen-types.js';
import { csvReporter } from '../../../../src/reporters/listen/csv.js';
import { jsonReporter } from '../../../../src/reporters/listen/json.js';
import { ndjsonReporter } from '../../../../src/reporters/listen/ndjson.js';
import { plainReporter } from '../../../../src/reporters/listen/plain.js';
import type { MakeListenReporter } from '../../../../src/reporters/listen/reporter.js';
import { tableReporter } from '../../../../src/reporters/listen/table.js';
import type { ReporterOutput } from '../../../../src/reporters/reporter.js';
import type { Utterance } from '../../../../src/speakers/listen-api.js';
import { conflict, recorder } from '../example-report.js';

function speaker(mac: string, said: Partial<ListenSpeaker>): ListenSpeaker {
  const at = '2026-03-01T12:00:00.100Z';
  const silent = { requests: 0, probes: 0, announcements: 0, replies: 0 };
  return { mac, ...silent, firstAt: at, lastAt: at, vendor: null, name: null, ...said };
}

const link = {
  interface: 'eth0',
  netns: null,
  vlan: null,
  mac: '02:00:00:00:00:02',
  state: 'up',
  frames: 9,
} as const;

const example: ListenReport = {
  schemaVersion: 1,
  command: 'listen',
  tool: { name: 'arpsweep', version: '0.1.0' },
  startedAt: '2026-03-01T12:00:00.000Z',
  durationMs: 10_000,
  outcome: 'complete',
  machine: { name: 'node-1', interfaces: [] },
  links: [link],
  counts: { addresses: 3, speakers: 3, probers: 1 },
  hosts: [
    { ip: '10.0.0.2', link: 0, self: true, speakers: [speaker(link.mac, { requests: 3 })] },
    {
      ip: '10.0.0.5',
      link: 0,
      self: false,
      speakers: [
        speaker('00:50:56:ab:47:53', {
          requests: 1200,
          replies: 4,
          vendor: 'VMware, Inc.',
          name: 'db-1 eth0',
        }),
        speaker('02:00:00:00:00:05', { announcements: 2, lastAt: '2026-03-01T12:00:09.900Z' }),
      ],
    },
    { ip: '10.0.0.120', link: 0, self: false, speakers: [speaker('00:1b:21:00:00:01', { probes: 3 })] },
  ],
  findings: [conflict],
  statistics: { received: 1213, sent: 3, malformed: 0, kernelDrops: 0, overruns: 0, leftOut: 0 },
};

const troubled: ListenReport = {
  ...example,
  outcome: 'inconclusive',
  links: [
    { ...link, state: 'down' },
    { ...link, vlan: 7, state: 'down' },
    { ...link, interface: 'eth1', state: 'gone' },
  ],
  findings: [],
  fault: { syscall: 'recvmsg AF_NETLINK', code: 'ENOBUFS', errno: 105 },
  statistics: { ...example.statistics, kernelDrops: 1200, overruns: 1, leftOut: 31_000 },
};

const utterance: Utterance = {
  ip: '10.0.0.5',
  mac: '02:00:00:00:00:05',
  kind: 'announcement',
  at: '2026-03-01T12:00:00.100Z',
  link: 1,
  interface: 'eth0',
  netns: 'blue',
  vlan: 7,
  vendor: null,
  name: null,
};

async function rendered(make: MakeListenReporter, report: ListenReport, rest: Partial<ReporterOutput> = {}) {
  const { output, text, notes } = recorder(rest);
  await make(output).report(report);
  return { text: text(), notes };
}

describe('the table', () => {
  test('lists every speaker with what it said, the findings and a summary', async () => {
    expect(await rendered(tableReporter, example)).toEqual({
      text: [
        'IP          MAC                Frames  Said        Ago  Vendor',
        '10.0.0.2    02:00:00:00:00:02       3  req       9.9 s  this machine',
        '10.0.0.5    00:50:56:ab:47:53   1,204  req rep   9.9 s  db-1 eth0 (VMware, Inc.)',
        '            02:00:00:00:00:05       2  ann      100 ms  (random or local MAC)',
        '10.0.0.120  00:1b:21:00:00:01       3  probe     9.9 s',
        '',
        `error: duplicate-address: ${conflict.message}`,
        '2 addresses spoken for, 1 only probed for; 1,213 frames heard, 3 sent by this machine in 10 s',
        '',
      ].join('\n'),
      notes: [],
    });
  });

  test('says what was not heard, once for each interface', async () => {
    const { text } = await rendered(tableReporter, troubled);
    expect(text.split('\n').slice(-8)).toEqual([
      'warning: recvmsg AF_NETLINK failed with ENOBUFS, which ended the listening',
      'warning: eth0 is down: nothing is heard on it any more',
      'warning: eth1 is gone: nothing is heard on it any more',
      'warning: the kernel dropped 1,200 frames before they could be read',
      'warning: 1 frame came faster than they could be read here',
      'warning: too many speakers: 31,000 frames of further ones left out, after the first 3',
      'Inconclusive. 2 addresses spoken for, 1 only probed for; 1,213 frames heard, 3 sent by this machine in 10 s',
      '',
    ]);
  });

  test('cuts the vendor to the width, and names the link where there are several', async () => {
    const narrow = await rendered(tableReporter, example, { columns: 72 });
    expect(narrow.text.split('\n')[2]).toBe(
      '10.0.0.5    00:50:56:ab:47:53   1,204  req rep   9.9 s  db-1 eth0 (VMwa…',
    );
    const hosts = example.hosts.map((host, i) => ({ ...host, link: i === 3 ? 1 : 0 }));
    const links = [link, { ...link, vlan: 7 }];
    const two = await rendered(tableReporter, {
      ...example,
      links,
      hosts: [...hosts.slice(0, 2), { ...hosts[2], link: 1 } as (typeof hosts)[number]],
    });
    expect(two.text).toMatch(/^10\.0\.0\.120 .* eth0@7$/m);
    expect(two.text).toMatch(/^10\.0\.0\.2 .* eth0 +this machine$/m);
  });

  test('leaves the summary out when quiet, but no finding; nothing heard is only a summary', async () => {
    const { text } = await rendered(tableReporter, example, { quiet: true });
    expect(text.trimEnd().split('\n').at(-1)).toBe(`error: duplicate-address: ${conflict.message}`);
    const counts = { addresses: 0, speakers: 0, probers: 0 };
    const silence = await rendered(tableReporter, { ...example, counts, hosts: [], findings: [] });
    expect(silence.text).toMatch(/^0 addresses spoken for; /);
  });
});

describe('plain', () => {
  test('writes a line for each speaker and kind, and findings to standard error as they are seen', async () => {
    const { output, text, notes } = recorder();
    const reporter = plainReporter(output);
    reporter.utterance?.(utterance);
    reporter.finding?.(conflict);
    await reporter.report(troubled);
    expect(text()).toBe('10.0.0.5\t02:00:00:00:00:05\tannouncement\tblue:eth0@7\t(random or local MAC)\n');
    expect(notes[0]).toBe(`error: duplicate-address: ${conflict.message}`);
    expect(notes).toHaveLength(1 + 6);
  });
});

describe('csv', () => {
  test('is a row for each speaker', async () => {
    const { text, notes } = await rendered(csvReporter, example);
    expect(text.split('\n').slice(0, 3)).toEqual([
      'ip,mac,requests,probes,announcements,replies,interface,netns,vlan,vendor,name,first_at,last_at',
      '10.0.0.2,02:00:00:00:00:02,3,0,0,0,eth0,,,,,2026-03-01T12:00:00.100Z,2026-03-01T12:00:00.100Z',
      '10.0.0.5,00:50:56:ab:47:53,1200,0,0,4,eth0,,,"VMware, Inc.",db-1 eth0,2026-03-01T12:00:00.100Z,2026-03-01T12:00:00.100Z',
    ]);
    expect(notes).toEqual([`error: duplicate-address: ${conflict.message}`]);
  });
});

describe('json', () => {
  test('is the report', async () => {
    const { text } = await rendered(jsonReporter, troubled);
    expect(JSON.parse(text)).toEqual(troubled);
  });

  test('in lines is what happens, and in the end the report without hosts', async () => {
    const { output, text } = recorder();
    const reporter = ndjsonReporter(output);
    reporter.utterance?.(utterance);
    reporter.finding?.(conflict);
    await reporter.report(example);
    const { hosts: _, ...summary } = example;
    expect(
      text()
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([
      { type: 'utterance', ...utterance },
      { type: 'finding', ...conflict },
      { type: 'summary', ...summary },
    ]);
  });
});
