/** What a person sees at a terminal, and what of it a pipe is spared. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Lab } from '../../src/lab/lab.js';
import {
  buildConflictNetwork,
  CLAIMANTS,
  CONTESTED,
  LONE,
  LONE_MAC,
  RANGE,
} from '../support/conflict-network.js';
import { createScreen } from '../support/screen.js';
import { ARPSWEEP, sweepCli } from '../support/sweep-cli.js';
import { ERASE_LINE, onTerminal, shown, type TerminalOptions } from '../support/terminal.js';
import { waitFor } from '../support/wait-for.js';

let lab: Lab;
beforeAll(async () => {
  ({ lab } = await buildConflictNetwork());
});
afterAll(() => lab.remove());

const SWEEP = [process.execPath, ARPSWEEP, '-I', 'sw0', RANGE];
const RED = '\x1b[31m';
// biome-ignore lint/suspicious/noControlCharactersInRegex: this is what colour consists of
const COLOUR = /\x1b\[\d+m/;
const PROGRESS = /pass \d, (\d+ %, )?[\d,]+\/s, \d+ answered/;
/** Long enough to be seen: a second for the one pass. */
const SLOWLY = ['-r', '30', '--passes', '1'];

// The environment of whoever runs the tests must not decide about colour.
const colourful = { NO_COLOR: undefined, TERM: 'xterm-256color' };

async function atTerminal(words: readonly string[] = [], options: TerminalOptions = {}) {
  const env = { ...colourful, ...options.env };
  return (await onTerminal([...SWEEP, ...words], { ...options, env }).result).output;
}

/** Runs a shell's line at a terminal, with the sweep as `"$@"`. */
async function lineAtTerminal(line: string, words: readonly string[]) {
  const argv = ['sh', '-c', line, 'line', ...SWEEP, ...words];
  return (await onTerminal(argv, { env: colourful }).result).output;
}

describe('results', () => {
  test('are a table at a terminal, and plain in a pipe out of it', async () => {
    const table = shown(await atTerminal(['--no-color']));
    expect(table).toMatch(/^IP +MAC +RTT ms +Vendor$/m);
    expect(table).toMatch(/^30 addresses: 2 answered, 1 of this machine, 27 silent; /m);

    const piped = shown(await lineAtTerminal('"$@" | cat', ['-q']));
    expect(piped).toMatch(new RegExp(`^${LONE}\t${LONE_MAC}\t`, 'm'));
    expect(piped).not.toContain('Vendor');
  });

  test('name the worst of what was found in red', async () => {
    const output = await atTerminal();
    expect(output).toContain(`${RED}${CONTESTED} `);
    expect(output).toContain(`${RED}error: duplicate-address:`);
    expect(output).not.toContain(`${RED}${LONE} `);
  });

  test.each<[string, string[], Record<string, string>]>([
    ['--no-color', ['--no-color'], {}],
    ['NO_COLOR', [], { NO_COLOR: '1' }],
    ['a terminal that has none', [], { TERM: 'dumb' }],
  ])('are without colour for %s', async (_, words, env) => {
    const output = await atTerminal(['--no-progress', ...words], { env });
    expect(output).toContain(CONTESTED);
    expect(output).not.toContain('\x1b');
  });

  test('keep their colour where NO_COLOR is empty, and have none in a pipe', async () => {
    expect(await atTerminal([], { env: { NO_COLOR: '' } })).toContain(RED);
    const { stdout } = await sweepCli(['-I', 'sw0', RANGE, '-f', 'table'], { env: colourful });
    expect(stdout).toContain(CONTESTED);
    expect(stdout).not.toContain('\x1b');
  });

  test('fit a narrow terminal: vendors are cut, sentences broken between words, no MAC is parted', async () => {
    const lines = shown(await atTerminal(['--no-color'], { columns: 60 })).split('\n');
    expect(lines.filter((line) => line.length > 60)).toEqual([]);
    for (const mac of CLAIMANTS) expect(lines.filter((line) => line.includes(mac))).toHaveLength(2);
    expect(lines.map((line) => line.trim()).join(' ')).toContain('leave the address to one of them.');
  });

  test('break findings on standard error at its terminal, but never in a log', async () => {
    const atTerm = shown(await atTerminal(['-f', 'plain'], { columns: 60 }));
    const [, ...finding] = atTerm.slice(atTerm.indexOf('error:')).split('\n');
    expect(finding.length).toBeGreaterThan(2);
    const { stderr } = await sweepCli(['-I', 'sw0', RANGE], { env: { COLUMNS: '60' } });
    expect(stderr.split('\n')).toHaveLength(2);
  });
});

