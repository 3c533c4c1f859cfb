/** What a bad wire of the lab does, by tcpdump: every test of a lossy sweep rests on it. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createLab, type Host, type Lab } from '../../src/lab/lab.js';
import { arpFrame, NO_MAC, REPLY, REQUEST, type ReadArp, readArp } from '../support/arp-frames.js';
import { capture } from '../support/capture.js';
import { inject } from '../support/inject.js';
import { waitFor } from '../support/wait-for.js';

/** The longest tick of a Linux kernel (100 Hz): sets of nftables and proxies count time in ticks. */
const TICK_MS = 10;
const ASKER = { sha: '02:00:00:00:00:99', spa: '10.98.0.9' };
const FIRST = '10.99.0.1';
const SECOND = '10.99.0.2';

let lab: Lab;
let host: Host;
beforeAll(async () => {
  lab = await createLab();
  ({ host } = await lab.pair('eth0', { address: '10.98.0.2/15' }, 'h1', { answersFor: ['10.99.0.0/16'] }));
});
afterEach(async () => {
  await Promise.all([
    host.dropShare(0),
    host.dropShareOf([], 0),
    host.dropReplies(0),
    host.police(Infinity),
    host.stormControl(Infinity, 0),
    host.lossBursts(Infinity, 0),
    host.answerAtMost(Infinity),
    host.answerLate([], 0),
  ]);
  expect((await host.run(['nft', 'list', 'ruleset'])).stdout).toBe('');
});
afterAll(() => lab.remove());

function request(tpa: string, tha = NO_MAC): Buffer {
  return arpFrame({ operation: REQUEST, ...ASKER, tha, tpa });
}

