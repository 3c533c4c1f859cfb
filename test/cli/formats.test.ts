/** What each format prints, to the field, on a network with one address conflict. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Finding, Report } from '../../src/generated/report-types.js';
import type { Lab } from '../../src/lab/lab.js';
import {
  buildConflictNetwork,
  CLAIMANTS,
  CONTESTED,
  LONE,
  LONE_MAC,
  OWN,
  OWN_MAC,
  RANGE,
} from '../support/conflict-network.js';
import { expectSound, respondersByIp } from '../support/sound-report.js';
import { sweepCli } from '../support/sweep-cli.js';

let lab: Lab;
beforeAll(async () => {
  ({ lab } = await buildConflictNetwork());
});
afterAll(() => lab.remove());

const VENDOR = 'VMware, Inc.';
const EVERYBODY = [[LONE, LONE_MAC], ...CLAIMANTS.map((mac) => [CONTESTED, mac])];
const ISO_8601 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const FINDING_LINE = new RegExp(
  `^error: duplicate-address: ${CONTESTED} is answered by 3 machines on sw0: .+\\n$`,
);

/** A line of ndjson: some of the fields that its types have. */
interface Line {
  readonly type: string;
  readonly ip?: string;
  readonly mac?: string;
  readonly firstAt?: string;
  readonly vendor?: string | null;
  readonly findings?: readonly Finding[];
}

const linesOf = (text: string): string[] => text.replace(/\n$/, '').split('\n');

const sweep = (...words: string[]) => sweepCli(['-I', 'sw0', RANGE, ...words]);

/** Pairs of IP and MAC, whatever the order in which they were heard. */
function expectEverybody(pairs: readonly (readonly unknown[])[]) {
  expect(pairs.map((pair) => pair.join(' ')).sort()).toEqual(EVERYBODY.map((pair) => pair.join(' ')).sort());
}

describe('plain', () => {
  test('is what a pipe gets: five fields for each responder, and the findings on standard error', async () => {
    const { status, stdout, stderr } = await sweep();
    expect(status).toBe(0);
    expect(stdout).toMatch(/\n$/);
    const rows = linesOf(stdout).map((line) => line.split('\t'));
    for (const row of rows) {
      expect(row).toHaveLength(5);
      expect(row[2]).toMatch(/^\d+\.\d{3}$|^-$/);
      expect(row[3]).toBe('sw0');
      expect(row[4]).toBe(row[0] === LONE ? VENDOR : '(random or local MAC)');
    }
    expectEverybody(rows.map(([ip, mac]) => [ip, mac]));
    expect(stderr).toMatch(FINDING_LINE);
    for (const mac of CLAIMANTS) expect(stderr).toContain(mac);
  });

  test('is the same by name', async () => {
    const { stdout } = await sweep('-f', 'plain');
    expectEverybody(linesOf(stdout).map((line) => line.split('\t').slice(0, 2)));
  });
});

describe('chosen order and fields', () => {
  test('make plain wait for the end, and print just these', async () => {
    const { status, stdout, stderr } = await sweep('--sort', 'mac', '--fields', 'mac,ip,replies');
    expect(linesOf(stdout).map((line) => line.split('\t').slice(0, 2))).toEqual(
      EVERYBODY.map(([ip, mac]) => [mac, ip]),
    );
    for (const line of linesOf(stdout)) expect(Number(line.split('\t')[2])).toBeGreaterThanOrEqual(2);
    expect(stderr).toMatch(FINDING_LINE);
    expect(status).toBe(0);
  });
});

