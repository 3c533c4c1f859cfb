import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import schema from '../../schema/report-v1.schema.json' with { type: 'json' };
import type { EthernetLink } from '../../src/links/links.js';
import type { MachineState } from '../../src/links/machine-state.js';
import type { LinkPlan } from '../../src/links/plan.js';
import { createRoster } from '../../src/names/roster.js';
import { type EngineStatus, idleStatus, RECORD_BYTES } from '../../src/native.js';
import { buildReport, type LinkResult, outcomeOf } from '../../src/report/report.js';
import { checkFrameFields } from '../../src/sweep/frame-fields.js';
import { countAddresses, normalize, type Ranges, subtract } from '../../src/targets/ranges.js';
import { type Answer, address, ip, link, packRecords } from '../support/fake-addon.js';

const ajv = new Ajv();
addFormats.default(ajv);
const isValid = ajv.compile(schema);

const eth0 = link('eth0', [address('10.0.0.2/24')]) as EthernetLink;
const eth1 = link('eth1', [address('10.0.0.3/24')]) as EthernetLink;
const macA = '52:54:00:00:00:0a';
const macB = '52:54:00:00:00:0b';

const doneStatus: EngineStatus = { ...idleStatus, state: 'done', phase: 'done', queued: 1, transmitted: 1 };

interface LinkCase {
  readonly on?: EthernetLink;
  readonly targets?: Ranges;
  readonly own?: readonly string[];
  readonly answers?: readonly Answer[];
  readonly status?: Partial<EngineStatus>;
  readonly untested?: Ranges;
}

const nothing: MachineState = { links: [], neighbours: [] };
const net24: Ranges = [{ first: ip('10.0.0.0'), last: ip('10.0.0.255') }];

function result({
  on = eth0,
  targets = net24,
  own = ['10.0.0.2'],
  answers = [],
  status,
  untested = [],
}: LinkCase) {
  const plan: LinkPlan = {
    link: on,
    namespace: null,
    tags: [],
    holderIndex: on.index,
    name: on.name,
    fields: checkFrameFields({}),
    sourceMac: on.mac,
    sourceIp: ip('10.0.0.2'),
    prefixLength: 24,
    targets,
    named: [],
    own: own.map(ip),
  };
  const packed = packRecords(answers);
  const bytes = new Uint8Array(packed);
  return {
    plan,
    regulation: 'auto',
    status: { ...doneStatus, responders: answers.length, untested: countAddresses(untested), ...status },
    records: { bytes, view: new DataView(bytes.buffer) },
    untested,
    requests: new Map(),
    strays: [],
  } satisfies LinkResult;
}

function report(...cases: LinkCase[]) {
  const built = buildReport({
    startedAt: new Date(1_700_000_000_000),
    durationMs: 312.44,
    before: () => ({ links: [eth0, eth1], neighbours: [] }),
    after: () => ({ links: [eth0, eth1], neighbours: [] }),
    roster: createRoster([]),
    judge: null,
    results: cases.map(result),
  });
  expect(isValid(built), JSON.stringify(isValid.errors)).toBe(true);
  return built;
}

