/** The manual page, as mandoc reads it, beside what each command says of itself. */
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { findingKinds } from '../../src/cli/finding-kinds.js';
import { buildProgram } from '../../src/cli/program.js';
import { mustRun, runCommand } from '../../src/lab/command.js';
import { sweepCli } from '../support/sweep-cli.js';

const PAGE = fileURLToPath(new URL('../../dist/man/arpsweep.1', import.meta.url));

const commands = buildProgram('', { done: () => {}, print: () => {} }).commands.map((each) => each.name());

let page: string;
beforeAll(async () => {
  page = await mustRun(['mandoc', '-T', 'ascii', '-O', 'width=200', PAGE]);
  // A letter, a backspace and the letter again is bold, with an underscore it is italic.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what it consists of
  page = page.replace(/.\x08/g, '');
});

/** What stands under a heading of either level. */
function section(heading: string): string {
  const lines = page.split('\n');
  // The synopsis has the same lines, further up.
  const from = lines.findLastIndex((line) => line.trim() === heading);
  expect(from, heading).toBeGreaterThanOrEqual(0);
  const rest = lines.slice(from + 1);
  const depth = lines[from]?.search(/\S/) ?? 0;
  const end = rest.findIndex((line) => line.trim() !== '' && line.search(/\S/) <= depth);
  return rest.slice(0, end < 0 ? undefined : end).join('\n');
}

test('is found sound by mandoc', async () => {
  expect(await runCommand(['mandoc', '-T', 'lint', PAGE])).toEqual({
    status: 0,
    signal: null,
    stdout: '',
    stderr: '',
  });
});

test.each([
  'NAME',
  'SYNOPSIS',
  'DESCRIPTION',
  'COMMANDS',
  'FINDINGS',
  'EXIT STATUS',
  'ENVIRONMENT',
  'FILES',
  'EXAMPLES',
  'SEE ALSO',
])('has a section %s', (heading) => {
  expect(section(heading).trim()).not.toBe('');
  expect(page).not.toMatch(/\{\{|undefined/);
});

describe.each(commands)('of %s', (command) => {
  test('it has the synopsis, each option as the help has it, and each example', async () => {
    const { stdout: help } = await sweepCli([command, '--help']);
    const [usage = ''] = help.split('\n');
    const line = usage.replace('Usage: ', '');
    const written = section(line);
    expect(section('SYNOPSIS')).toContain(line);
    const options = [...help.matchAll(/^ {2}((?:-\w, )?--[\w-]+(?: [<[]\S+)?)/gm)].map(
      ([, flags]) => flags ?? '',
    );
    expect(options).toContain('-h, --help');
    const terms = written.split('\n').map((each) => each.trim());
    const missing = options.filter((option) => !terms.some((term) => term.startsWith(option)));
    expect(missing).toEqual([]);
    const [, after = ''] = help.split('\nExamples:\n');
    const [examples = ''] = after.split('\n\n');
    for (const example of examples.trim().split('\n')) {
      const [typed = ''] = example.trim().split(/ {2,}/);
      expect(section('EXAMPLES')).toContain(typed);
    }
  });
});

test('lists every kind of finding', () => {
  const written = section('FINDINGS');
  for (const kind of findingKinds) expect(written).toContain(`${kind} (`);
});
