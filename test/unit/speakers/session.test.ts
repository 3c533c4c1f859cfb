/** What is found to be wrong by what was heard: a story of frames, and its findings. */
import { describe, expect, test } from 'vitest';
import type { Finding } from '../../../src/generated/report-types.js';
import type { NamedMachine } from '../../../src/names/named-machine.js';
import type { NativeLink } from '../../../src/native.js';
import type { ListenedLink } from '../../../src/speakers/listen-links.js';
import { openSession } from '../../../src/speakers/session.js';
import { address, link } from '../../support/fake-addon.js';
import type { HeardFields } from '../../support/fake-listener.js';
import { announcement, beginningMs, heardFrame, probe, reply, request } from '../../support/speech.js';

const a = '02:00:00:00:00:0a';
const b = '02:00:00:00:00:0b';
const c = '02:00:00:00:00:0c';
const us = '02:00:00:00:00:01';
const usAt = [us, '10.0.0.1'] as const;
const vrrp = '00:00:5e:00:01:07';

const eth0 = link('eth0', [address('10.0.0.1/24')], { mac: us });
const docker0 = link('docker0', [address('172.17.0.1/16')], { kind: 'bridge', mac: '02:42:00:00:00:01' });

interface Story {
  readonly frames: readonly HeardFields[];
  readonly names?: readonly NamedMachine[];
  /** What `ip link` shows at each look, the last from then on. */
  readonly looks?: readonly (readonly NativeLink[])[];
  readonly lost?: number;
  readonly on?: NativeLink;
}

function sessionOf({ frames, names = [], looks = [[eth0, docker0]], lost = 0, on = eth0 }: Story) {
  let look = 0;
  const listLinks = () => [...(looks[Math.min(look++, looks.length - 1)] ?? [])];
  const before = { links: listLinks(), neighbours: [] };
  const listened = { namespace: null, device: on, vlans: null } as ListenedLink;
  const session = openSession(
    { listLinks },
    () => before,
    [listened],
    names,
    () => lost,
  );
  for (const frame of frames) session.note(heardFrame(frame));
  return session;
}

/** What the report says in the end, an hour after the beginning. */
const findingsOf = (story: Story): Finding[] => sessionOf(story).diagnose(beginningMs + 3_600_000, true);

const kindsOf = (story: Story): string[] =>
  findingsOf(story).map(({ kind, ips, macs }) => `${kind} ${ips.join()} ${macs.join()}`);

