/** State files in the hands of the system: killed writers, full and read-only disks, mounts. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { mustRun } from '../../src/lab/command.js';
import { openStateFile } from '../../src/watch/state/state-file.js';
import { watchState } from '../support/watch-states.js';

const writer = fileURLToPath(new URL('../fixtures/writing-states.mjs', import.meta.url));
const state = watchState(0, 700);

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'arpsweep-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

/** Lets another process write states, and kills it so many ms after the first. @returns when the last was saved that it said to be written */
async function writeAndKill(path: string, template: string, afterMs: number): Promise<number> {
  const child = spawn(process.execPath, [writer, path, template], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const closed = once(child, 'close');
  await Promise.race([once(child.stdout, 'data'), closed]);
  // Also while it is being replaced, nobody else gets it.
  await expect(openStateFile(path)).rejects.toThrow(/another watch has it/);
  await delay(afterMs);
  expect(child.kill('SIGKILL')).toBe(true);
  expect(await closed).toEqual([null, 'SIGKILL']);
  return Number(said.slice(0, said.lastIndexOf('\n')).split('\n').at(-1));
}

/** Has a file written and its writer killed again and again. @returns how many kills left a draft */
async function killAgainAndAgain(name: string, kills: number): Promise<number> {
  const path = join(directory, name);
  const template = join(directory, 'template');
  let drafts = 0;
  const beside = (): string[] => readdirSync(directory).filter((other) => other.startsWith(`${name}.`));
  for (let kill = 0; kill < kills; kill++) {
    const last = await writeAndKill(path, template, Math.random() * 15);
    drafts += beside().length;
    const file = await openStateFile(path);
    expect([last, last + 1]).toContain(Date.parse(file.known?.savedAt ?? ''));
    expect(JSON.stringify({ ...file.known, savedAt: state.savedAt }) === JSON.stringify(state)).toBe(true);
    await file.release();
    expect(beside()).toEqual([]);
  }
  return drafts;
}

test('is whole after each of fifty kills, has what was last said to be written, and is free', async () => {
  writeFileSync(join(directory, 'template'), JSON.stringify(state));
  const drafts = await Promise.all(['one', 'two'].map((name) => killAgainAndAgain(name, 25)));
  // Kills came in the middle of a write, too.
  expect(drafts.reduce((sum, count) => sum + count)).toBeGreaterThan(5);
});

describe('on a disk of its own', () => {
  let disk: string;
  let path: string;
  beforeEach(async () => {
    disk = join(directory, 'disk');
    mkdirSync(disk);
    await mustRun(['mount', '-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk]);
    path = join(disk, 'state.json');
  });
  afterEach(() => mustRun(['umount', '--recursive', disk]));

  test('stays as it was where the disk is full, and is written once there is room', async () => {
    const file = await openStateFile(path);
    await file.replace(watchState(1));
    const before = readFileSync(path);
    await expect(file.replace(watchState(2, 1000))).rejects.toMatchObject({
      code: 'ENOSPC',
      message: `The state could not be written to ${JSON.stringify(path)}: no space left on device (ENOSPC); it holds what was known before.`,
    });
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(readdirSync(disk)).toEqual(['state.json']);
    await file.replace(watchState(2));
    await file.release();
  });

  test('stays as it was where the disk has become read-only, and is refused from then on', async () => {
    const file = await openStateFile(path);
    await file.replace(watchState(1));
    await mustRun(['mount', '--bind', disk, disk]);
    await mustRun(['mount', '-o', 'remount,bind,ro', disk]);
    await expect(file.replace(watchState(2))).rejects.toMatchObject({ code: 'EROFS' });
    await file.release();
    await expect(openStateFile(path)).rejects.toThrow(/cannot be used: read-only file system \(EROFS\)\.$/);
    await mustRun(['umount', disk]);
  });

  test('is refused where it is mounted by itself, as a container’s file may be', async () => {
    writeFileSync(path, '');
    writeFileSync(join(disk, 'other'), '');
    await mustRun(['mount', '--bind', join(disk, 'other'), path]);
    await expect(openStateFile(path)).rejects.toMatchObject({
      message: expect.stringMatching(/ it is a mount point\.$/),
      remedy: expect.stringMatching(/^Mount the directory that it is in/),
    });
  });
});
