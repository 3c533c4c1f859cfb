import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fileOutput } from '../../../src/cli/file-output.js';
import { OptionError } from '../../../src/errors.js';

let directory: string;
let path: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'arpsweep-'));
  path = join(directory, 'report.json');
});
afterEach(() => rmSync(directory, { recursive: true }));

describe('the output file', () => {
  test('appears whole, and leaves nothing beside it', async () => {
    const output = await fileOutput(path);
    await output.write('one\n');
    await output.write('two\n');
    expect(readdirSync(directory)).not.toContain('report.json');
    await output.finish();
    expect(readFileSync(path, 'utf8')).toBe('one\ntwo\n');
    expect(readdirSync(directory)).toEqual(['report.json']);
  });

  test('holds every line in order, however many there are', async () => {
    const output = await fileOutput(path);
    const lines = Array.from({ length: 20_000 }, (_, i) => `line ${i}\n`);
    for (const line of lines) await output.write(line);
    await output.finish();
    expect(readFileSync(path, 'utf8')).toBe(lines.join(''));
  });

  test('replaces an older one only when it is complete, and keeps its mode', async () => {
    writeFileSync(path, 'old');
    chmodSync(path, 0o640);
    const output = await fileOutput(path);
    await output.write('new');
    expect(readFileSync(path, 'utf8')).toBe('old');
    await output.finish();
    expect(readFileSync(path, 'utf8')).toBe('new');
    expect(statSync(path).mode & 0o777).toBe(0o640);
  });

  test('leaves the older one alone, and no draft, when given up', async () => {
    writeFileSync(path, 'old');
    const output = await fileOutput(path);
    await output.write('new');
    await output.discard();
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(directory)).toEqual(['report.json']);
  });

  test('is written through a symbolic link, not over it', async () => {
    const target = join(directory, 'target');
    writeFileSync(target, 'old');
    symlinkSync(target, path);
    const output = await fileOutput(path);
    await output.write('new');
    await output.finish();
    expect(readFileSync(target, 'utf8')).toBe('new');
  });

  test('may be a device, which stays one', async () => {
    const output = await fileOutput('/dev/null');
    await output.write('anything');
    await output.finish();
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
  });

  test('fails with a sentence where the device is full', async () => {
    const output = await fileOutput('/dev/full');
    await expect(output.write('anything')).rejects.toMatchObject({
      code: 'ENOSPC',
      message: 'The output file "/dev/full" could not be written: no space left on device (ENOSPC).',
    });
    await output.discard();
  });

  test.each([
    ['in a directory that is missing', (dir: string) => join(dir, 'nowhere', 'report.json')],
    ['that is a directory', (dir: string) => dir],
    ['below a file', (dir: string) => join(dir, 'file', 'report.json')],
  ])('is refused beforehand %s', async (_, place) => {
    writeFileSync(join(directory, 'file'), '');
    await expect(fileOutput(place(directory))).rejects.toThrow(OptionError);
    expect(readdirSync(directory)).toEqual(['file']);
  });
});
