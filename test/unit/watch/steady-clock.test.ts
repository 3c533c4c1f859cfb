import { expect, test } from 'vitest';
import { createSteadyClock } from '../../../src/watch/steady-clock.js';

test('a clock that is set does not make a gap, and what is told has its times', () => {
  let monotonic = 1000;
  let set = 1_800_000_000_000;
  const clock = createSteadyClock(
    () => set + monotonic,
    () => monotonic,
  );
  const heard = clock.steadyMs(set + monotonic);
  monotonic += 250;
  set += 3_600_000;
  const later = clock.steadyMs(set + monotonic);
  expect(later - heard).toBe(250);
  expect(clock.now()).toBe(later);
  expect(clock.wallMs(later)).toBe(set + monotonic);
  set -= 7_200_000;
  monotonic += 250;
  expect(clock.steadyMs(set + monotonic) - heard).toBe(500);
});

test('the slewing of a clock is no step', () => {
  let monotonic = 0;
  let wall = 1_800_000_000_000;
  const clock = createSteadyClock(
    () => wall,
    () => monotonic,
  );
  for (let i = 0; i < 1000; i++) {
    monotonic += 1000;
    wall += 1000.5;
    expect(clock.steadyMs(wall)).toBe(wall);
  }
});
