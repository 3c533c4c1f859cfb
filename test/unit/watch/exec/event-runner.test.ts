import { once } from 'node:events';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { WatchEvent } from '../../../../src/generated/watch-event-types.js';
import { type EventRunnerOptions, runEvents } from '../../../../src/watch/exec/event-runner.js';
import { findProgram } from '../../../../src/watch/exec/find-program.js';
import { openStateFile } from '../../../../src/watch/state/state-file.js';
import { waitFor } from '../../../support/wait-for.js';

let directory: string;
let troubles: string[];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'arpsweep-'));
  troubles = [];
});
afterEach(() => rmSync(directory, { recursive: true }));

function event(more: Partial<WatchEvent> = {}): WatchEvent {
  return {
    schemaVersion: 1,
    type: 'new',
    at: '2026-01-01T00:00:00.000Z',
    link: 'eth0',
    ip: '10.0.0.1',
    macs: ['02:00:00:00:00:01'],
    previous: null,
    gapMs: null,
    whileAway: false,
    message: '10.0.0.1 is new.',
    ...more,
  };
}

const numbered = (count: number): WatchEvent[] =>
  Array.from({ length: count }, (_, i) => event({ ip: `10.0.0.${i}` }));

/** A script whose working directory is the test's. */
function script(body: string, interpreter = '#!/bin/sh'): string {
  const path = join(directory, 'hook');
  writeFileSync(path, `${interpreter}\ncd '${directory}' || exit 9\n${body}\n`, { mode: 0o755 });
  return path;
}

function runnerOf(program: string, more: Partial<EventRunnerOptions> = {}, args: readonly string[] = []) {
  return runEvents({ program, args }, { onTrouble: (sentence) => troubles.push(sentence), ...more });
}

/** Runs a script's body for events, to the end. */
async function runAll(body: string, events: readonly WatchEvent[], more: Partial<EventRunnerOptions> = {}) {
  const runner = runnerOf(script(body), more);
  for (const each of events) runner.run(each);
  await runner.finish();
}

const read = (name: string): string => readFileSync(join(directory, name), 'utf8');
const isThere = (name: string): boolean => readdirSync(directory).includes(name);

