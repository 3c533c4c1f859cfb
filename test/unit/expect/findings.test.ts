/** What a sweep says of its expectations, from the options of the library to the report. */
import { describe, expect, it } from 'vitest';
import type { Expectations, ExpectedGroup } from '../../../src/expect/expectation.js';
import { readExpectation } from '../../../src/expect/expectation-input.js';
import { unjudgedOf } from '../../../src/expect/unjudged.js';
import type { EngineStatus } from '../../../src/native.js';
import { unjudgedLines } from '../../../src/reporters/unjudged-lines.js';
import { runSweep } from '../../../src/sweep/run-sweep.js';
import type { SweepOptions } from '../../../src/sweep/sweep-api.js';
import {
  type Answer,
  address,
  defaultRoute,
  type FakeEngine,
  fakeAddon,
  ip,
  link,
} from '../../support/fake-addon.js';

const eth0 = link('eth0', [address('10.0.0.2/24')]);
const eth1 = link('eth1', [address('10.0.1.2/24')]);
const mac = (n: number) => `52:54:00:00:00:${n.toString(16).padStart(2, '0')}`;

interface Network {
  readonly answers?: readonly Answer[];
  /** Requests that each silent address got. */
  readonly requests?: number;
  readonly status?: Partial<EngineStatus>;
  readonly untested?: readonly string[];
}

async function swept(
  groups: readonly ExpectedGroup[],
  { answers = [], requests = 5, status, untested = [] }: Network,
  targets = '10.0.0.0/24',
  options: SweepOptions = {},
) {
  const onStart = (engine: FakeEngine) => {
    engine.requests = requests;
    engine.untested = Uint32Array.from(untested.flatMap((each) => [ip(each), ip(each)]));
    engine.hear(answers);
    engine.end({ untested: untested.length, ...status });
  };
  const fake = fakeAddon({ links: [eth0, eth1], routes: [defaultRoute(eth0)], onStart });
  const expected: Expectations = { groups };
  const report = await runSweep(() => fake.addon, targets, { expect: expected, ...options }).report();
  const unjudged = unjudgedOf(report, await readExpectation(expected));
  return { report, findings: report.findings, engines: fake.engines, notes: [...unjudgedLines(unjudged)] };
}

const hosts = (...ips: string[]) => ips.map((each) => ({ ip: each }));
const answer = (from: string, n: number, more: Partial<Answer> = {}): Answer => ({
  ip: from,
  mac: mac(n),
  ...more,
});

const zones = [
  { name: 'z1', hosts: hosts('10.0.0.11', '10.0.0.12') },
  { name: 'z2', hosts: hosts('10.0.0.21', '10.0.0.22') },
  { name: 'z3', hosts: hosts('10.0.0.31', '10.0.0.32') },
];

