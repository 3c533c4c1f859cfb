/** A state file whose watch is killed for good, by the system's kill -9 and at any moment. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openStateFile } from '../../src/watch/state-file.js';
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
