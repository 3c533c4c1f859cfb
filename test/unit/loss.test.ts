import { describe, expect, it } from 'vitest';
import type { NotedHost, SweepFacts, WireFacts } from '../../src/findings/context.js';
import { diagnoseLoss } from '../../src/findings/loss.js';
import {
  addresses,
  facts as factsOf,
  host,
  linkFacts,
  mac,
  responder,
  statistics,
  stray,
} from '../support/sweep-facts.js';

interface Wire extends Partial<Omit<WireFacts, 'statistics'>> {
  readonly lost?: number;
  readonly missed?: number | null;
  readonly tooFew?: boolean;
}

function wire({ lost = 0, pilots = 300, missed = 0.0042, tooFew = false, ...rest }: Wire): WireFacts {
  return {
    statistics: {
      ...statistics,
      lossEstimate: tooFew ? null : lost / pilots,
      expectedMissedAtLeast: tooFew ? null : missed,
    },
    regulation: 'auto',
    pilots,
    pilotsLost: lost,
    limit: null,
    askedAgain: 0,
    ...rest,
  };
}

/** So many hosts, each a machine of its own unless it is said whose; of the questions for one, so many were answered. */
const asked = 5;
const hosts = (count: number, replies: number, first = 1, of?: string) =>
  addresses(count, first).map((ip, i) => host(ip, [responder(of ?? mac(first + i), { replies })], { asked }));

/** Twenty hosts, which left a question unanswered each. */
function facts(...wires: WireFacts[]): SweepFacts {
  return factsOf(hosts(20, 4), { wires });
}

const isFound = (each: Wire) => diagnoseLoss(facts(wire(each))).length === 1;
const message = (each: Wire) => diagnoseLoss(facts(wire(each)))[0]?.message;

describe('loss at any rate', () => {
  it.each([
    [0, 20, false],
    [1, 20, false],
    [2, 20, false],
    [3, 20, true],
    [3, 100, false],
    [5, 100, true],
    [2, 600, false],
    [10, 600, false],
    [20, 600, true],
    [1000, 100_000, false],
    [1200, 100_000, true],
    [20, 20, true],
  ])('of %d pilots of %d: found is %j', (lost, pilots, found) => {
    expect(isFound({ lost, pilots })).toBe(found);
  });

  it('is not claimed where too few answered to tell', () => {
    expect(isFound({ lost: 3, pilots: 4, tooFew: true })).toBe(false);
    expect(diagnoseLoss(facts(wire({ pilots: 0, tooFew: true })))).toEqual([]);
  });

  it('is not claimed of a wire that a loop fills', () => {
    const looping = linkFacts({ strays: [stray('returned', { count: 100 })] });
    const wires = [wire({ lost: 20, pilots: 20 })];
    expect(diagnoseLoss({ ...facts(...wires), links: [looping] })).toEqual([]);
    expect(diagnoseLoss(facts(...wires))).toHaveLength(1);
  });

  const tenth = { wires: [wire({ lost: 6, pilots: 60 })] };
  const isSeenIn = (of: NotedHost[], more: Partial<SweepFacts> = {}) =>
    diagnoseLoss(factsOf(of, { ...tenth, ...more })).length === 1;

  it('is not seen in one host of several that stopped to answer, but in the only one', () => {
    expect(isSeenIn([...hosts(1, 4), ...hosts(19, 5, 2)])).toBe(false);
    expect(isSeenIn([...hosts(2, 4), ...hosts(18, 5, 3)])).toBe(true);
    expect(isSeenIn(hosts(1, 4))).toBe(true);
  });

  it('is not seen in one machine of many addresses, unless too little was asked of the others', () => {
    const often = hosts(20, 4, 1, mac(99));
    expect(isSeenIn([...often, ...hosts(20, 5, 21)])).toBe(false);
    // A wire that loses a tenth lets ten questions pass in one of three cases, and a hundred in none.
    expect(isSeenIn([...often, ...hosts(2, 5, 21)])).toBe(true);
    expect(isSeenIn(often)).toBe(true);
    expect(isSeenIn([...often, ...hosts(1, 4, 21)])).toBe(true);
  });

  it('is not seen in what a proxy left unanswered', () => {
    const proxied = hosts(20, 4, 1, mac(99));
    const proxies = [{ link: 0, mac: mac(99), proxied, own: [] }];
    const local = hosts(2, 5, 21);
    expect(isSeenIn([...proxied, ...local], { proxies })).toBe(false);
    expect(isSeenIn(proxied, { proxies })).toBe(false);
    expect(isSeenIn([...proxied, ...local, ...hosts(2, 4, 23)], { proxies })).toBe(true);
  });

  it('is not of the wire where nobody had an address while it moved', () => {
    const both = [1, 2].map((each) => responder(mac(each), { replies: 2 }));
    const moved = host('10.0.0.9', both, { asked });
    expect(isSeenIn([moved])).toBe(false);
    expect(isSeenIn([{ ...moved, sameRequest: true }])).toBe(true);
  });
});