describe('missing', () => {
  it('is one finding for a group, and says how often nobody answered', async () => {
    const answers = ['10.0.0.11', '10.0.0.21', '10.0.0.31', '10.0.0.32'].map((from, i) => answer(from, i));
    const { findings, notes } = await swept(zones, { answers, requests: 7 });
    expect(findings).toMatchObject([
      { kind: 'missing', severity: 'error', link: 0, ips: ['10.0.0.12'], evidence: { group: 'z1' } },
      {
        kind: 'missing',
        ips: ['10.0.0.22'],
        macs: [],
        evidence: { group: 'z2', addresses: [{ ip: '10.0.0.22', requests: 7 }] },
      },
    ]);
    expect(findings[0]?.message).toMatch(
      /^10\.0\.0\.12 of z1 is missing on eth0\. Asked 7 times, and nobody answered\./,
    );
    expect(notes).toEqual([]);
  });

  it('is said after five requests and not before', async () => {
    const one = [{ hosts: [{ ip: '10.0.0.11', name: 'db-1' }] }];
    const { findings, notes } = await swept(one, { requests: 4 });
    expect(findings).toEqual([]);
    expect(notes).toEqual([
      'undecided: 1 expected address (10.0.0.11 (db-1)), silent but asked fewer than 5 times, or not at all.',
    ]);
    expect((await swept(one, { requests: 5 })).findings).toMatchObject([{ kind: 'missing' }]);
  });

  it.each<[string, Network]>([
    ['that is untested', { untested: ['10.0.0.11'], status: { stopped: 'no' } }],
    ['of a sweep that was interrupted', { status: { stopped: 'interrupted' } }],
    ['whose answer may not have been recorded', { status: { overruns: 1 } }],
  ])('is not said of an address %s', async (_, network) => {
    const { findings, notes } = await swept([{ name: 'z', hosts: hosts('10.0.0.11') }], network);
    expect(findings).toEqual([]);
    expect(notes).toHaveLength(1);
  });

  it('is not said of an address that is no target, which a sentence tells', async () => {
    const { findings, notes } = await swept(zones, {}, '10.0.0.11-12');
    expect(findings).toMatchObject([
      { kind: 'group-empty', evidence: { group: 'z1' } },
      { kind: 'missing', evidence: { group: 'z1' } },
    ]);
    expect(notes).toEqual([
      'not swept: 4 expected addresses (10.0.0.21, 10.0.0.22, 10.0.0.31 and 10.0.0.32), not among the targets.',
    ]);
  });

  it('is not said of this machine’s own address', async () => {
    const { findings, notes } = await swept([{ name: 'us', hosts: hosts('10.0.0.2') }], {});
    expect({ findings, notes }).toEqual({ findings: [], notes: [] });
  });

  it('is said of an address that all links were asked for, and not where one of them has it', async () => {
    const twin = link('twin', [address('10.0.0.3/24')]);
    const sweepBoth = async (answers: readonly Answer[]) => {
      const onStart = (engine: FakeEngine) => {
        engine.requests = 5;
        if (engine.options.interfaceIndex === twin.index) engine.hear(answers);
        engine.end();
      };
      const { addon } = fakeAddon({ links: [eth0, twin], onStart });
      const options = { links: ['eth0', 'twin'], expect: { groups: [{ hosts: hosts('10.0.0.11') }] } };
      return (await runSweep(() => addon, '10.0.0.0/24', options).report()).findings;
    };
    expect(await sweepBoth([])).toMatchObject([{ kind: 'missing', link: null }]);
    expect(await sweepBoth([answer('10.0.0.11', 1)])).toEqual([]);
  });
});

describe('an expected address', () => {
  it('is asked by probe as well, and at least five times', async () => {
    const { engines } = await swept(zones, {}, '10.0.0.0/28');
    expect(engines[0]?.options).toMatchObject({ namedRequests: 5 });
    // From the first to the last of them.
    expect([...(engines[0]?.options.named ?? [])]).toEqual(['10.0.0.11', '10.0.0.12'].map(ip));
  });

  it('is asked no more often than was asked for', async () => {
    const { engines } = await swept(zones, {}, '10.0.0.0/28', { passes: 2 });
    expect(engines[0]?.options).toMatchObject({ namedRequests: 0, passes: 2 });
  });
});

describe('group-empty', () => {
  const kinds = (found: Awaited<ReturnType<typeof swept>>) => found.findings.map(({ kind }) => kind);

  it('comes before what is missing from the group', async () => {
    const answers = ['10.0.0.11', '10.0.0.12', '10.0.0.31', '10.0.0.32'].map((from, i) => answer(from, i));
    const { findings } = await swept(zones, { answers });
    expect(findings).toMatchObject([
      {
        kind: 'group-empty',
        severity: 'error',
        link: 0,
        ips: ['10.0.0.21', '10.0.0.22'],
        evidence: { group: 'z2', min: 1, answered: 0 },
      },
      { kind: 'missing', ips: ['10.0.0.21', '10.0.0.22'] },
    ]);
    expect(findings[0]?.message).toMatch(
      /^z2 has too few instances: none of its 2 addresses answers on eth0\./,
    );
  });

  it('is said where fewer answer than must', async () => {
    const group = { name: 'z', min: 2, hosts: hosts('10.0.0.11', '10.0.0.12', '10.0.0.13') };
    const one = await swept([group], { answers: [answer('10.0.0.11', 1)] });
    expect(kinds(one)).toEqual(['group-empty', 'missing']);
    expect(one.findings[0]?.message).toContain(
      'only 1 of its 3 addresses answers on eth0, and at least 2 must.',
    );
    const two = await swept([group], { answers: [answer('10.0.0.11', 1), answer('10.0.0.13', 3)] });
    expect(kinds(two)).toEqual(['missing']);
    expect(kinds(await swept([{ ...group, min: 0 }], {}))).toEqual(['missing']);
  });

  it('is not said while an address is undecided, nor of addresses without a group', async () => {
    const group = { name: 'z', hosts: hosts('10.0.0.11', '10.0.0.12') };
    const { findings } = await swept([group], { untested: ['10.0.0.12'] });
    expect(findings).toMatchObject([{ kind: 'missing', ips: ['10.0.0.11'] }]);
    expect(kinds(await swept([{ hosts: hosts('10.0.0.11') }], {}))).toEqual(['missing']);
  });
});

