import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runsOnGlibc } from '../../src/libc.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'arpsweep-maps-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A table of mappings in which the files stand, in the form of proc(5). */
function mapsOf(...files: readonly string[]): string {
  const path = join(folder, 'maps');
  const line = (file: string) =>
    `7f21c2c00000-7f21c2c26000 r--p 00000000 fe:01 131139                     ${file}\n`;
  writeFileSync(path, files.map(line).join(''));
  return path;
}

test.each([
  ['Debian 12', true, ['/usr/bin/node', '/usr/lib/x86_64-linux-gnu/libc.so.6']],
  ['Debian 11, whose glibc is 2.31', true, ['/usr/bin/node', '/usr/lib/x86_64-linux-gnu/libc-2.31.so']],
  ['NixOS', true, ['/nix/store/a-nodejs/bin/node', '/nix/store/b-glibc-2.40/lib/libc.so.6']],
  ['Alpine', false, ['/usr/bin/node', '/usr/lib/libstdc++.so.6.0.33', '/lib/ld-musl-x86_64.so.1']],
  ['Void with musl', false, ['/usr/bin/node', '/usr/lib/libc.so']],
])('%s: glibc is told from other C libraries by the file that is mapped', (_system, glibc, files) => {
  expect(runsOnGlibc(mapsOf(...files))).toBe(glibc);
});

test('without /proc, glibc is taken for granted', () => {
  expect(runsOnGlibc(join(folder, 'absent'))).toBe(true);
});
