/** What is left of a state file when the process or the machine stops while it is written, at any step of it. */

import { beforeEach, expect, test, vi } from 'vitest';
import { openStateFile } from '../../../../src/watch/state/state-file.js';
import { type Faults, SimulatedDisk, type Stop, simulatedRoot } from '../../../support/simulated-disk.js';
import { watchState } from '../../../support/watch-states.js';

let disk = new SimulatedDisk();

vi.mock('node:fs/promises', async (original) => {
  const { callsOn } = await import('../../../support/simulated-disk.js');
  return callsOn(() => disk, await original());
});
vi.mock('../../../../src/native.js', () => ({
  native: () => ({ lockFile: (descriptor: number) => disk.lock(descriptor) }),
}));
vi.mock('../../../../src/watch/state/mount-points.js', () => ({ isMountPoint: async () => false }));

/** Drafts remove themselves when the process exits; those of the simulation must not. */
beforeEach(() => {
  const before = new Set(process.listeners('exit'));
  const most = process.getMaxListeners();
  process.setMaxListeners(0);
  return () => {
    process.setMaxListeners(most);
    for (const listener of process.listeners('exit')) {
      if (!before.has(listener)) process.off('exit', listener);
    }
  };
});

const path = `${simulatedRoot}/state.json`;
const states = [watchState(1), watchState(2, 1), watchState(3, 5)];
const second = (state: { savedAt: string } | null): number | null =>
  state === null ? null : new Date(state.savedAt).getUTCSeconds();

/** Mulberry32, by Tommy Ettinger. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Opens the file and writes one state after the other, up to the stop. @returns the second of the last that was reported written */
async function writeStates(begin: ReadonlyMap<string, Buffer>, stop: Stop | null, faults: Faults = {}) {
  disk = new SimulatedDisk(begin, stop, faults);
  let acknowledged: number | null = null;
  const work = async (): Promise<void> => {
    const file = await openStateFile(path);
    acknowledged = second(file.known);
    for (const state of states) {
      await file.replace(state);
      acknowledged = second(state);
    }
  };
  await Promise.race([work(), disk.stopped]);
  return { disk, acknowledged: acknowledged as number | null };
}

/** What the next watch finds, or why it is refused. */
async function readBack(files: ReadonlyMap<string, Buffer>): Promise<number | string | null> {
  disk = new SimulatedDisk(files);
  try {
    const file = await openStateFile(path);
    const found = second(file.known);
    if (file.known) expect(file.known).toEqual(states.find((state) => second(state) === found));
    // Nothing but the file itself is left, and it can be written again.
    expect(disk.names()).toEqual([path]);
    await file.replace(states[0] as (typeof states)[0]);
    return found;
  } catch (error) {
    return String(error);
  }
}

/** A written state, with its rename undone by nothing any more. */
async function fileOf(count: number): Promise<Map<string, Buffer>> {
  disk = new SimulatedDisk();
  const file = await openStateFile(path);
  for (const state of states.slice(0, count)) await file.replace(state);
  return disk.files();
}

/** What a stop may leave: of a killed process what all see, of a power failure whatever the dice say. */
async function foundAfter(begin: ReadonlyMap<string, Buffer>, stop: Stop, seed: number, faults: Faults = {}) {
  const { disk: stopped, acknowledged } = await writeStates(begin, stop, faults);
  const files = seed === 0 ? stopped.files() : stopped.afterPowerFailure(randomFrom(seed));
  const found = await readBack(files);
  const allowed = [acknowledged, (acknowledged ?? 0) + 1];
  return { isRight: allowed.includes(found as number | null), found, acknowledged };
}

const shares = [0, 0.001, 0.5, 0.999, 1];

test('is the state before or the state after, wherever ten thousand crashes strike', async () => {
  let crashes = 0;
  const wrong: unknown[] = [];
  for (const begin of [new Map<string, Buffer>(), await fileOf(1)]) {
    const { steps } = (await writeStates(begin, null)).disk;
    // Three drafts made, written in pieces, synced, renamed, and their directory synced.
    expect(steps).toBeGreaterThan(3 * 6);
    for (let step = 0; step < steps; step++) {
      for (const share of shares) {
        for (let seed = 0; seed * shares.length * steps < 5100; seed++) {
          const { isRight, ...what } = await foundAfter(begin, { step, share }, seed);
          crashes += 1;
          if (!isRight) wrong.push({ step, share, seed, ...what });
        }
      }
    }
  }
  expect(wrong.slice(0, 5)).toEqual([]);
  expect(crashes).toBeGreaterThan(10_000);
}, 60_000);

test.each<[string, Faults]>([
  ['the draft is renamed before it is on the disk', { forgetsFileSync: true }],
  ['the directory is not written out', { forgetsDirectorySync: true }],
])('would not be, as the same crashes show, if %s', async (_, faults) => {
  const begin = await fileOf(1);
  const { steps } = (await writeStates(begin, null, faults)).disk;
  let wrong = 0;
  for (let step = 0; step < steps; step++) {
    for (let seed = 1; seed <= 10; seed++) {
      if (!(await foundAfter(begin, { step, share: 1 }, seed, faults)).isRight) wrong += 1;
    }
  }
  expect(wrong).toBeGreaterThan(10);
});

test.each([
  ['open', 'ENOSPC'],
  ['open', 'EROFS'],
  ['write', 'ENOSPC'],
  ['fsync', 'EIO'],
  ['rename', 'EROFS'],
])('stays, and nothing beside it, where %s fails with %s', async (call, code) => {
  const begin = await fileOf(1);
  disk = new SimulatedDisk(begin, null, { failing: { call, code } });
  const file = await openStateFile(path);
  await expect(file.replace(watchState(2))).rejects.toMatchObject({ code });
  expect(disk.files()).toEqual(begin);
});