describe('the progress line', () => {
  test('is drawn on standard error, and gone before the result', async () => {
    const output = await atTerminal(SLOWLY);
    expect(output).toMatch(PROGRESS);
    expect(output).toMatch(/under 1 s left|\d s left/);
    expect(output).toMatch(/listening, .*answered/);
    expect(shown(output)).not.toMatch(/pass \d|listening/);
  });

  test('shows where the results go to a file or a pipe, too, and leaves nothing behind', async () => {
    const output = await lineAtTerminal('"$@" > /dev/null', SLOWLY);
    expect(output).toMatch(PROGRESS);
    expect(shown(output)).toMatch(/^error: duplicate-address: /);
  });

  test('fits the width that the terminal has', async () => {
    const output = await atTerminal(SLOWLY, { columns: 24 });
    const drawn = output.split(ERASE_LINE).filter((text) => text.startsWith('pass'));
    expect(drawn.length).toBeGreaterThan(1);
    for (const text of drawn) expect(text.length).toBeLessThan(24);
  });

  test.each<[string, string[], Record<string, string>]>([
    ['--no-progress', ['--no-progress'], {}],
    ['-q', ['-q'], {}],
    ['a terminal that cannot redraw a line', [], { TERM: 'dumb' }],
  ])('is not there with %s', async (_, words, env) => {
    const output = await atTerminal([...SLOWLY, ...words], { env });
    expect(output).toContain(LONE);
    expect(output).not.toContain(ERASE_LINE);
    expect(output).not.toMatch(/answered, .*left/);
  });

  test('is not there in a pipe', async () => {
    const { stderr } = await sweepCli(['-I', 'sw0', RANGE, ...SLOWLY]);
    expect(stderr).toMatch(/^error: duplicate-address: [^\n]*\n$/);
  });

  test('gives way to lines that arrive meanwhile, and comes back', async () => {
    const output = await atTerminal(['-f', 'plain', '--order', 'sequential', ...SLOWLY]);
    for (const mac of [LONE_MAC, ...CLAIMANTS])
      expect(shown(output)).toMatch(new RegExp(`^10[^\\n]*${mac}`, 'm'));
    expect(output.slice(output.search(/^10\.66\.0\.20/m))).toMatch(PROGRESS);
  });
});

describe('a sweep that takes its time', () => {
  /** Makes the terminal lower and narrower once the file is there. */
  const shrink = (file: string) =>
    `(until [ -e ${file} ]; do sleep 0.02; done; stty -F /dev/tty rows 5 cols 50) & exec "$@"`;

  test('shows who was heard last, fits a terminal that shrinks, and leaves nothing but the table', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'arpsweep-live-'));
    const trigger = join(directory, 'shrink');
    const screen = createScreen(100, 30);
    let shown = 0;
    const run = onTerminal(
      ['sh', '-c', shrink(trigger), 'live', ...SWEEP, '--order', 'sequential', '-r', '8', '--passes', '1'],
      { env: { ...colourful, NO_COLOR: '1' } },
    );
    const look = () => {
      screen.write(run.output().slice(shown));
      shown = run.output().length;
      return screen.lines();
    };
    const HEADING = /^IP +MAC +RTT ms +Vendor$/;
    await waitFor(async () => (await look()).some((line) => line.startsWith(LONE)), {
      what: 'the live table',
    });
    const [heading, first, progress, ...rest] = await look();
    expect(heading).toMatch(HEADING);
    expect(first).toMatch(new RegExp(`^${LONE} +${LONE_MAC} `));
    expect(progress).toMatch(PROGRESS);
    expect(rest).toEqual([]);

    writeFileSync(trigger, '');
    await screen.resize(50, 5);
    await waitFor(async () => (await look()).some((line) => line.includes('3 earlier responders')), {
      what: 'a table that is cut',
    });
    const cut = await look();
    expect(cut).toHaveLength(4);
    expect(cut[0]).toMatch(HEADING);
    expect(CLAIMANTS.some((mac) => cut[2]?.includes(mac))).toBe(true);

    run.type('\x03');
    const { output } = await run.result;
    rmSync(directory, { recursive: true });
    const onScreen = await look();
    const all = [...(await screen.scrolledOut()), ...onScreen];
    expect(all.filter((line) => HEADING.test(line))).toHaveLength(1);
    expect(all.join('\n')).not.toMatch(/earlier responder|pass \d,/);
    expect(output).not.toMatch(COLOUR);
  });
});

describe('a range that takes more than a minute', () => {
  const LARGE = ['--off-link', '10.66.0.0/19', '-r', '100'];
  const NOTICE = /^8,192 addresses at 100\/s: at least 82 s a pass$/m;

  test('says so first, and shows the time left', async () => {
    const run = onTerminal([process.execPath, ARPSWEEP, '-I', 'sw0', ...LARGE]);
    await waitFor(() => /\d (s|min) left/.test(run.output()), { what: 'the time left' });
    expect(run.output().replaceAll('\r\n', '\n')).toMatch(NOTICE);
    expect(run.output().search(/8,192/)).toBeLessThan(run.output().search(/ left/));
    run.type('\x03');
    expect((await run.result).status).toBe(130);
  });

  test('does not when quiet', async () => {
    const run = onTerminal([
      process.execPath,
      ARPSWEEP,
      '-I',
      'sw0',
      '-q',
      '-f',
      'plain',
      '--order',
      'sequential',
      ...LARGE,
    ]);
    await waitFor(() => run.output().includes(LONE), { what: 'the first responder' });
    run.type('\x03');
    const { output } = await run.result;
    expect(output).not.toContain('8,192');
  });
});