describe('wrong-mac', () => {
  const group = {
    name: 'db',
    hosts: [
      { ip: '10.0.0.11', macs: [mac(1)], name: 'db-1' },
      { ip: '10.0.0.12', macs: [mac(2), mac(3)] },
    ],
  };

  it('names who answers and who should, in one finding for a group', async () => {
    const { findings } = await swept([group], { answers: [answer('10.0.0.11', 9), answer('10.0.0.12', 8)] });
    expect(findings).toMatchObject([
      {
        kind: 'wrong-mac',
        severity: 'error',
        link: 0,
        ips: ['10.0.0.11', '10.0.0.12'],
        macs: [mac(8), mac(9)],
        evidence: { group: 'db', addresses: [{ ip: '10.0.0.11', expected: [mac(1)] }, { ip: '10.0.0.12' }] },
      },
    ]);
    expect(findings[0]?.message).toContain(`10.0.0.11 (db-1) by ${mac(9)} instead of ${mac(1)}`);
  });

  it('is not said where one of those expected answers', async () => {
    const answers = [answer('10.0.0.11', 1), answer('10.0.0.12', 3)];
    expect((await swept([group], { answers })).findings).toEqual([]);
  });

  it('is said where a stranger answers beside the right one, and where this machine has the address', async () => {
    const both = [answer('10.0.0.11', 1), answer('10.0.0.11', 9), answer('10.0.0.12', 2)];
    expect((await swept([group], { answers: both })).findings).toMatchObject([
      { kind: 'wrong-mac', ips: ['10.0.0.11'], macs: [mac(9)] },
    ]);
    const ours = await swept([{ hosts: [{ ip: '10.0.0.2', macs: [mac(1)] }] }], {});
    expect(ours.findings).toMatchObject([{ kind: 'wrong-mac', ips: ['10.0.0.2'], macs: [eth0.mac] }]);
    expect(ours.findings[0]?.message).toContain('by this machine (');
  });

  it('calls who answers by name', async () => {
    const nic = { name: 'eth0', netns: null, permanentMac: null, flags: [], master: null, addresses: [] };
    const names = [{ name: 'node-9', interfaces: [{ ...nic, mac: mac(9) }] }];
    const answers = [answer('10.0.0.11', 9), answer('10.0.0.12', 2)];
    const { findings } = await swept([group], { answers }, '10.0.0.0/24', { names });
    expect(findings.find(({ kind }) => kind === 'wrong-mac')?.message).toContain(
      `by node-9 eth0 (${mac(9)})`,
    );
  });
});

describe('an address that several may answer for', () => {
  const answers = [1, 2].map((n) => answer('10.0.0.11', n, { addressFlags: 1 }));

  it('is no duplicate, and neither are others for it', async () => {
    const shared = [{ name: 'vip', hosts: [{ ip: '10.0.0.11', several: true }] }];
    expect((await swept(shared, { answers })).findings).toEqual([]);
    const single = [{ name: 'vip', hosts: [{ ip: '10.0.0.11' }] }];
    expect((await swept(single, { answers })).findings).toMatchObject([{ kind: 'duplicate-address' }]);
  });

  it('has no strangers among them', async () => {
    const shared = [{ name: 'vip', hosts: [{ ip: '10.0.0.11', macs: [mac(1), mac(3)], several: true }] }];
    expect((await swept(shared, { answers })).findings).toMatchObject([
      { kind: 'wrong-mac', macs: [mac(2)] },
    ]);
  });
});

it('unexpected is who answers and is in no group, this machine left out', async () => {
  const answers = [answer('10.0.0.11', 1), answer('10.0.0.77', 7), answer('10.0.0.78', 7)];
  const { findings } = await swept([{ name: 'z', hosts: hosts('10.0.0.11') }], { answers });
  expect(findings).toMatchObject([
    { kind: 'unexpected', severity: 'warning', link: 0, ips: ['10.0.0.77', '10.0.0.78'], macs: [mac(7)] },
  ]);
  expect(findings[0]?.message).toMatch(/^2 addresses answer on eth0 and are not expected: 10\.0\.0\.77 and/);
});
