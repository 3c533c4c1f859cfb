/** In which order and how fast the questions leave, by tcpdump's own times. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLab, type Host, type Lab, type Link } from '../../src/lab/lab.js';
import { NO_IP, questionsOf, type ReadArp } from '../support/arp-frames.js';
import { capture } from '../support/capture.js';
import { startCli } from '../support/sweep-cli.js';
import { waitFor } from '../support/wait-for.js';
import { witnessedSweep } from '../support/witnessed-sweep.js';

const OUR_IP = '10.0.0.2';
const TARGETS = '10.0.0.0/24';

let lab: Lab;
let link: Link;
let host: Host;
beforeAll(async () => {
  lab = await createLab();
  ({ link, host } = await lab.pair('eth0', { address: `${OUR_IP}/24` }, 'neighbour', {
    addresses: ['10.0.0.7/24'],
  }));
});
afterAll(() => lab.remove());

/** Last octets of what was requested, in the order of the wire. */
const order = (questions: readonly ReadArp[]) =>
  questions.filter(({ spa }) => spa !== NO_IP).map(({ tpa }) => Number(tpa.split('.')[3]));

const inOrder = Array.from({ length: 256 }, (_, i) => i).filter((octet) => octet !== 2);

/** From the first frame to the last. */
function spanMs(questions: readonly ReadArp[]): number {
  return (questions.at(-1)?.timeMs ?? 0) - (questions[0]?.timeMs ?? 0);
}

/** The most frames within any so many ms. */
function busiest(questions: readonly ReadArp[], windowMs: number): number {
  const counts = questions.map(
    (first, i) => questions.slice(i).filter(({ timeMs }) => timeMs < first.timeMs + windowMs).length,
  );
  return Math.max(...counts);
}

describe('the order', () => {
  const ask = async (options: { order?: 'random' | 'sequential'; seed?: number }) =>
    order((await witnessedSweep(host, TARGETS, { passes: 1, ...options })).questions);

  test('sequential is that of the addresses', async () => {
    expect(await ask({ order: 'sequential' })).toEqual(inOrder);
  });

  test('is random otherwise, without omission or repetition', async () => {
    const asked = await ask({});
    expect(asked).not.toEqual(inOrder);
    expect(asked.toSorted((a, b) => a - b)).toEqual(inOrder);
  });

  test('follows from the seed', async () => {
    const first = await ask({ seed: 7 });
    expect(await ask({ seed: 7 })).toEqual(first);
    const other = await ask({ seed: 8 });
    expect(other).not.toEqual(first);
    expect(other.toSorted((a, b) => a - b)).toEqual(inOrder);
  });
});

describe('the pace', () => {
  test('is the rate that was asked for, from the first frame on', async () => {
    const rate = 500;
    const { questions } = await witnessedSweep(host, TARGETS, { passes: 1, rate });
    expect(questions).toHaveLength(256);
    const nominalMs = ((questions.length - 1) / rate) * 1000;
    expect(spanMs(questions)).toBeGreaterThan(0.9 * nominalMs);
    // A busy machine may hold the sender up, and what a pause left unsent is forfeited.
    expect(spanMs(questions)).toBeLessThan(3 * nominalMs);
    // 50 in a hundred ms, what may be made up for after a late wake-up, and half as much again for the witness.
    expect(busiest(questions, 100)).toBeLessThan(75);
  });

  test('of a /24 on a wired link is one burst by default', async () => {
    const { questions } = await witnessedSweep(host, TARGETS, { passes: 1 });
    expect(questions).toHaveLength(256);
    expect(spanMs(questions)).toBeLessThan(200);
  });

  test('of the profile dai is ten a second without a burst', async () => {
    const { questions } = await witnessedSweep(host, '10.0.0.10-15', { passes: 1, profile: 'dai' });
    expect(questions).toHaveLength(7);
    // 100 ms from one to the next; a late wake-up takes the frame after it at most 5 ms closer.
    expect(spanMs(questions)).toBeGreaterThan(550);
    expect(busiest(questions, 50)).toBe(1);
  });

  // Retried: whatever else keeps the processors busy delays the sender.
  test('of 5,000 a second is even, and no higher after a pause', {
    retry: 2,
  }, async () => {
    const nominalMs = 1000 / 5000;
    const witness = await capture(host, host.interface);
    const asked = () => questionsOf(witness.frames(), link.mac);
    const reached = (count: number) =>
      waitFor(() => witness.frames().length >= count, { what: `${count} questions` });
    const { child, result } = startCli(['-I', 'eth0', '--off-link', '10.77.0.0/16', '-r', '5000']);
    await reached(6000);
    child.kill('SIGSTOP');
    const pausedAt = performance.now();
    await waitFor(() => performance.now() - pausedAt > 500, { what: 'half a second' });
    const before = asked().length;
    child.kill('SIGCONT');
    await reached(before + 1000);
    child.kill('SIGINT');
    expect((await result).status).toBe(130);
    await witness.stop();

    const times = asked().map(({ timeMs }) => timeMs);
    const gaps = times.slice(1).map((time, i) => time - (times[i] ?? time));
    const off = gaps.slice(1000, 6000).map((gap) => Math.abs(gap - nominalMs));
    expect(off.toSorted((a, b) => a - b)[Math.floor(0.99 * off.length)]).toBeLessThan(2);
    // It did stand still; what it did not send meanwhile would be 2500 frames, of which 25 may be made up for.
    expect(Math.max(...gaps)).toBeGreaterThan(400);
    expect(busiest(asked().slice(before - 1), 10)).toBeLessThan(2 * (10 / nominalMs) + 25);
  });

  test('above the profile is not reached by asking for less', async () => {
    const { questions } = await witnessedSweep(host, '10.0.0.10-19', { passes: 1, rate: 'auto:50' });
    expect(spanMs(questions)).toBeGreaterThan(150);
    expect(busiest(questions, 10)).toBe(1);
  });
});