describe('a healthy network', () => {
  test.each<[string, HeardFields[]]>([
    [
      'questions and answers',
      [
        request(a, '10.0.0.5', '10.0.0.1'),
        reply(us, '10.0.0.1', [a, '10.0.0.5'], { outgoing: true }),
        request(us, '10.0.0.1', '10.0.0.6', { outgoing: true, at: 2 }),
        reply(b, '10.0.0.6', usAt, { at: 2.1 }),
      ],
    ],
    [
      'an address that is probed for, announced and used',
      [
        probe(a, '10.0.0.5'),
        probe(a, '10.0.0.5', { at: 1 }),
        announcement(a, '10.0.0.5', { at: 4 }),
        request(a, '10.0.0.5', '10.0.0.1', { at: 5 }),
      ],
    ],
    [
      'a probe for an address that is taken, and what its owner says to it',
      [
        request(a, '10.0.0.5', '10.0.0.1'),
        probe(b, '10.0.0.5', { at: 1 }),
        reply(a, '10.0.0.5', [b, '0.0.0.0'], { at: 1.1 }),
      ],
    ],
    [
      'somebody who probes for one of our addresses',
      [probe(a, '10.0.0.1'), reply(us, '10.0.0.1', [a, '0.0.0.0'], { outgoing: true })],
    ],
    [
      'a router of VRRP, by its virtual and its own MAC',
      [
        announcement(vrrp, '10.0.0.254', { source: a }),
        request(a, '10.0.0.254', '10.0.0.5', { at: 1 }),
        reply(vrrp, '10.0.0.254', usAt, { at: 2, source: a }),
        request(a, '10.0.0.254', '10.0.0.5', { at: 3 }),
      ],
    ],
    [
      'a bond that gives each of its neighbours another slave (balance-alb)',
      [
        reply(a, '10.0.0.5', [c, '10.0.0.6']),
        reply(b, '10.0.0.5', ['02:00:00:00:00:0d', '10.0.0.7'], { at: 1 }),
        reply(a, '10.0.0.5', [c, '10.0.0.6'], { at: 2 }),
      ],
    ],
    [
      'a port that sends every frame back once (hairpin)',
      [1, 2, 3, 4].flatMap((at) => [
        request(us, '10.0.0.1', '10.0.0.9', { outgoing: true, at }),
        request(us, '10.0.0.1', '10.0.0.9', { at: at + 0.1 }),
      ]),
    ],
    [
      'a probe of our own that comes back',
      [probe(us, '10.0.0.9', { outgoing: true }), probe(us, '10.0.0.9')],
    ],
    [
      'a VLAN interface on top of this link',
      [
        request(us, '10.0.9.1', '10.0.9.2', { outgoing: true, vlan: 9 }),
        reply(a, '10.0.9.2', [us, '10.0.9.1'], { vlan: 9, at: 0.1 }),
      ],
    ],
  ])('is without findings: %s', (_, frames) => {
    expect(findingsOf({ frames })).toEqual([]);
  });

  test('is so where the same address is used in two VLANs', () => {
    const frames = [
      request(a, '10.0.0.5', '10.0.0.1', { vlan: 7 }),
      request(b, '10.0.0.5', '10.0.0.1', { vlan: 8, at: 1 }),
      request(a, '10.0.0.5', '10.0.0.1', { vlan: 7, at: 2 }),
      announcement(c, '10.0.0.1', { vlan: 8, at: 3 }),
    ];
    expect(findingsOf({ frames })).toEqual([]);
  });
});

describe('duplicate-address', () => {
  const question = request(us, '10.0.0.1', '10.0.0.5', { outgoing: true });
  const twoAnswers = [
    question,
    reply(a, '10.0.0.5', usAt, { at: 0.1 }),
    reply(b, '10.0.0.5', usAt, { at: 0.2 }),
  ];

  test('where two answer the same question', () => {
    const [finding] = findingsOf({ frames: twoAnswers });
    expect(finding).toMatchObject({
      kind: 'duplicate-address',
      severity: 'error',
      link: 0,
      ips: ['10.0.0.5'],
      macs: [a, b],
      evidence: {
        addresses: [{ answeredSameRequest: true, responders: [{ mac: a, frames: 1 }, { mac: b }] }],
      },
    });
    expect(finding?.message).toMatch(/^10\.0\.0\.5 is claimed by 2 machines on eth0: /);
  });

  test('where one speaks, another, and the first again as if nothing had been', () => {
    const frames = [a, b, a].map((mac, at) => request(mac, '10.0.0.5', '10.0.0.1', { at }));
    expect(kindsOf({ frames })).toEqual([`duplicate-address 10.0.0.5 ${a},${b}`]);
  });

  test('names only those that fight: who had the address before is left out', () => {
    const before = [announcement(c, '10.0.0.5', { at: -500 })];
    const frames = [...before, ...[a, b, a].map((mac, at) => request(mac, '10.0.0.5', '10.0.0.1', { at }))];
    expect(kindsOf({ frames })).toEqual([`duplicate-address 10.0.0.5 ${a},${b}`]);
  });

  test('is not forgotten, whatever comes after it', () => {
    const session = sessionOf({ frames: twoAnswers });
    const [early] = session.diagnose(beginningMs + 2000, false);
    for (let i = 1; i < 30; i++) {
      session.note(heardFrame(announcement(i % 2 ? c : vrrp, '10.0.0.5', { at: i * 100 })));
    }
    expect(session.diagnose(beginningMs + 4_000_000, true)).toContainEqual(early);
  });

  test('is arp-flux where both MACs are of one machine, by its name', () => {
    const parts = { netns: null, permanentMac: null, flags: [], master: null, addresses: null };
    const interfaces = [
      { ...parts, name: 'eth0', mac: a },
      { ...parts, name: 'eth1', mac: b },
    ];
    const [finding, ...others] = findingsOf({ frames: twoAnswers, names: [{ name: 'node-1', interfaces }] });
    expect(finding).toMatchObject({ kind: 'arp-flux', severity: 'warning', macs: [a, b] });
    expect(finding?.message).toContain('claimed on eth0 by 2 interfaces of one machine: node-1');
    expect(others).toEqual([]);
  });
});