describe('hosts', () => {
  it('come by address, in numbers, and their responders by first answer', () => {
    const { hosts } = report({
      own: [],
      answers: [
        { ip: '10.0.0.100', mac: macB },
        { ip: '10.0.0.9', mac: macA, rttMs: 0.69549, replies: 3, asked: 4, confirmed: true },
        { ip: '10.0.0.100', mac: macA, confirmed: false },
      ],
    });
    const responder = { firstAt: '2023-11-14T22:13:20.000Z', vendor: null, name: null };
    expect(hosts).toEqual([
      {
        ip: '10.0.0.9',
        link: 0,
        self: false,
        asked: 4,
        responders: [{ ...responder, mac: macA, rttMs: 0.695, replies: 3, confirmed: true }],
      },
      {
        ip: '10.0.0.100',
        link: 0,
        self: false,
        asked: 2,
        responders: [
          { ...responder, mac: macB, rttMs: null, replies: 2, confirmed: null },
          { ...responder, mac: macA, rttMs: null, replies: 2, confirmed: false },
        ],
      },
    ]);
  });

  it('of several links come by address, then link', () => {
    const { hosts } = report(
      { own: [], answers: ['10.0.0.9', '10.0.0.7'].map((text) => ({ ip: text, mac: macA })) },
      { on: eth1, own: [], answers: ['10.0.0.7', '10.0.0.8'].map((text) => ({ ip: text, mac: macB })) },
    );
    expect(hosts.map((host) => [host.ip, host.link])).toEqual([
      ['10.0.0.7', 0],
      ['10.0.0.7', 1],
      ['10.0.0.8', 1],
      ['10.0.0.9', 0],
    ]);
  });

  it('sort the upper half of the address space behind the lower one', () => {
    const { hosts } = report({
      own: [],
      targets: [{ first: 0, last: 0xffff_ffff }],
      answers: ['255.255.255.255', '127.255.255.255', '128.0.0.0', '0.0.0.0'].map((text) => ({
        ip: text,
        mac: macA,
      })),
    });
    expect(hosts.map((host) => host.ip)).toEqual([
      '0.0.0.0',
      '127.255.255.255',
      '128.0.0.0',
      '255.255.255.255',
    ]);
  });

  it('have our own address among them, without an answer of its own', () => {
    const { hosts, counts } = report({ answers: [{ ip: '10.0.0.2', mac: eth0.mac, recordFlags: 1 }] });
    expect(hosts).toMatchObject([{ ip: '10.0.0.2', self: true, responders: [] }]);
    expect(counts).toMatchObject({ self: 1, answered: 0 });
  });

  it('have our own address outside the targets only where somebody else answers for it', () => {
    const targets = [{ first: ip('10.0.0.9'), last: ip('10.0.0.9') }];
    expect(report({ targets }).hosts).toEqual([]);
    const { hosts, counts } = report({ targets, answers: [{ ip: '10.0.0.2', mac: macA, recordFlags: 1 }] });
    expect(hosts).toMatchObject([{ ip: '10.0.0.2', self: true, responders: [{ mac: macA }] }]);
    expect(counts).toEqual({ targets: 1, answered: 0, self: 0, silent: 1, untested: 0 });
  });
});

