/** Only what a command uses is loaded: it works where the rest of the program is missing. */
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { commandNames } from '../../src/cli/grammar/commands.js';
import { runCommand } from '../../src/lab/command.js';
import { createLab } from '../../src/lab/lab.js';
import { version } from '../../src/version.js';

const packageRoot = fileURLToPath(new URL('../..', import.meta.url));

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
    ...[
      'cli/doctor-command.js',
      'cli/interfaces-command.js',
      'cli/demo-command.js',
      'demo',
      'lab',
      'vendors.bin',
    ],
    ...commandNames.filter((name) => name !== 'sweep').map((name) => `cli/grammar/${name}.js`),
    ...['cli/file-output.js', 'cli/reverse-dns.js', 'cli/finding-kinds.js', 'cli/trace-command.js'],
    ...['ping', 'dad', 'announce'].flatMap((command) => [command, `cli/${command}-command.js`]),
    'talk',
    ...['trace', 'listen', 'sweep/tag-watch.js', 'vendors/vendor-lines.js'],
    ...[
      'speakers',
      'reporters/listen',
      'cli/listen-command.js',
      'cli/listen-screen.js',
      'cli/listen-view.js',
    ],
    ...['cli/check-command.js', 'check', 'expect'],
    ...['watch', 'reporters/watch', 'cli/watch-command.js', 'cli/watch-notes.js', 'cli/watch-outlets.js'],
    ...['cli/serve-command.js', 'cli/event-log.js', 'serve'],
    ...['input/input-file.js', 'input/json-text.js', 'input/shape.js'],
    ...['names-input', 'machine-document', 'ethers'].map((part) => `names/${part}.js`),
    ...['json', 'ndjson', 'csv', 'table', 'table-row', 'live-table'].map(
      (format) => `reporters/${format}.js`,
    ),
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
  expect(stdout).toMatch(/^10\.78\.0\.2\t02:00:00:00:78:02\t[\d.]+\tparts0\t\(random or local MAC\)\n$/);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});

test('a check at which all is well needs nothing of the sweep’s command and formats', async () => {
  take('package.json', 'bin', 'dist', 'build/Release/arpsweep.node');
  symlinkSync(join(packageRoot, 'node_modules'), join(copy, 'node_modules'));
  const others = [
    ...['doctor', 'interfaces', 'demo', 'sweep'].map((command) => `cli/${command}-command.js`),
    // That of the sweep holds what every help begins with.
    ...commandNames
      .filter((name) => !['sweep', 'check'].includes(name))
      .map((name) => `cli/grammar/${name}.js`),
    ...['cli/sweep-report.js', 'cli/standard-output.js', 'cli/finding-kinds.js', 'lab', 'vendors.bin'],
    ...['plain', 'table', 'json', 'remarks', 'complaints'].map((part) => `reporters/${part}.js`),
  ];
  for (const part of others) rmSync(join(copy, 'dist', part), { recursive: true });
  writeFileSync(join(copy, 'expected'), '[z1]\n10.79.0.2\n');

  await using lab = await createLab();
  await lab.pair('parts0', { address: '10.79.0.1/24' }, 'neighbour', { addresses: ['10.79.0.2/24'] });
  const result = await arpsweep('check', '-I', 'parts0', '--expect', join(copy, 'expected'));
  expect(result).toMatchObject({ status: 0, stdout: '', stderr: '' });
});
