import { describe, expect, it } from 'vitest';
import { createRoundTrips } from '../../../src/ping/round-trips.js';

function summaryOf(times: Iterable<number>) {
  const trips = createRoundTrips();
  for (const ms of times) trips.add(ms);
  return trips.summary();
}

describe('round trips', () => {
  it('come to nothing where there are none', () => {
    expect(summaryOf([])).toBeNull();
  });

  it.each<[readonly number[], object]>([
    [[0.5], { min: 0.5, average: 0.5, median: 0.5, p99: 0.5, max: 0.5, deviation: 0 }],
    // The population of the textbooks.
    [[2, 4, 4, 4, 5, 5, 7, 9], { min: 2, average: 5, median: 4.5, p99: 9, max: 9, deviation: 2 }],
    [[3, 1, 2], { min: 1, average: 2, median: 2, p99: 3, max: 3, deviation: 0.816 }],
    // Rounded to microseconds.
    [
      [0.0229491, 0.0241],
      { min: 0.023, average: 0.024, median: 0.024, p99: 0.024, max: 0.024, deviation: 0.001 },
    ],
  ])('of %j ms are summed up', (times, expected) => {
    expect(summaryOf(times)).toEqual(expected);
  });

  it('have a p99 that one in a hundred exceeds', () => {
    expect(summaryOf(Array.from({ length: 100 }, (_, i) => i + 1))?.p99).toBe(99);
    expect(summaryOf(Array.from({ length: 1000 }, (_, i) => 1000 - i))?.p99).toBe(990);
  });

  it('are as exact after a million as they were, but for a sample of them, which is as good as all', () => {
    // 0 to 999.999 in an order that has nothing to do with their size.
    const million = function* () {
      for (let i = 0, n = 0; i < 1_000_000; i++, n = (n + 617_533) % 1_000_000) yield n / 1000;
    };
    const summary = summaryOf(million());
    expect(summary).toMatchObject({ min: 0, max: 999.999, average: 500, deviation: 288.675 });
    expect(Math.abs((summary?.median ?? 0) - 500)).toBeLessThan(10);
    expect(Math.abs((summary?.p99 ?? 0) - 990)).toBeLessThan(3);
  });
});
