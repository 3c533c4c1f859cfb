/** Only what a command uses is loaded: it works where the rest of the program is missing. */
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runCommand } from '../../src/lab/command.js';
import { createLab } from '../../src/lab/lab.js';
import { version } from '../../src/version.js';

const packageRoot = fileURLToPath(new URL('../..', import.meta.url));
const ARPSWEEP = join(packageRoot, 'bin/arpsweep.js');

let copy: string;
beforeEach(() => {
  copy = mkdtempSync(join(tmpdir(), 'arpsweep-parts-'));
});
afterEach(() => rmSync(copy, { recursive: true }));

/** Takes parts of the package into the copy. */
function take(...parts: string[]): void {
  for (const part of parts) cpSync(join(packageRoot, part), join(copy, part), { recursive: true });
}

/** Runs the copy's program. */
function arpsweep(...words: string[]) {
  return runCommand([process.execPath, join(copy, 'bin/arpsweep.js'), ...words]);
}

test('--version needs neither the parser of the command line, nor the addon, nor the vendors', async () => {
  take('package.json', 'bin', 'dist/cli/main.js', 'dist/cli/print.js', 'dist/version.js');
  expect(await arpsweep('--version')).toMatchObject({ status: 0, stdout: `${version}\n`, stderr: '' });
});

test('a sweep needs nothing of other commands and formats, and no vendors where all addresses are made up', async () => {
  take('package.json', 'bin', 'dist', 'build/Release/arpsweep.node');
  symlinkSync(join(packageRoot, 'node_modules'), join(copy, 'node_modules'));
  const others = [
    ...['cli/doctor-command.js', 'cli/interfaces-command.js', 'cli/demo-command.js', 'lab', 'vendors.bin'],
    ...['cli/file-output.js', 'cli/reverse-dns.js', 'cli/finding-kinds.js', 'cli/trace-command.js'],
    ...['trace', 'listen', 'sweep/tag-watch.js'],
    ...['json', 'ndjson', 'csv', 'table'].map((format) => `reporters/${format}.js`),
  ];
  for (const part of others) rmSync(join(copy, 'dist', part), { recursive: true });

  await using lab = await createLab();
  await lab.pair('parts0', { address: '10.78.0.1/24' }, 'neighbour', {
    addresses: ['10.78.0.2/24'],
    mac: '02:00:00:00:78:02',
  });
  const { status, stdout, stderr } = await arpsweep(
    '-I',
    'parts0',
    '10.78.0.2',
    '-f',
    'plain',
    '--passes',
    '1',
  );
  expect(stdout).toMatch(/^10\.78\.0\.2\t02:00:00:00:78:02\t[\d.]+\tparts0\t\n$/);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});

test('start-up costs little beside that of Node itself', async () => {
  await using lab = await createLab();
  await lab.pair('start0', { address: '10.78.0.1/24' }, 'neighbour', { addresses: ['10.78.0.2/24'] });
  const sweepOne = ['-I', 'start0', '10.78.0.2', '--passes', '1', '--cooldown', '0'];
  const commands = { node: ['-e', '0'], version: [ARPSWEEP, '--version'], sweep: [ARPSWEEP, ...sweepOne] };
  const took = { node: [], version: [], sweep: [] } as Record<keyof typeof commands, number[]>;
  // In turns, so that whatever else the machine does takes its share of each.
  for (let i = 0; i < 9; i++) {
    for (const name of ['node', 'version', 'sweep'] as const) {
      const startedAt = performance.now();
      expect(await runCommand([process.execPath, ...commands[name]])).toMatchObject({ status: 0 });
      took[name].push(performance.now() - startedAt);
    }
  }
  const median = (times: number[]) => times.toSorted((a, b) => a - b)[times.length >> 1] ?? Number.NaN;
  expect(median(took.version)).toBeLessThan(1.5 * median(took.node));
  // 150 ms where Node takes 53; the kernel's share of it, to close two packet sockets, is some 10.
  expect(median(took.sweep)).toBeLessThan(2.8 * median(took.node));
});