describe('an address that changes hands', () => {
  test('has moved: both times and the gap', () => {
    const frames = [
      request(a, '10.0.0.5', '10.0.0.1', { at: 1 }),
      request(a, '10.0.0.5', '10.0.0.1', { at: 5 }),
      announcement(b, '10.0.0.5', { at: 20 }),
    ];
    const [finding, ...others] = findingsOf({ frames });
    expect(finding).toMatchObject({
      kind: 'address-moved',
      severity: 'info',
      macs: [a, b],
      evidence: { addresses: [{ ip: '10.0.0.5', moves: [{ from: a, to: b, gapMs: 15_000 }] }] },
    });
    expect(finding?.message).toContain('15 s later');
    expect(others).toEqual([]);
  });

  test('has moved only once it rests, unless it was announced', () => {
    const told = (frames: HeardFields[], atMs: number) =>
      sessionOf({ frames })
        .diagnose(beginningMs + atMs, false)
        .map(({ kind }) => kind);
    const first = request(a, '10.0.0.5', '10.0.0.1');
    expect(told([first, request(b, '10.0.0.5', '10.0.0.1', { at: 1 })], 3000)).toEqual([]);
    expect(told([first, request(b, '10.0.0.5', '10.0.0.1', { at: 1 })], 6500)).toEqual(['address-moved']);
    expect(told([first, announcement(b, '10.0.0.5', { at: 1 })], 1100)).toEqual(['address-moved']);
  });

  test('and back again with a failover has moved twice', () => {
    const frames = [a, b, a].map((mac, i) => announcement(mac, '10.0.0.5', { at: i * 10 }));
    expect(kindsOf({ frames })).toEqual([`address-moved 10.0.0.5 ${a},${b}`]);
  });

  test('again and again is flapping, and several that do so together are one finding', () => {
    const frames = [a, b, a, b].flatMap((mac, i) =>
      ['10.0.0.5', '10.0.0.6'].map((ip) => announcement(mac, ip, { at: i * 10 })),
    );
    const [finding, ...others] = findingsOf({ frames });
    expect(finding).toMatchObject({ kind: 'flapping', severity: 'error', ips: ['10.0.0.5', '10.0.0.6'] });
    expect(others).toEqual([]);
  });
});

