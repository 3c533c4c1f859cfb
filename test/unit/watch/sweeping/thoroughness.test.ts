import { describe, expect, test } from 'vitest';
import type { Report } from '../../../../src/generated/report-types.js';
import { createThoroughness } from '../../../../src/watch/sweeping/thoroughness.js';

const HOUR_MS = 3_600_000;

function swept({ outcome = 'complete', loss = 0 as number | null, transmitted = 800, rates = [3000] } = {}) {
  const statistics = { lossEstimate: loss };
  const links = rates.map((rate) => ({ statistics: { transmitted, rate } }));
  return { outcome, statistics, links } as unknown as Report;
}

describe('a watch sweeps thoroughly', () => {
  test('at first, and then every hour', () => {
    const thoroughness = createThoroughness({});
    expect(thoroughness.next(0)).toBeNull();
    thoroughness.note(swept(), false, 0);
    expect(thoroughness.next(60_000)).toEqual({});
    thoroughness.note(swept(), true, 60_000);
    expect(thoroughness.next(HOUR_MS - 1)).toEqual({});
    expect(thoroughness.next(HOUR_MS)).toBeNull();
  });

  test.each([
    ['a sweep that was not complete', swept({ outcome: 'inconclusive' })],
    ['a gentle sweep that lost questions', swept({ loss: 0.03 })],
  ])('after %s', (_, report) => {
    const thoroughness = createThoroughness({});
    thoroughness.note(swept(), false, 0);
    thoroughness.note(report, true, 60_000);
    expect(thoroughness.next(120_000)).toBeNull();
  });

  test('when a link has come back', () => {
    const thoroughness = createThoroughness({});
    thoroughness.note(swept(), false, 0);
    thoroughness.doubt();
    expect(thoroughness.next(60_000)).toBeNull();
  });

  test('always, where the number of passes was given', () => {
    const thoroughness = createThoroughness({ passes: 2 });
    thoroughness.note(swept(), false, 0);
    expect(thoroughness.next(60_000)).toBeNull();
  });
});

describe('the rate of gentle sweeps', () => {
  const rateAfter = (options: Parameters<typeof createThoroughness>[0], report: Report) => {
    const thoroughness = createThoroughness(options);
    thoroughness.note(report, false, 0);
    return thoroughness.next(60_000)?.rate;
  };

  test('is what every link bore in the thorough one, where enough was sent to tell', () => {
    expect(rateAfter({}, swept({ transmitted: 66_000, rates: [4800.5, 3100.9] }))).toBe(3100);
    expect(rateAfter({ rate: 'auto:20k' }, swept({ transmitted: 66_000, rates: [18_000] }))).toBe(18_000);
    expect(rateAfter({}, swept({ transmitted: 900 }))).toBeUndefined();
  });

  test('is the given one, where one was given', () => {
    expect(rateAfter({ rate: 500 }, swept({ transmitted: 66_000 }))).toBeUndefined();
  });
});
