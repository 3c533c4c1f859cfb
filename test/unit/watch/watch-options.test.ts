import { describe, expect, test } from 'vitest';
import { OptionError } from '../../../src/errors.js';
import { checkWatchOptions, parseFast, parseWatchDuration } from '../../../src/watch/watch-options.js';

describe('options of a watch', () => {
  test('have an interval of a minute unless another is given', () => {
    expect(checkWatchOptions({}).intervalMs).toBe(60_000);
    expect(checkWatchOptions({ intervalMs: 5000 }).intervalMs).toBe(5000);
    expect(parseWatchDuration('5m', 'intervalMs')).toBe(300_000);
    expect(parseWatchDuration('50ms', 'for')).toBe(50);
    expect(parseFast('2.5')).toBe(2.5);
  });

  test.each([
    () => parseWatchDuration('10', 'intervalMs'),
    () => parseWatchDuration('1ms', 'intervalMs'),
    () => parseWatchDuration('200h', 'intervalMs'),
    () => parseWatchDuration('0', 'for'),
    () => parseFast('11'),
    () => parseFast('0.5'),
    () => parseFast('fast'),
    () => checkWatchOptions({ intervalMs: 0 }),
    () => checkWatchOptions({ fast: 2, intervalMs: 5000 }),
    () => checkWatchOptions({ passes: 0 }),
  ])('that cannot be right are refused (%s)', (check) => {
    expect(check).toThrow(OptionError);
  });
});
