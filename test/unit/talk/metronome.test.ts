import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { keepTime, pause } from '../../../src/talk/metronome.js';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** When each beat came, from the first; `during` happens in them. */
async function beats(periodMs: number, count: number, during: (n: number) => void = () => {}) {
  const start = performance.now();
  const times: number[] = [];
  const beat = () => {
    times.push(performance.now() - start);
    during(times.length);
    return times.length < count;
  };
  let hasEnded = false;
  const end = keepTime(periodMs, beat, new AbortController().signal).then(() => {
    hasEnded = true;
  });
  while (!hasEnded) {
    if (vi.getTimerCount() > 0) await vi.advanceTimersToNextTimerAsync();
    else await new Promise((resolve) => setImmediate(resolve));
  }
  await end;
  return times;
}

describe('keeping time', () => {
  it('is even, and does not drift by what each beat takes', async () => {
    const busy = () => vi.advanceTimersByTime(3);
    expect(await beats(100, 5)).toEqual([0, 100, 200, 300, 400]);
    expect(await beats(100, 5, busy)).toEqual([0, 100, 200, 300, 400]);
  });

  it('leaves out what a pause has missed, and goes on at its old times', async () => {
    const sleep = (n: number) => n === 3 && vi.advanceTimersByTime(3_600_020);
    expect(await beats(50, 6, sleep)).toEqual([0, 50, 100, 3_600_150, 3_600_200, 3_600_250]);
  });

  it('makes up for a short delay, but for no long one, where beats are close', async () => {
    expect(await beats(1, 6, (n) => n === 2 && vi.advanceTimersByTime(4))).toEqual([0, 1, 5, 5, 5, 5]);
    const after = await beats(1, 60, (n) => n === 2 && vi.advanceTimersByTime(500));
    expect(new Set(after.slice(2).map((at, i) => at - i))).toEqual(new Set([501]));
  });

  it('ends in the midst of waiting, and before the first beat', async () => {
    const controller = new AbortController();
    const beat = vi.fn(() => true);
    const end = keepTime(3_600_000, beat, controller.signal);
    controller.abort();
    await end;
    await keepTime(1, beat, controller.signal);
    expect(beat).toHaveBeenCalledTimes(1);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('a pause', () => {
  it('leaves nothing behind, however it ends', async () => {
    const controller = new AbortController();
    const remove = vi.spyOn(controller.signal, 'removeEventListener');
    const over = pause(10, controller.signal);
    await vi.advanceTimersByTimeAsync(10);
    await over;
    expect(remove).toHaveBeenCalledTimes(1);
    const cut = pause(10, controller.signal);
    controller.abort();
    await cut;
    await pause(10, controller.signal);
    expect(vi.getTimerCount()).toBe(0);
  });
});
