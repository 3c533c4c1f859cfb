import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ArpsweepError } from '../../../../src/errors.js';
import { keepState } from '../../../../src/watch/state/keep-state.js';
import type { StateFile } from '../../../../src/watch/state/state-file.js';
import { watchState } from '../../../support/watch-states.js';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  return () => vi.useRealTimers();
});
afterEach(() => vi.restoreAllMocks());

/** A file whose writes take so long, and fail while there is a trouble. */
function fakeFile(tookMs = 0) {
  const written: number[] = [];
  const fake = {
    path: '/state.json',
    known: null,
    forget() {},
    written,
    trouble: null as ArpsweepError | null,
    isReleased: false,
    isBusy: false,
    async replace() {
      expect(fake.isBusy).toBe(false);
      expect(fake.isReleased).toBe(false);
      fake.isBusy = true;
      await new Promise((resolve) => setTimeout(resolve, tookMs));
      fake.isBusy = false;
      if (fake.trouble) throw fake.trouble;
      written.push(performance.now());
    },
    async release() {
      fake.isReleased = true;
    },
  };
  return fake satisfies StateFile & object;
}

const full = new ArpsweepError('ENOSPC', 'The disk is full.', 'Make room.');
const state = () => watchState(1);

test('is written soon after the first change, and then at most every five seconds', async () => {
  const file = fakeFile();
  const keeper = keepState(file, state, { onTrouble: () => {} });
  const begun = performance.now();
  for (let i = 0; i < 200; i++) {
    keeper.changed();
    await vi.advanceTimersByTimeAsync(100);
  }
  await vi.advanceTimersByTimeAsync(60_000);
  const times = file.written.map((at) => Math.round((at - begun) / 1000));
  expect(times).toEqual([1, 6, 11, 16, 21]);
});

test('is written less often where writing takes long', async () => {
  const file = fakeFile(2000);
  const keeper = keepState(file, state, { onTrouble: () => {} });
  for (let i = 0; i < 120; i++) {
    keeper.changed();
    await vi.advanceTimersByTimeAsync(1000);
  }
  expect(file.written).toHaveLength(3);
});

test('is written at the end, after what is being written, and not again', async () => {
  const file = fakeFile(1000);
  const keeper = keepState(file, state, { onTrouble: () => {} });
  keeper.changed();
  await vi.advanceTimersByTimeAsync(1500);
  expect(file.isBusy).toBe(true);
  const finished = keeper.finish();
  keeper.changed();
  await vi.advanceTimersByTimeAsync(2000);
  expect(await finished).toBe(true);
  expect(file).toMatchObject({ isReleased: true, written: [expect.anything(), expect.anything()] });
  keeper.changed();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(file.written).toHaveLength(2);
});

test('says a trouble once, tries again ever more seldom, and says it again when it comes back', async () => {
  const file = fakeFile();
  const troubles: string[] = [];
  let attempts = 0;
  const counted: StateFile = {
    ...file,
    replace: () => {
      attempts += 1;
      return file.replace();
    },
  };
  const keeper = keepState(counted, state, { onTrouble: ({ code }) => troubles.push(code) });
  file.trouble = full;
  keeper.changed();
  await vi.advanceTimersByTimeAsync(600_000);
  expect(troubles).toEqual(['ENOSPC']);
  expect(attempts).toBeGreaterThan(9);
  expect(attempts).toBeLessThan(16);
  file.trouble = null;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(file.written).toHaveLength(1);
  file.trouble = full;
  const finished = keeper.finish();
  await vi.advanceTimersByTimeAsync(1000);
  expect(await finished).toBe(false);
  expect(troubles).toEqual(['ENOSPC', 'ENOSPC']);
});

test('is not written where the watch never found its links', async () => {
  const file = fakeFile();
  const keeper = keepState(file, () => ({ ...watchState(1, 0), links: [] }), { onTrouble: () => {} });
  keeper.changed();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(await keeper.finish()).toBe(true);
  expect(file).toMatchObject({ isReleased: true, written: [] });
});
