import { describe, expect, test } from 'vitest';
import { completeReport, streamResponders } from '../../../src/cli/responder-stream.js';
import { type Lookup, reverseDns } from '../../../src/cli/reverse-dns.js';
import type { Responder } from '../../../src/sweep/sweep-api.js';
import { example, heard } from '../reporters/example-report.js';

/** A name server that answers when it is told to. */
function patientServer(): Lookup & { asked: string[]; answer: (ip: string, name: string) => void } {
  const asked: string[] = [];
  const pending = new Map<string, { resolve: (names: string[]) => void; reject: (error: Error) => void }>();
  return {
    asked,
    reverse(ip) {
      asked.push(ip);
      return new Promise((resolve, reject) => pending.set(ip, { resolve, reject }));
    },
    answer: (ip, name) => pending.get(ip)?.resolve([name]),
    cancel: () => {
      for (const { reject } of pending.values()) reject(new Error('ECANCELLED'));
    },
  };
}

const longer = 60_000;
const settled = () => new Promise(setImmediate);

describe('names', () => {
  test('are asked for once for each address, and no more than 32 at a time', async () => {
    const server = patientServer();
    const names = reverseDns(server, longer);
    const addresses = Array.from({ length: 40 }, (_, i) => `10.0.0.${i}`);
    const found = [...addresses, ...addresses].map((ip) => names.nameOf(ip));
    expect(server.asked).toEqual(addresses.slice(0, 32));
    for (const ip of addresses.slice(0, 32)) server.answer(ip, `host-${ip}`);
    await settled();
    expect(server.asked).toEqual(addresses);
    for (const ip of addresses.slice(32)) server.answer(ip, `host-${ip}`);
    expect(await Promise.all(found)).toEqual([...addresses, ...addresses].map((ip) => `host-${ip}`));
  });

  test('are given up when a server takes too long', async () => {
    expect(await reverseDns(patientServer(), 1).nameOf('10.0.0.1')).toBeNull();
  });

  test('are given up, asked for or still waiting, when the time in all is over', async () => {
    const server = patientServer();
    const names = reverseDns(server, longer);
    const found = Array.from({ length: 40 }, (_, i) => names.nameOf(`10.0.0.${i}`));
    names.closeAfter(0);
    expect(new Set(await Promise.all(found))).toEqual(new Set([null]));
    expect(server.asked).toHaveLength(32);
  });

  test('are null where there are none, and lose what could control a terminal', async () => {
    const lookup = (answer: Promise<string[]>): Lookup => ({ reverse: () => answer, cancel: () => {} });
    expect(await reverseDns(lookup(Promise.reject(new Error('ENOTFOUND')))).nameOf('10.0.0.1')).toBeNull();
    expect(await reverseDns(lookup(Promise.resolve([]))).nameOf('10.0.0.1')).toBeNull();
    expect(await reverseDns(lookup(Promise.resolve(['a\x1b[2Jb']))).nameOf('10.0.0.1')).toBe('a[2Jb');
  });
});

async function* sequence(...responders: Responder[]): AsyncIterable<Responder> {
  yield* responders;
}

describe('responders on their way to a reporter', () => {
  const first = heard('10.0.0.5', '00:50:56:ab:47:53');
  const second = heard('10.0.0.6', '02:00:00:00:00:06');

  test('get their vendors', async () => {
    const shown: Responder[] = [];
    const reporter = { responder: (r: Responder) => void shown.push(r) as undefined, report: async () => {} };
    await streamResponders(sequence(first, second), reporter, null);
    expect(shown).toEqual([{ ...first, vendor: 'VMware, Inc.' }, second]);
  });

  test('keep their order though their names come in another', async () => {
    const server = patientServer();
    const shown: Responder[] = [];
    const reporter = { responder: (r: Responder) => void shown.push(r) as undefined, report: async () => {} };
    const { named } = await streamResponders(sequence(first, second), reporter, reverseDns(server, longer));
    server.answer('10.0.0.6', 'six');
    await settled();
    expect(shown).toEqual([]);
    server.answer('10.0.0.5', 'five');
    await named;
    expect(shown.map(({ ip, name }) => [ip, name])).toEqual([
      ['10.0.0.5', 'five'],
      ['10.0.0.6', 'six'],
    ]);
  });

  test('are shown one after the other to a reporter that is slow', async () => {
    let showing = 0;
    const reporter = {
      responder: async () => {
        expect(showing++).toBe(0);
        await settled();
        showing--;
      },
      report: async () => {},
    };
    await streamResponders(sequence(first, second), reporter, null);
    expect(showing).toBe(0);
  });
});

test('a report gets vendors for every responder, and one name for an address where its MAC has none', async () => {
  const report = structuredClone(example);
  const server: Lookup = { reverse: async (ip) => [`host-${ip}`], cancel: () => {} };
  await completeReport(report, reverseDns(server));
  expect(report.hosts.map(({ responders }) => responders.map(({ vendor, name }) => [vendor, name]))).toEqual([
    [],
    [
      ['VMware, Inc.', 'db-1.example.net'],
      [null, 'host-10.0.0.5'],
    ],
    [['Intel Corporate', 'host-10.0.0.120']],
  ]);
});