describe('an address of ours', () => {
  const claim = announcement(a, '10.0.0.1', { at: 60 });
  const claims = [`claims-our-address 10.0.0.1 ${a}`];
  const without = [{ ...eth0, addresses: [] }, docker0];

  test('that somebody else speaks for', () => {
    expect(kindsOf({ frames: [claim] })).toEqual(claims);
  });

  test('is not claimed by our own other interfaces', () => {
    const eth1 = link('eth1', [], { mac: a });
    expect(kindsOf({ frames: [claim], looks: [[eth0, eth1]] })).toEqual([]);
  });

  test('that we give up in a failover is not claimed, and one that we have just taken neither', () => {
    expect(kindsOf({ frames: [claim], looks: [[eth0, docker0], without] })).toEqual([]);
    const session = sessionOf({ frames: [], looks: [without, [eth0, docker0]] });
    session.diagnose(beginningMs + 59_500, false);
    session.note(heardFrame(claim));
    expect(session.diagnose(beginningMs + 120_000, true)).toEqual([]);
    session.note(heardFrame(announcement(a, '10.0.0.1', { at: 130 })));
    expect(session.diagnose(beginningMs + 140_000, true)).toMatchObject([{ kind: 'claims-our-address' }]);
  });

  test('is judged a second after the claim, when a failover is over', () => {
    const session = sessionOf({ frames: [claim] });
    expect(session.diagnose(beginningMs + 60_500, false)).toEqual([]);
    expect(session.diagnose(beginningMs + 62_000, false)).toMatchObject([{ kind: 'claims-our-address' }]);
  });

  test('on another interface is shadowed', () => {
    const frames = [request(a, '172.17.0.1', '172.17.0.9')];
    const [finding, ...others] = findingsOf({ frames });
    expect(finding).toMatchObject({ kind: 'shadowed-address', ips: ['172.17.0.1'], macs: [a] });
    expect(finding?.message).toContain('for which another machine speaks on eth0');
    expect(others).toEqual([]);
  });

  test('of a load balancer’s service is not, for its node speaks for itself as well', () => {
    const parked = link('kube-ipvs0', [address('10.0.0.80/32')], { flags: ['NOARP'], kind: 'dummy' });
    const frames = [announcement(a, '10.0.0.80'), announcement(a, '10.0.0.8')];
    expect(kindsOf({ frames, looks: [[eth0, parked]] })).toEqual([]);
  });
});

describe('our own MAC', () => {
  const asked = request(us, '10.0.0.1', '10.0.0.9', { outgoing: true });
  const copies = (count: number, more: object = {}) =>
    Array.from({ length: count }, (_, i) => request(us, '10.0.0.1', '10.0.0.9', { at: 0.1 * i, ...more }));

  test('comes back by a loop', () => {
    const [finding, ...others] = findingsOf({ frames: [asked, ...copies(9)] });
    expect(finding).toMatchObject({ kind: 'own-mac-on-wire', severity: 'error', evidence: { copies: 9 } });
    expect(finding?.message).toContain('it asked 1 time and heard itself 9 times');
    expect(others).toEqual([]);
  });

  test('is believed to have asked more often where frames were lost here', () => {
    const both = (n: number) => [...Array(n).fill(asked), ...copies(n + 8)];
    expect(kindsOf({ frames: both(20), lost: 100 })).toEqual([]);
    expect(kindsOf({ frames: both(20), lost: 0 })).toEqual([`own-mac-on-wire  ${us}`]);
    expect(kindsOf({ frames: both(2), lost: 100 })).toEqual([`own-mac-on-wire  ${us}`]);
  });

  test('comes back in another VLAN', () => {
    const [finding] = findingsOf({ frames: [asked, ...copies(1, { vlan: 7 })] });
    expect(finding).toMatchObject({ kind: 'own-mac-on-wire', severity: 'warning', evidence: { vlans: [7] } });
  });

  test('is used by another machine', () => {
    expect(kindsOf({ frames: [request(us, '10.0.0.77', '10.0.0.9')] })).toEqual([
      `own-mac-on-wire 10.0.0.77 ${us}`,
    ]);
  });

  test('gets its answer in another VLAN', () => {
    const frames = [asked, reply(a, '10.0.0.9', usAt, { vlan: 7, at: 0.1 })];
    expect(kindsOf({ frames })).toEqual([`other-vlan 10.0.0.9 ${a}`]);
  });
});

test('sender-mismatch: frames that come from another MAC than they name', () => {
  const [finding, ...others] = findingsOf({ frames: [request(a, '10.0.0.5', '10.0.0.1', { source: b })] });
  expect(finding).toMatchObject({ kind: 'sender-mismatch', severity: 'info', macs: [b, a] });
  expect(finding?.message).toMatch(/^The frames for 10\.0\.0\.5 on eth0 come from /);
  expect(others).toEqual([]);
});