describe('counts', () => {
  it('take an own address that somebody else answers for as self', () => {
    const { counts } = report({ answers: [{ ip: '10.0.0.2', mac: macA, recordFlags: 1 }] });
    expect(counts).toEqual({ targets: 256, answered: 0, self: 1, silent: 255, untested: 0 });
  });

  it('do not take for silent what answered without room for its record', () => {
    const { counts, outcome } = report({
      answers: [{ ip: '10.0.0.9', mac: macA }],
      status: { answered: 40, overruns: 39 },
    });
    expect(counts).toEqual({ targets: 256, answered: 40, self: 1, silent: 215, untested: 0 });
    expect(outcome).toBe('inconclusive');
  });

  it('sum to the targets, and hosts agree with them, whatever was heard', () => {
    const base = ip('10.0.0.0');
    const linkCase = fc
      .record({
        ranges: fc.array(fc.tuple(fc.nat(300), fc.nat(40)), { minLength: 1, maxLength: 6 }),
        own: fc.uniqueArray(fc.nat(320), { maxLength: 4 }),
        answering: fc.array(fc.tuple(fc.nat(320), fc.constantFrom(macA, macB)), { maxLength: 60 }),
        untested: fc.nat(200),
      })
      .map(({ ranges, own, answering, untested }): LinkCase => {
        const at = (n: number) => `10.0.${n >>> 8}.${n & 255}`;
        const targets = normalize(
          ranges.map(([from, size]) => ({ first: base + from, last: base + from + size })),
        );
        const singles = (list: number[]) => normalize(list.map((n) => ({ first: base + n, last: base + n })));
        const heard = answering.filter(([n]) =>
          targets.some((r) => r.first <= base + n && base + n <= r.last),
        );
        const silent = subtract(subtract(targets, singles(own)), singles(heard.map(([n]) => n)));
        const cut = base + untested;
        return {
          targets,
          own: own.map(at),
          answers: heard.map(([n, mac]) => ({ ip: at(n), mac, recordFlags: own.includes(n) ? 1 : 0 })),
          untested: silent.filter((r) => r.last < cut),
        };
      });
    fc.assert(
      fc.property(fc.array(linkCase, { minLength: 1, maxLength: 3 }), (cases) => {
        const { counts, hosts } = report(...cases);
        expect(counts.answered + counts.self + counts.silent + counts.untested).toBe(counts.targets);
        expect(counts.targets).toBe(
          cases.reduce((sum, { targets = [] }) => sum + countAddresses(targets), 0),
        );
        expect(counts.untested).toBe(
          cases.reduce((sum, { untested = [] }) => sum + countAddresses(untested), 0),
        );
        expect(counts.answered).toBe(hosts.filter(({ self }) => !self).length);
        expect(counts.self).toBe(hosts.filter(({ self }) => self).length);
        expect(Math.min(counts.silent, counts.answered, counts.self)).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('of a million hosts take seconds at most', () => {
    const bytes = new Uint8Array(1_000_000 * RECORD_BYTES);
    const view = new DataView(bytes.buffer);
    for (let i = 0; i < 1_000_000; i++) {
      view.setUint32(i * RECORD_BYTES, ip('10.0.0.0') + ((i * 7_919) % 1_000_000), true);
      view.setUint32(i * RECORD_BYTES + 12, 1, true);
    }
    const range = [{ first: ip('10.0.0.0'), last: ip('10.0.0.0') + 999_999 }];
    const many = { ...result({ targets: range, own: [] }), records: { bytes, view } };
    const { counts, hosts } = buildReport({
      startedAt: new Date(),
      durationMs: 1,
      before: () => nothing,
      after: () => nothing,
      roster: createRoster([]),
      judge: null,
      results: [many],
    });
    expect(counts).toMatchObject({ targets: 1_000_000, answered: 1_000_000, silent: 0 });
    expect(hosts.at(-1)?.ip).toBe('10.15.66.63');
  }, 20_000);
});

describe('a report', () => {
  it('names targets in canonical form, the links, and what was not tested and why', () => {
    const built = report(
      { targets: normalize([...net24, { first: ip('10.0.1.0'), last: ip('10.0.1.7') }]) },
      {
        on: eth1,
        status: { stopped: 'link-down' },
        untested: [{ first: ip('10.0.0.128'), last: ip('10.0.0.255') }],
      },
    );
    expect(built.targets).toEqual(['10.0.0.0-10.0.1.7']);
    expect(built.links).toMatchObject([
      { interface: 'eth0', mac: eth0.mac, ip: '10.0.0.2' },
      { interface: 'eth1' },
    ]);
    expect(built.untested).toEqual([{ link: 1, targets: ['10.0.0.128/25'], reason: 'link-down' }]);
    expect(built.machine.interfaces.map(({ name }) => name)).toEqual(['eth0', 'eth1']);
    expect(built).toMatchObject({ startedAt: '2023-11-14T22:13:20.000Z', durationMs: 312.4 });
  });

  it('sums frames and rates over links, and takes the most passes', () => {
    const { statistics, links } = report(
      { status: { queued: 10, transmitted: 9, passes: 2, rate: 1000.4, kernelDrops: 1 } },
      { on: eth1, status: { queued: 20, transmitted: 20, passes: 3, rate: 50 } },
    );
    expect(statistics).toMatchObject({ queued: 30, transmitted: 29, passes: 3, rate: 1050, kernelDrops: 1 });
    expect(statistics).toMatchObject({ lossEstimate: null, expectedMissedAtLeast: null });
    expect(links[0]?.statistics).toMatchObject({ queued: 10, passes: 2, rate: 1000 });
  });

  it('says that no address asked where everything was a probe', () => {
    const one = result({});
    const probe = { ...one, plan: { ...one.plan, sourceIp: 0, prefixLength: null } };
    const { links } = buildReport({
      startedAt: new Date(),
      durationMs: 0,
      before: () => nothing,
      after: () => nothing,
      roster: createRoster([]),
      judge: null,
      results: [probe],
    });
    expect(links[0]).toMatchObject({ ip: null, prefixLength: null });
  });
});

describe('the estimates', () => {
  const told = (lossEstimate: number, expectedMissed: number, pilots: number): Partial<EngineStatus> => ({
    passes: 4,
    lossEstimate,
    expectedMissed,
    pilots,
  });

  it('are those of the engine to three digits, and never nought where there was something', () => {
    const { statistics, links } = report({ status: told(0.101694915, 0.0123456, 59) });
    expect(statistics).toMatchObject({ lossEstimate: 0.102, expectedMissedAtLeast: 0.0123 });
    expect(links[0]?.statistics).toMatchObject({ lossEstimate: 0.102, expectedMissedAtLeast: 0.0123 });
    expect(report({ status: told(0, 0, 20) }).statistics).toMatchObject({
      lossEstimate: 0,
      expectedMissedAtLeast: 0,
    });
    expect(report({ status: told(1 / 120_000, 1.23456e-9, 120_000) }).statistics).toMatchObject({
      lossEstimate: 8.33e-6,
      expectedMissedAtLeast: 1.23e-9,
    });
  });

  it('of several links are the share over all pilots, and the sum of missed hosts', () => {
    const { statistics, links } = report(
      { status: told(0.1, 1.5, 300) },
      { on: eth1, status: told(0.02, 0.25, 100) },
    );
    expect(statistics).toMatchObject({ lossEstimate: 0.08, expectedMissedAtLeast: 1.75 });
    expect(links.map((each) => each.statistics.lossEstimate)).toEqual([0.1, 0.02]);
  });

  it('are null where too few answered to tell, on one of several links too', () => {
    const untold = told(Number.NaN, Number.NaN, 3);
    expect(report({ status: untold }).statistics).toMatchObject({
      lossEstimate: null,
      expectedMissedAtLeast: null,
    });
    const { statistics, links } = report({ status: told(0.1, 1.5, 300) }, { on: eth1, status: untold });
    expect(statistics).toMatchObject({ lossEstimate: null, expectedMissedAtLeast: null });
    expect(links[0]?.statistics).toMatchObject({ lossEstimate: 0.1, expectedMissedAtLeast: 1.5 });
  });

  it('do not depend on a link on which nothing was sent', () => {
    const { statistics } = report({ status: told(0.1, 1.5, 300) }, { on: eth1, status: { queued: 0 } });
    expect(statistics).toMatchObject({ lossEstimate: 0.1, expectedMissedAtLeast: 1.5 });
    expect(report({ status: { queued: 0 } }).statistics).toMatchObject({ lossEstimate: null });
  });

  it.each(['interrupted', 'link-gone'] as const)('are told of a sweep that ended as %s', (stopped) => {
    const { statistics, outcome } = report({ status: { ...told(0.1, 1.5, 300), stopped } });
    expect(outcome).not.toBe('complete');
    expect(statistics).toMatchObject({ lossEstimate: 0.1, expectedMissedAtLeast: 1.5 });
  });
});

describe('the diagnoses', () => {
  const plain = { asked: 4, replies: 4, probes: 1, probeReplies: 1, unicasts: 1, confirmed: true };

  it('are given what was counted of each answer, and of the addresses that answered plainly nothing', () => {
    const proxied = Array.from({ length: 8 }, (_, i) => `10.0.0.${40 + i}`);
    const answers: Answer[] = [
      ...proxied.map((text) => ({ ...plain, ip: text, mac: macB, replies: 3, probes: 3, probeReplies: 0 })),
      { ...plain, ip: '10.0.0.30', mac: macA, ethernetSource: macB },
      { ...plain, ip: '10.0.0.31', mac: macA },
      { ...plain, ip: '10.0.0.32', mac: macA, replies: 3, probes: 3, probeReplies: 3, asked: 9 },
      { ...plain, asked: 7, ip: '10.0.0.33', mac: macA, confirmed: false, unicasts: 3, laterBroadcasts: 2 },
    ];
    expect(report({ answers }).findings.map(({ kind, ips }) => [kind, ips])).toEqual([
      ['answers-only-probes', ['10.0.0.32']],
      ['proxy-arp', proxied],
      ['answered-by-fabric', ['10.0.0.33']],
      ['sender-mismatch', ['10.0.0.30']],
    ]);
  });

  it('are given what this machine held all the time', () => {
    const service = link('svc0', [address('10.0.0.30/32')], { flags: ['NOARP'] });
    const holding = { links: [eth0, service], neighbours: [] };
    const built = buildReport({
      startedAt: new Date(),
      durationMs: 1,
      before: () => holding,
      after: () => holding,
      roster: createRoster([]),
      judge: null,
      results: [result({ answers: [{ ...plain, ip: '10.0.0.30', mac: macA }] })],
    });
    expect(built.findings).toMatchObject([{ kind: 'shadowed-address', ips: ['10.0.0.30'] }]);
  });
});

describe('a lossy wire', () => {
  const lossy = { lossEstimate: 0.1, expectedMissed: 0.004, pilots: 300, pilotsLost: 30, passes: 5 };
  const found = (...cases: LinkCase[]) => report(...cases).findings.map(({ kind, link }) => [kind, link]);
  const hosts = (replies: readonly number[]): Answer[] =>
    replies.map((count, i) => ({ ip: `10.0.0.${i + 10}`, mac: macA, asked: 5, replies: count }));

  it('is a finding on the link that it belongs to', () => {
    const wire = { answers: hosts([5, 4, 3]), status: lossy };
    expect(found({}, { ...wire, on: eth1 })).toEqual([['loss', 1]]);
    expect(found(wire, { ...wire, on: eth1 })).toEqual([
      ['loss', 0],
      ['loss', 1],
    ]);
  });

  it('is not seen where only one of several hosts stopped to answer', () => {
    expect(found({ answers: hosts([5, 5, 1]), status: lossy })).toEqual([]);
    expect(found({ answers: hosts([1]), status: lossy })).toEqual([['loss', 0]]);
  });

  it('is seen where hosts were asked more often than a byte can tell', () => {
    const answers = hosts([700, 700]).map((answer) => ({ ...answer, asked: 900 }));
    expect(found({ answers, status: lossy })).toEqual([['loss', 0]]);
  });

  it('has the limit that was met as evidence, to three digits, or null', () => {
    const evidence = (limit: number) =>
      report({ answers: hosts([4, 4]), status: { ...lossy, limit } }).findings[0]?.evidence;
    expect(evidence(1987.4)).toMatchObject({ limit: 1990 });
    expect(evidence(0)).toMatchObject({ limit: null });
  });
});

describe('a fault', () => {
  it('is named where a system call ended the sweep of a link, and nowhere else', () => {
    const { links } = report(
      { status: { stopped: 'system-error', fault: { syscall: 'sendmmsg', errno: 22 } } },
      { on: eth1 },
    );
    expect(links[0]?.fault).toEqual({ syscall: 'sendmmsg', errno: 22, code: 'EINVAL' });
    expect(links[1]).not.toHaveProperty('fault');
  });
});

describe('the outcome', () => {
  const ended = (more: Partial<EngineStatus>): EngineStatus => ({ ...doneStatus, ...more });
  it.each([
    ['complete', [{}, {}]],
    ['complete', [{ linkFlaps: 1, kernelDrops: 3, passes: 1 }]],
    ['inconclusive', [{ kernelDrops: 3, unmendedDrops: 3, passes: 1 }]],
    ['inconclusive', [{ unsent: 3 }]],
    ['inconclusive', [{ untested: 1 }]],
    ['inconclusive', [{ overruns: 1 }]],
    ['inconclusive', [{ stopped: 'send-blocked', untested: 5 }]],
    ['inconclusive', [{}, { stopped: 'link-gone', untested: 5 }]],
    ['failed', [{ stopped: 'link-gone', untested: 5 }]],
    ['failed', [{ stopped: 'link-down' }, { stopped: 'system-error' }]],
    ['interrupted', [{ stopped: 'interrupted' }, {}]],
    ['interrupted', [{ stopped: 'link-gone' }, { stopped: 'interrupted' }]],
  ] as [string, Partial<EngineStatus>[]][])('is %s for %j', (outcome, statuses) => {
    expect(outcomeOf(statuses.map(ended))).toBe(outcome);
  });
});