describe('csv', () => {
  test('has a header and a row of as many fields for each responder; findings go to standard error', async () => {
    const { status, stdout, stderr } = await sweep('-f', 'csv');
    const [header = '', ...lines] = linesOf(stdout);
    expect(header).toBe('ip,mac,rtt_ms,replies,confirmed,interface,netns,vlan,vendor,name,first_at');
    // RFC 4180: the vendor's comma stands in quotes.
    expect(lines[0]).toContain(`,sw0,,,"${VENDOR}",,`);
    const rows = lines.map((line) => line.replace(/"[^"]*"/, 'quoted').split(','));
    for (const row of rows) {
      expect(row).toHaveLength(header.split(',').length);
      expect(Number(row[3])).toBeGreaterThanOrEqual(2);
      expect(row[4]).toBe('true');
      expect(row[10]).toMatch(ISO_8601);
    }
    expectEverybody(rows.map(([ip, mac]) => [ip, mac]));
    expect(stderr).toMatch(FINDING_LINE);
    expect(status).toBe(0);
  });
});

describe('json', () => {
  test('is one sound document of the schema, with everything in it', async () => {
    const { status, stdout, stderr } = await sweep('-f', 'json');
    const report = JSON.parse(stdout) as Report;
    expectSound(report);
    expect(respondersByIp(report)).toEqual({ [LONE]: [LONE_MAC], [CONTESTED]: [...CLAIMANTS] });
    expect(report).toMatchObject({
      outcome: 'complete',
      targets: ['10.66.0.1-10.66.0.30'],
      counts: { targets: 30, answered: 2, self: 1, silent: 27, untested: 0 },
      links: [{ interface: 'sw0', netns: null, vlan: null, mac: OWN_MAC, ip: OWN, prefixLength: 24 }],
      findings: [
        { kind: 'duplicate-address', severity: 'error', link: 0, ips: [CONTESTED], macs: [...CLAIMANTS] },
      ],
      untested: [],
    });
    expect(report.hosts.map(({ ip, self }) => [ip, self])).toEqual([
      [OWN, true],
      [LONE, false],
      [CONTESTED, false],
    ]);
    expect(report.hosts[1]?.responders[0]).toMatchObject({ vendor: VENDOR, name: null, confirmed: true });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});

describe('ndjson', () => {
  test('is an object in each line: responders as heard, then findings, then one summary', async () => {
    const { status, stdout, stderr } = await sweep('-f', 'ndjson');
    const objects = linesOf(stdout).map((line) => JSON.parse(line) as Line);
    expect(objects.map(({ type }) => type)).toEqual([
      ...EVERYBODY.map(() => 'responder'),
      'finding',
      'summary',
    ]);
    const responders = objects.filter(({ type }) => type === 'responder');
    expectEverybody(responders.map(({ ip, mac }) => [ip, mac]));
    for (const { firstAt, vendor, ip } of responders) {
      expect(firstAt).toMatch(ISO_8601);
      expect(vendor).toBe(ip === LONE ? VENDOR : null);
    }
    const { type: _, ...finding } = objects.at(-2) as Line;
    const { type: __, ...summary } = objects.at(-1) as Line;
    expect(summary).not.toHaveProperty('hosts');
    // Hosts apart, the summary is the report.
    expect(summary.findings?.[0]).toEqual(finding);
    expectSound({ ...summary, hosts: [] } as unknown as Report);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});

describe('table', () => {
  test('shows every responder, our own address, the finding and a summary, all on standard output', async () => {
    const { status, stdout, stderr } = await sweep('-f', 'table');
    const lines = stdout.split('\n');
    expect(lines[0]).toMatch(/^IP +MAC +RTT ms +Vendor$/);
    expect(lines[1]).toMatch(new RegExp(`^${OWN} +${OWN_MAC} +this machine$`));
    expect(lines[2]).toMatch(new RegExp(`^${LONE} +${LONE_MAC} +\\d+\\.\\d{3} +${VENDOR}$`));
    expect(lines[3]).toMatch(new RegExp(`^${CONTESTED} `));
    expect(
      lines
        .slice(3, 6)
        .map((line) => /(?:..:){5}../.exec(line)?.[0])
        .sort(),
    ).toEqual([...CLAIMANTS]);
    expect(lines[6]).toBe('');
    expect(`${lines[7]}\n`).toMatch(FINDING_LINE);
    expect(lines[8]).toMatch(/^30 addresses: 2 answered, 1 of this machine, 27 silent; \d+ frames in /);
    expect(lines.slice(9)).toEqual(['']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});

describe('beside the results', () => {
  test('-v adds the statistics of each link on standard error', async () => {
    const { stdout, stderr } = await sweep('-v', '-f', 'csv');
    expect(stdout).not.toContain('queued');
    expect(stderr).toMatch(new RegExp(`^sw0: ${OWN_MAC}, ${OWN}/24$`, 'm'));
    expect(stderr).toMatch(/^ {2}sent +\d+ queued, \d+ transmitted, \d passes, 0 send errors, [\d,]+\/s$/m);
    expect(stderr).toMatch(/^ {2}received +\d+ replies, 0 malformed, 0 dropped by the kernel, 0 overruns$/m);
  });

  test('-q leaves the summary out, but no finding', async () => {
    const { stdout } = await sweep('-q', '-f', 'table');
    expect(stdout).toContain('error: duplicate-address:');
    expect(stdout).not.toContain('30 addresses:');
  });

  test('a healthy range has nothing on standard error', async () => {
    const { stdout, stderr } = await sweepCli(['-I', 'sw0', '10.66.0.1-19']);
    expect(stdout.split('\t').slice(0, 2)).toEqual([LONE, LONE_MAC]);
    expect(stderr).toBe('');
  });
});