const times = <T>(count: number, item: (i: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => item(i));

interface Exchange {
  /** In the order of the wire, as are the answers. */
  readonly asked: readonly ReadArp[];
  readonly answered: readonly ReadArp[];
}

/** Sends frames without a pause, about 30 a ms, and resolves to what our end saw of them and of their answers. */
async function exchange(frames: readonly Buffer[], expectedAnswers = 0): Promise<Exchange> {
  const witness = await capture(null, 'eth0', 'arp');
  await inject(null, 'eth0', frames);
  await waitFor(() => witness.frames().length >= frames.length + expectedAnswers, {
    what: 'the requests and their answers',
    intervalMs: 50,
  });
  const seen = (await witness.stop()).map(readArp);
  const asked = seen.filter(({ operation }) => operation === REQUEST);
  expect(asked).toHaveLength(frames.length);
  return { asked, answered: seen.filter(({ operation }) => operation === REPLY) };
}

const answersOf = (ip: string, { answered }: Exchange) => answered.filter(({ spa }) => spa === ip);

/** Five standard deviations on either side of a binomial's mean: chance fails one run in a million. */
function expectShare(hits: number, trials: number, share: number): void {
  expect(Math.abs(hits - trials * share)).toBeLessThan(5 * Math.sqrt(trials * share * (1 - share)));
}

describe('loss at random', () => {
  const FRAMES = 4000;
  const requests = times(FRAMES, () => request(FIRST));

  it.each([
    ['of what comes in', () => host.dropShare(30)],
    ['of the replies', () => host.dropReplies(30)],
  ])('%s is of the share that was set', async (_, set) => {
    await set();
    const { answered } = await exchange(requests);
    expectShare(answered.length, FRAMES, 0.7);
    const dropped = await host.droppedFrames();
    // The witness ends with a frame of its own.
    expect(dropped - (FRAMES - answered.length)).toBeOneOf([0, 1]);
  });

  it('is total at 100 %, and each condition is ended alone', async () => {
    await host.dropShare(100);
    await host.dropReplies(100);
    expect((await exchange(requests.slice(0, 20))).answered).toEqual([]);
    await host.dropShare(0);
    expect((await exchange(requests.slice(0, 20))).answered).toEqual([]);
    await host.dropReplies(0);
    expect((await exchange(requests.slice(0, 20))).answered).toHaveLength(20);
  });

  it('at both ends is lost twice', async () => {
    await host.dropShare(50);
    await host.dropReplies(40);
    expectShare((await exchange(requests)).answered.length, FRAMES, 0.3);
  });

  it('of some hosts spares the others', async () => {
    await host.dropShareOf([FIRST, '10.99.8.0/24'], 50);
    const seen = await exchange(times(6000, (i) => request([FIRST, SECOND, '10.99.8.77'][i % 3] ?? '')));
    expectShare(answersOf(FIRST, seen).length, 2000, 0.5);
    expectShare(answersOf('10.99.8.77', seen).length, 2000, 0.5);
    expect(answersOf(SECOND, seen)).toHaveLength(2000);
  });
});

describe('a policer', () => {
  it.each([5, 100])('lets a burst of %i pass at once', async (burst) => {
    // Five is also nft's default.
    await (burst === 5 ? host.police(1) : host.police(1, burst));
    const { answered } = await exchange(times(400, () => request(FIRST)));
    expect(answered.length).toBeGreaterThanOrEqual(burst);
    expect(answered.length).toBeLessThan(burst + 10);
  });

  it('holds the rate', async () => {
    // A bucket that is not full again before a pause of the sender is over: what overflows would be missing.
    await host.police(2000, 400);
    const { asked, answered } = await exchange(times(10_000, () => request(FIRST)));
    const seconds = ((asked.at(-1)?.timeMs ?? 0) - (asked[0]?.timeMs ?? 0)) / 1000;
    expect(answered.length / (400 + 2000 * seconds)).toBeCloseTo(1, 1);
  });
});

// A busy machine may let a window pass without a frame.
describe('storm control', { retry: 2 }, () => {
  it('lets so many broadcasts pass in each window and drops the rest', async () => {
    const windowMs = 40;
    await host.stormControl(20, windowMs);
    const { answered } = await exchange(times(60_000, () => request(FIRST)));

    const windows: { readonly fromMs: number; count: number }[] = [];
    for (const { timeMs } of answered) {
      const window = windows.at(-1);
      if (window && timeMs < window.fromMs + windowMs - TICK_MS) window.count += 1;
      else windows.push({ fromMs: timeMs, count: 1 });
    }
    // The last one ended when we did.
    const whole = windows.slice(0, -1);
    expect(whole.length).toBeGreaterThan(2);
    expect(whole.map(({ count }) => count)).toEqual(whole.map(() => 20));
  });

  it('spares unicast', async () => {
    await host.stormControl(5, 60_000);
    const { answered } = await exchange([
      ...times(10, () => request(FIRST)),
      ...times(10, () => request(SECOND, host.mac)),
    ]);
    expect(answered.map(({ spa }) => spa)).toEqual([...times(5, () => FIRST), ...times(10, () => SECOND)]);
  });
});

describe('bursts of loss', () => {
  it('are total, and no longer than was set', async () => {
    // The calms before the first four bursts of this seed are long, and no pause of the sender hides one of them.
    await host.lossBursts(100, 20, 17);
    const seen = await exchange(times(40_000, (i) => request(`10.99.${i >> 8}.${i & 0xff}`)));
    const heard = new Set(seen.answered.map(({ spa }) => spa));
    const start = seen.asked[0]?.timeMs ?? 0;
    const early = seen.asked.filter(({ timeMs }) => timeMs < start + 270);

    const losses: { readonly fromMs: number; toMs: number }[] = [];
    let loss: { readonly fromMs: number; toMs: number } | undefined;
    for (const { tpa, timeMs } of early) {
      if (heard.has(tpa)) loss = undefined;
      else if (loss) loss.toMs = timeMs;
      else {
        loss = { fromMs: timeMs, toMs: timeMs };
        losses.push(loss);
      }
    }
    expect(losses.length).toBeGreaterThan(2);
    for (const { fromMs, toMs } of losses) expect(toMs - fromMs).toBeLessThan(20 + TICK_MS);
    const lost = early.filter(({ tpa }) => !heard.has(tpa)).length;
    expect(lost / early.length).toBeGreaterThan(0.1);
  });

  it('come at random moments that follow from the seed, as often as was set', async () => {
    const calmsOf = async (seed: number) => {
      await host.lossBursts(250, 50, seed);
      const { stdout } = await host.run(['nft', 'list', 'table', 'netdev', 'bursts']);
      return [...stdout.matchAll(/add @calm \{ meta mark timeout (?:(\d+)s)?(?:(\d+)ms)? \}/g)].map(
        ([, seconds = 0, milliseconds = 0]) => Number(seconds) * 1000 + Number(milliseconds),
      );
    };
    const calms = await calmsOf(1);
    const mean = calms.reduce((sum, ms) => sum + ms) / calms.length;
    expect(mean).toBeGreaterThan(200 - TICK_MS);
    expect(mean).toBeLessThanOrEqual(200);
    // Exponential: a share of 1/e is longer than the mean.
    expectShare(calms.filter((ms) => ms > 200).length, calms.length, Math.exp(-1));
    expect(await calmsOf(1)).toEqual(calms);
    expect(await calmsOf(2)).not.toEqual(calms);
  });
});

describe('a host', () => {
  it('that answers so often a second does so for each of its addresses', async () => {
    await host.answerAtMost(50);
    const seen = await exchange(times(20_000, (i) => request(i % 2 === 0 ? FIRST : SECOND)));
    for (const ip of [FIRST, SECOND]) {
      const at = answersOf(ip, seen).map(({ timeMs }) => timeMs);
      expect(at.length).toBeGreaterThan(4);
      for (const [i, timeMs] of at.slice(1).entries()) expect(timeMs - (at[i] ?? 0)).toBeGreaterThan(19);
    }
  });

  describe('that answers late', () => {
    const late = times(40, (i) => `10.99.9.${i}`);
    const answeredTo = async (targets: readonly string[], mac?: string) => {
      const { answered } = await exchange(
        targets.map((ip) => request(ip, mac)),
        targets.length,
      );
      return answered.map(({ spa }) => spa);
    };

    it('takes a random time, up to the one set, for each broadcast request', async () => {
      await host.answerLate(late, 300);
      const { asked, answered } = await exchange(
        [...late, FIRST].map((ip) => request(ip)),
        late.length + 1,
      );
      const askedAt = new Map(asked.map(({ tpa, timeMs }) => [tpa, timeMs]));
      const delays = answered.map(({ spa, timeMs }) => ({
        spa,
        ms: timeMs - (askedAt.get(spa) ?? Number.NaN),
      }));

      // It has been asked last of all.
      const after = delays.slice(delays.findIndex(({ spa }) => spa === FIRST) + 1);
      expect(after.length).toBeGreaterThan(late.length / 2);
      for (const { ms } of delays) expect(ms).toBeLessThan(400);
      expectShare(delays.filter(({ ms }) => ms > 150).length, late.length, 0.5);
    });

    it('does so for no other address, nor for unicast, nor any longer than it is set', async () => {
      const others = times(40, (i) => `10.99.10.${i}`);
      await host.answerLate(late, 300);
      // What is answered at once is answered in the order of the requests; late answers come in another.
      expect(await answeredTo(late)).not.toEqual(late);
      expect(await answeredTo(late, host.mac)).toEqual(late);
      expect(await answeredTo(others)).toEqual(others);
      await host.answerLate(others, 300);
      expect(await answeredTo(late)).toEqual(late);
      expect(await answeredTo(others)).not.toEqual(others);
    });
  });
});
