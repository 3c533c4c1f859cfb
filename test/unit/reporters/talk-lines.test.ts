import { describe, expect, it } from 'vitest';
import type { AnnounceResult } from '../../../src/announce/announce-api.js';
import type { DadResult } from '../../../src/dad/dad-api.js';
import type { PingedAddress, PingReply } from '../../../src/ping/ping-api.js';
import { announceLines, dadLine } from '../../../src/reporters/claim-lines.js';
import { pingLines, replyLine } from '../../../src/reporters/ping-lines.js';

const A = '52:54:00:00:00:0a';
const B = '00:50:56:00:00:0b';
const place = { ip: '10.0.0.5', interface: 'eth0', netns: null, vlan: null };
const at = '2026-01-01T00:00:00.000Z';

describe('a reply', () => {
  const reply: PingReply = { ...place, mac: A, rttMs: 0.712, at, responder: 1 };

  it.each<[PingReply, string]>([
    [reply, `reply from 10.0.0.5 [${A}]  0.712 ms`],
    [{ ...reply, rttMs: 12 }, `reply from 10.0.0.5 [${A}]  12.000 ms`],
    [{ ...reply, rttMs: null }, `reply from 10.0.0.5 [${A}]  time not known`],
    [{ ...reply, responder: 3 }, `reply from 10.0.0.5 [${A}]  0.712 ms  another MAC (3)`],
  ])('reads as it should', (heard, line) => {
    expect(replyLine(heard, false)).toBe(line);
  });

  it('names its link where there are several', () => {
    expect(replyLine({ ...reply, vlan: 7 }, true)).toBe(`reply from 10.0.0.5 [${A}] on eth0@7  0.712 ms`);
  });
});

describe('the statistics of an address', () => {
  const pinged: PingedAddress = {
    ...place,
    sourceIp: '10.0.0.1',
    self: false,
    sent: 1200,
    unsent: 0,
    refusals: {},
    answered: 0,
    responders: [],
  };
  const linesOf = (address: PingedAddress) =>
    pingLines({ outcome: 'complete', lost: 0, addresses: [address] });

  it('say who asked, how often, and who answered', () => {
    expect(linesOf(pinged)).toEqual(['10.0.0.5 on eth0, asked from 10.0.0.1: 1,200 sent, 0 answered']);
    const rttMs = { min: 1, average: 2, median: 3, p99: 4, max: 5, deviation: 0.5 };
    const responders = [
      { mac: A, vendor: null, replies: 1200, rttMs },
      { mac: B, vendor: 'VMware, Inc.\x1b[2J', replies: 1, rttMs: null },
    ];
    expect(linesOf({ ...pinged, netns: 'far', vlan: 7, answered: 1200, responders })).toEqual([
      '10.0.0.5 on far:eth0@7, asked from 10.0.0.1: 1,200 sent, 1,200 answered',
      `  ${A}: 1,200 replies, min/avg/median/p99/max/deviation 1.000/2.000/3.000/4.000/5.000/0.500 ms`,
      `  ${B} (VMware, Inc.[2J): 1 reply`,
    ]);
  });

  it('say what could not be sent, and why', () => {
    const refusals = { ENOBUFS: 2, ENXIO: 1 };
    expect(linesOf({ ...pinged, sourceIp: null, self: true, sent: 1, unsent: 4, refusals })).toEqual([
      '10.0.0.5 on eth0, asked by probe, which this machine has itself: 1 sent, 4 could not be sent (ENOBUFS 2 times, ENXIO once, 1 not seen leaving), 0 answered',
    ]);
  });
});

describe('a verdict', () => {
  const free: DadResult = {
    ...place,
    verdict: 'free',
    claimants: [],
    heldOn: [],
    probesSent: 3,
    probes: 3,
    doubt: null,
    refusal: null,
  };
  const claimants = [
    { mac: B, vendor: 'VMware, Inc.', kind: 'holder', at },
    { mac: A, vendor: null, kind: 'probe', at },
  ] as const;
  const unknown: DadResult = { ...free, verdict: 'unknown', probesSent: 1 };

  it.each<[DadResult, string]>([
    [free, 'is free'],
    [
      { ...free, verdict: 'own', heldOn: ['lo', 'eth0'] },
      'is held by this machine (lo and eth0), and nobody else claims it',
    ],
    [
      { ...free, verdict: 'taken', claimants },
      `is taken: ${B} (VMware, Inc.) has it and ${A} is about to take it`,
    ],
    [
      { ...free, verdict: 'taken', claimants: [claimants[1]], heldOn: ['eth0'] },
      `is held by this machine (eth0), and taken: ${A} is about to take it`,
    ],
    [
      { ...unknown, doubt: 'send-refused', refusal: 'ENOBUFS' },
      'is not known to be free: a probe was refused with ENOBUFS, 1 of 3 probes left',
    ],
    [{ ...unknown, doubt: 'not-sent' }, 'is not known to be free: only 1 of 3 probes left'],
    [{ ...unknown, doubt: 'link-down' }, 'is not known to be free: the link was down'],
    [{ ...unknown, doubt: 'link-gone' }, 'is not known to be free: the interface is gone'],
    [{ ...unknown, doubt: 'interrupted' }, 'is not known to be free: interrupted'],
    [
      { ...unknown, doubt: 'frames-lost', heldOn: ['eth0'] },
      'is held by this machine (eth0), and whether by others is not known: frames came faster than they could be read here',
    ],
  ])('reads as it should', (result, line) => {
    expect(dadLine(result)).toBe(`10.0.0.5 on eth0 ${line}`);
  });
});

describe('an announcement', () => {
  const announced: AnnounceResult = { ...place, mac: A, sent: 2, count: 2, refusal: null, claimants: [] };

  it.each<[AnnounceResult, string[]]>([
    [announced, ['announced on eth0 2 times']],
    [{ ...announced, sent: 1, count: 1 }, ['announced on eth0 once']],
    [{ ...announced, sent: 1 }, ['announced on eth0 once of 2, the others did not leave']],
    [
      { ...announced, sent: 0, refusal: 'ENETDOWN' },
      ['announced on eth0 0 times of 2, the others did not leave (ENETDOWN)'],
    ],
    [
      { ...announced, claimants: [{ mac: B, vendor: null, kind: 'holder', at }] },
      ['announced on eth0 2 times', `  but ${B} has it`],
    ],
  ])('reads as it should', (result, [line, ...more]) => {
    expect(announceLines(result)).toEqual([`10.0.0.5 is at ${A}: ${line}`, ...more]);
  });
});