describe('chance', () => {
  /** Mulberry32: numbers from 0 to 1 that follow from the seed. */
  function random(seed: number): () => number {
    let state = seed;
    return () => {
      state = (state + 0x6d2b79f5) | 0;
      let mixed = Math.imul(state ^ (state >>> 15), state | 1);
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    };
  }

  /** In which share of 2,000 sweeps over such a wire there is a finding. */
  function found(share: number, pilots: number): number {
    const next = random(7);
    const sweeps = 2000;
    let count = 0;
    for (let sweep = 0; sweep < sweeps; sweep++) {
      let lost = 0;
      for (let pilot = 0; pilot < pilots; pilot++) if (next() < share) lost++;
      if (isFound({ lost, pilots })) count++;
    }
    return count / sweeps;
  }

  it.each([20, 100, 600])('makes a finding of a healthy wire in no sweep with %d pilots', (pilots) => {
    expect(found(0.001, pilots)).toBe(0);
  });

  it.each([20, 100, 600])(
    'makes one of a wire that loses 1 % in less than a twentieth, with %d pilots',
    (pilots) => {
      expect(found(0.01, pilots)).toBeLessThan(0.05);
    },
  );

  it('hides a tenth lost in hardly a sweep with 300 pilots', () => {
    expect(found(0.1, 300)).toBeGreaterThan(0.99);
  });
});

describe('loss above a limit', () => {
  it.each([
    [15, true],
    [2000, true],
    [20_000, true],
    // More than 100 Mbit/s carries: any network has such a limit.
    [400_000, false],
  ])('of %d frames/s: found is %j', (limit, found) => {
    expect(isFound({ limit })).toBe(found);
  });

  it('is found though too few answered to tell how much is lost below it', () => {
    expect(message({ limit: 2000, pilots: 4, tooFew: true })).toContain(
      'with too few answers to tell how many hosts are missed',
    );
  });
});

describe('the message', () => {
  it('of loss at any rate says how much, that the rate did not matter, and where to look', () => {
    expect(message({ lost: 31, pilots: 301 })).toBe(
      'eth0 loses 10.3 % of the questions or their answers: 31 of 301 requests to hosts that had answered before ' +
        'stayed unanswered. That was not seen to grow with the rate, so the sweep did not slow down; it asked in ' +
        '5 passes, with no host expected to be missed. Look at the error counters of the switch ports, at cabling and ' +
        'duplex, at Wi-Fi reception and at hosts too busy to answer.',
    );
  });

  it('of loss above a limit says what the sweep did about it, and how to stay below', () => {
    expect(message({ limit: 1987, askedAgain: 38_112, missed: 1.26 })).toBe(
      'eth0 loses requests above about 2,000 frames/s. The sweep slowed to less than that, sent 38,112 requests again ' +
        'that may have been lost, and asked in 5 passes, with at least 1.3 hosts expected to be missed. Look at the ' +
        'policers, storm control, ARP inspection and CPU protection of the switches; --rate auto:1800 stays below the ' +
        'limit from the start.',
    );
  });

  it('of both is one finding', () => {
    const text = message({ lost: 90, pilots: 300, limit: 20_400, askedAgain: 1 });
    expect(text).toContain(
      'eth0 loses 30.0 % of the questions or their answers at any rate (90 of 300 requests ',
    );
    expect(text).toContain(' stayed unanswered) and more above about 20,000 frames/s. The sweep slowed to ');
    expect(text).toContain('sent 1 request again');
    expect(text).toMatch(
      /Look at the policers, .*, for the rest at the error counters .*; --rate auto:18000 /,
    );
  });

  it('of a sweep that could not slow down advises to let it', () => {
    const text = message({ lost: 200, pilots: 300, regulation: 'fixed' });
    expect(text).toContain(
      'At its fixed rate, 1,843/s, the sweep could not tell whether that grows with the rate',
    );
    expect(text).toContain('Sweep with --rate auto, ');
  });

  it('of a sweep with a rate that auto would not lower does not advise it', () => {
    const text = message({ lost: 200, pilots: 300, regulation: 'fixed-low' });
    expect(text).toContain('At its fixed rate, ');
    expect(text).not.toContain('--rate');
  });
});

it('has plain facts as evidence, and belongs to its link', () => {
  const findings = diagnoseLoss(facts(wire({}), wire({ lost: 30, limit: 2000, askedAgain: 512 })));
  expect(findings).toMatchObject([
    {
      kind: 'loss',
      severity: 'warning',
      link: 1,
      ips: [],
      macs: [],
      evidence: {
        pilots: 300,
        lost: 30,
        lossEstimate: 0.1,
        limit: 2000,
        rate: 1843,
        passes: 5,
        askedAgain: 512,
        expectedMissedAtLeast: 0.0042,
      },
    },
  ]);
  expect(findings[0]?.message).toMatch(/^eth1 /);
});
