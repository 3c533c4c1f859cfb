/** What the scripts of `arpsweep completion` complete, in the shells that they are made for. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findingKinds } from '../../src/cli/finding-kinds.js';
import { buildProgram } from '../../src/cli/program.js';
import { createLab, type Lab } from '../../src/lab/lab.js';
import { formatNames } from '../../src/reporters/formats.js';
import { completed, type ShellName } from '../support/shells.js';
import { sweepCli } from '../support/sweep-cli.js';

/** The kernel takes such names, and no shell may run them. */
const ODD_LINK = 'l$(id)';
const FILES = ['report one.json', 'report-two.json'];

const commands = buildProgram('', { done: () => {}, print: () => {} }).commands.map((each) => each.name());

let lab: Lab;
let directory: string;
beforeAll(async () => {
  lab = await createLab();
  await lab.pair(ODD_LINK, {}, 'far', {});
  directory = mkdtempSync(join(tmpdir(), 'arpsweep-completion-'));
  for (const name of FILES) writeFileSync(join(directory, name), '');
});
afterAll(async () => {
  rmSync(directory, { recursive: true });
  await lab.remove();
});

/** Shows the links of the lab, and not those of the machine. */
const withOwnSysfs = ['unshare', '-m', 'sh', '-c', 'mount -t sysfs sysfs /sys && exec "$@"', 'sysfs'];

/** What is typed, and the words behind `arpsweep` that it comes to with every match. */
const cases: [typed: string, words: string[]][] = [
  ['arpsweep ', commands],
  ['arpsweep ex', ['explain']],
  ['arpsweep -f ', ['-f', ...formatNames]],
  ['arpsweep -f pl', ['-f', 'plain']],
  ['arpsweep check --sou', ['check', '--source-ip', '--source-mac']],
  ['arpsweep sweep --sou', ['sweep', '--source-ip', '--source-mac']],
  ['arpsweep interfaces -f ', ['interfaces', '-f', 'json', 'table']],
  ['arpsweep --fail-on ', ['--fail-on', ...findingKinds]],
  ['arpsweep check --fail-on mi', ['check', '--fail-on', 'missing']],
  ['arpsweep --fail-on loss,mi', ['--fail-on', 'loss,missing']],
  ['arpsweep --fields ip,ne', ['--fields', 'ip,netns']],
  ['arpsweep explain pr', ['explain', 'proxy-arp']],
  ['arpsweep demo lo', ['demo', 'loop', 'loss']],
  ['arpsweep completion ', ['completion', 'bash', 'fish', 'zsh']],
  ['arpsweep -I l', ['-I', ODD_LINK, 'lo']],
  ['arpsweep trace 10.0.0.1 --interface ', ['trace', '10.0.0.1', '--interface', ODD_LINK, 'lo']],
  ['arpsweep trace --at x9@7,lo', ['trace', '--at', 'x9@7,lo']],
  ['arpsweep -o rep', ['-o', ...FILES]],
  ['arpsweep --names one two rep', ['--names', 'one', 'two', ...FILES]],
  ['arpsweep --names one -o rep', ['--names', 'one', '-o', ...FILES]],
  // Nothing that is known: a target, a number, an option of another command.
  ['arpsweep 10.0.', ['10.0.']],
  ['arpsweep rep', ['rep']],
  ['arpsweep -r 1', ['-r', '1']],
  ['arpsweep doctor --expe', ['doctor', '--expe']],
];

/** Without the comma that zsh puts behind an item of a list, where another may follow. */
const withoutComma = (word: string) => word.replace(/,$/, '');

describe.each<ShellName>(['bash', 'zsh', 'fish'])('%s completes', (shell) => {
  test('commands, options, interfaces, kinds, choices and files, and nothing else', async () => {
    const { stdout: script, status } = await sweepCli(['completion', shell]);
    expect(status).toBe(0);
    const lines = cases.map(([typed]) => typed);
    const words = await completed(shell, { script, lines, cwd: directory, through: withOwnSysfs });
    const of = (all: readonly string[][]) =>
      Object.fromEntries(lines.map((line, i) => [line, all[i]?.map(withoutComma).sort()]));
    expect(of(words)).toEqual(of(cases.map(([, expected]) => expected)));
  });
});

test('a value behind an equals sign is completed where readline parts words at it', async () => {
  const { stdout: script } = await sweepCli(['completion', 'bash']);
  const lines = ['arpsweep --format=cs', 'arpsweep --fail-on=loss,mi', 'arpsweep -o report\\ o'];
  expect(await completed('bash', { script, lines, cwd: directory, through: withOwnSysfs })).toEqual([
    ['--format=csv'],
    ['--fail-on=loss,missing'],
    ['-o', 'report one.json'],
  ]);
});

test.each([[['completion']], [['completion', 'csh']]])(
  '%j names the shells that there are',
  async (words) => {
    const { status, stdout, stderr } = await sweepCli(words);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^arpsweep: .*shell/);
    if (words.length > 1) expect(stderr).toContain('bash, zsh, fish');
  },
);