/** What this process has open for itself: who started it may have left it more, to be passed on. */
function descriptors(): string[] {
  const isOwn = (number: string): boolean => {
    const flags = /^flags:\t(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${number}`, 'utf8'))?.[1] ?? '0';
    // O_CLOEXEC, as proc_pid_fdinfo(5) shows it.
    return (Number.parseInt(flags, 8) & 0o2000000) !== 0;
  };
  return readdirSync('/proc/self/fd').flatMap((number) => {
    try {
      return isOwn(number) ? [readlinkSync(`/proc/self/fd/${number}`)] : [];
    } catch {
      // That by which the directory was read is closed again.
      return [];
    }
  });
}

/** Whether a process is there, and not only its entry in the table. */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\tZ/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

describe('a command', () => {
  test('gets the event on standard input, to the byte, and nothing of it is interpreted', async () => {
    const hostile = event({
      link: '$(touch x)',
      message: '`touch x`; touch x && "quotes" \'single\' \\ \n new line \u001b[31m \u2028 ☃ $IFS %s %n',
    });
    await runAll('cat > heard; printf %s "$ARPSWEEP_LINK" > link', [hostile]);
    expect(read('heard')).toBe(`${JSON.stringify(hostile)}\n`);
    expect(read('link')).toBe('$(touch x)');
    expect(isThere('x')).toBe(false);
    expect(troubles).toEqual([]);
  });

  test('gets its arguments as they are, and the event’s type and address as variables', async () => {
    const program = script('printf "<%s>" "$@" "$ARPSWEEP_TYPE" "$ARPSWEEP_IP" > words');
    const runner = runnerOf(program, {}, ['two words', '$(touch x)', '', '*', '--flag']);
    runner.run(event({ type: 'link-down', ip: null }));
    await runner.finish();
    expect(read('words')).toBe('<two words><$(touch x)><><*><--flag><link-down><>');
    expect(isThere('x')).toBe(false);
  });

  test('has no descriptor of ours, and writes to standard error', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const state = await openStateFile(join(directory, 'state.json'));
    const ours = descriptors();
    expect(ours).toEqual(expect.arrayContaining([state.path, expect.stringMatching(/^socket:/)]));
    const look = 'open=$(readlink /proc/$$/fd/*); outputs=$(readlink /proc/$$/fd/[12])';
    await runAll(`${look}; echo "$open" > open; echo "$outputs" > outputs`, [event()]);
    await state.release();
    server.close();
    const theirs = read('open').trim().split('\n');
    const standardError = readlinkSync('/proc/self/fd/2');
    expect(theirs.filter((open) => ours.includes(open) && open !== standardError)).toEqual([]);
    expect(read('outputs')).toBe(`${standardError}\n${standardError}\n`);
  });

  test('runs alone and in order', async () => {
    const events = numbered(20);
    await runAll('mkdir alone || echo crowd >> crowds; sleep 0.01; cat >> all; rmdir alone', events);
    expect(read('all').trim().split('\n')).toEqual(events.map((each) => JSON.stringify(each)));
    expect(isThere('crowds')).toBe(false);
  });

  test('may leave its input unread, however much it is', async () => {
    const large = event({ message: 'x'.repeat(1 << 20) });
    await runAll('echo run >> runs', [large, large, large]);
    expect(read('runs')).toBe('run\nrun\nrun\n');
    expect(troubles).toEqual([]);
  });
});

describe('a failure is said once for each kind, and counted', () => {
  test('by status and by signal', async () => {
    const events = numbered(4);
    await runAll('case "$ARPSWEEP_IP" in *.0|*.1) exit 3;; *.2) kill -SEGV $$;; esac', events);
    const name = `--exec ${JSON.stringify(join(directory, 'hook'))}`;
    expect(troubles).toEqual([
      `${name} ended with status 3, for the event new of 10.0.0.0`,
      `${name} was ended by SIGSEGV, for the event new of 10.0.0.2`,
      `${name} failed for 3 of 4 events`,
    ]);
  });

  test.each([
    ['that is gone by now', null, /could not be started \(ENOENT\)/],
    ['whose interpreter is not there', '#!/no/such', /could not be started \(ENOENT\)/],
  ])('of a program %s', async (_, content, message) => {
    const path = join(directory, 'other');
    if (content !== null) writeFileSync(path, content, { mode: 0o755 });
    const runner = runnerOf(path);
    runner.run(event());
    runner.run(event());
    await runner.finish();
    expect(troubles).toEqual([
      expect.stringMatching(message),
      expect.stringMatching(/failed for 2 of 2 events$/),
    ]);
  });
});

describe('a command that takes too long', () => {
  test('is ended with all that it started, also where it does not want to', async () => {
    const stubborn = "trap '' TERM; sh -c 'echo $$ > inner; trap \"\" TERM; while :; do sleep 1; done' & ";
    const body = `if [ "$ARPSWEEP_IP" = 10.0.0.0 ]; then ${stubborn} echo $$ > outer; wait; wait; else touch next; fi`;
    const runner = runnerOf(script(body), { timeoutMs: 200, killAfterMs: 100 });
    for (const each of numbered(2)) runner.run(each);
    await runner.finish();
    expect(troubles).toEqual([
      expect.stringMatching(/ was ended after 0\.2 s, for the event new of 10\.0\.0\.0$/),
    ]);
    expect(isThere('next')).toBe(true);
    for (const name of ['inner', 'outer']) {
      await waitFor(() => !isAlive(Number(read(name))), { what: 'the end of the process' });
    }
  });

  test('lets the newest events wait, and says how many of the others were left out', async () => {
    mkdirSync(join(directory, 'closed'));
    const runner = runnerOf(script('cat >> all; while [ -d closed ]; do sleep 0.01; done'), {
      mostWaiting: 3,
    });
    const events = numbered(10);
    for (const each of events) runner.run(each);
    rmSync(join(directory, 'closed'), { recursive: true });
    await runner.finish();
    const [first, ...rest] = events;
    expect(read('all').trim().split('\n')).toEqual(
      [first, ...rest.slice(-3)].map((each) => JSON.stringify(each)),
    );
    expect(troubles).toEqual([
      expect.stringMatching(/^events come faster than --exec ".*" takes them: the oldest are left out$/),
      expect.stringMatching(/ was not run for 6 of 10 events$/),
    ]);
  });

  test('does not hold up the end for long', async () => {
    const runner = runnerOf(script('echo $$ > running; sleep 600'), { finishMs: 100 });
    for (const each of numbered(3)) runner.run(each);
    await waitFor(() => isThere('running') && read('running') !== '', { what: 'the command to run' });
    const begun = performance.now();
    await runner.finish();
    expect(performance.now() - begun).toBeLessThan(2000);
    expect(isAlive(Number(read('running')))).toBe(false);
    expect(troubles).toEqual([
      expect.stringMatching(/ was ended with the watch, for the event new of 10\.0\.0\.0$/),
      expect.stringMatching(/ was not run for 2 of 3 events$/),
    ]);
  });
});

describe('the program', () => {
  test('is found by its path, and in PATH', async () => {
    const path = script('true');
    expect(await findProgram(path)).toBe(path);
    expect(await findProgram('sh')).toMatch(/^\/.*\/sh$/);
  });

  test.each([
    ['no/such/program', /no such file or directory \(ENOENT\)/],
    ['no-such-program', /there is no such program in PATH/],
    ['', /there is no such program in PATH/],
    ['/', /it is no file/],
    ['/etc/passwd', /permission denied \(EACCES\)/],
    ['/bin/echo hello', /no such file or directory/],
  ])('%j is refused before anything is run', async (name, message) => {
    await expect(findProgram(name)).rejects.toMatchObject({
      code: 'ERR_OPTION',
      message: expect.stringMatching(message),
    });
  });
});
