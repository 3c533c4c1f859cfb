/** `arpsweep watch` on a small network whose machines take and leave addresses, and whose links come and go. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type WatchEvent, type WatchState, watch } from '../../src/index.js';
import { mustRun } from '../../src/lab/command.js';
import { createLab, type Host, type Lab, type Switch } from '../../src/lab/lab.js';
import { ARPSWEEP, type CliRun, startCli, sweepCli } from '../support/sweep-cli.js';
import { onTerminal } from '../support/terminal.js';
import { waitFor } from '../support/wait-for.js';

const RANGE = '10.69.0.0/28';
const SERVICE = '10.69.0.5';
const ONE_MAC = '02:69:00:00:00:11';
const TWO_MAC = '00:50:56:69:00:12';
const HERE = ['watch', RANGE, '-I', 'wa0', '--interval', '1s'];

let lab: Lab;
let lan: Switch;
let one: Host;
let two: Host;
let directory: string;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'arpsweep-watch-'));
  lab = await createLab();
  lan = await lab.switch('switch');
  [one, two] = await Promise.all([
    lab.host('one', { on: lan, mac: ONE_MAC, addresses: ['10.69.0.11/24'] }),
    lab.host('two', { on: lan, mac: TWO_MAC, addresses: ['10.69.0.12/24'] }),
    lab.link('wa0', { on: lan, address: '10.69.0.1/24' }),
  ]);
});
beforeEach(() => take(one, SERVICE));
afterEach(async () => {
  for (const { child } of runs.splice(0)) child.kill('SIGKILL');
  await Promise.all([one, two].map((host) => leave(host, SERVICE)));
});
afterAll(async () => {
  rmSync(directory, { recursive: true });
  await lab.remove();
});

const runs: CliRun[] = [];
/** Starts a watch, and waits until it has swept. */
async function start(words: readonly string[]): Promise<CliRun> {
  const run = startCli([...words, '-v']);
  runs.push(run);
  await waitFor(() => run.stderr().includes('swept'), { what: 'the first sweep' });
  return run;
}

const take = (host: Host, ip: string) =>
  mustRun(['ip', '-n', host.namespace, 'address', 'replace', `${ip}/24`, 'dev', host.interface]);
/** Whether it has it or not. */
const leave = (host: Host, ip: string) =>
  host.run(['ip', 'address', 'delete', `${ip}/24`, 'dev', host.interface]);

const lines = (run: CliRun): string[] => run.stdout().split('\n').filter(Boolean);
const events = (run: CliRun): WatchEvent[] => lines(run).map((line) => JSON.parse(line));
async function untilTold(run: CliRun, count: number): Promise<void> {
  await waitFor(() => lines(run).length >= count, { what: `${count} events`, timeoutMs: 15_000 });
}

const schemaOf = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../schema/${name}-v1.schema.json`, import.meta.url), 'utf8'));
const ajv = addFormats.default(new Ajv({ schemas: [schemaOf('report')], strict: false }));

describe('changes', () => {
  test('that came about while nobody watched are told by the next watch, whatever the first one printed', async () => {
    const file = join(directory, 'state.json');
    const first = await start([...HERE, '--state', file]);
    first.child.kill('SIGTERM');
    expect(await first.result).toMatchObject({ status: 143, stdout: '' });
    const kept = JSON.parse(readFileSync(file, 'utf8')) as WatchState;
    expect(kept.addresses.map(({ ip, state }) => [ip, state])).toEqual([
      [SERVICE, 'up'],
      ['10.69.0.11', 'up'],
      ['10.69.0.12', 'up'],
    ]);
    const isState = ajv.compile(schemaOf('watch-state'));
    expect(isState(kept), ajv.errorsText(isState.errors)).toBe(true);

    await leave(one, SERVICE);
    await take(two, SERVICE);
    await take(one, '10.69.0.7');
    const second = await start([...HERE, '--state', file, '-f', 'ndjson']);
    await untilTold(second, 2);
    await leave(one, '10.69.0.7');
    second.child.kill('SIGTERM');
    await second.result;
    expect(
      events(second)
        .map(({ ip, type, whileAway }) => [ip, type, whileAway])
        .toSorted(),
    ).toEqual([
      [SERVICE, 'moved', true],
      ['10.69.0.7', 'new', true],
    ]);
  });
});

describe('a link', () => {
  const told = (seen: readonly WatchEvent[]) =>
    seen.map(({ type, ip }) => (ip === null ? type : `${type} ${ip}`));

  test('that goes down, or is deleted and made anew, is told and waited for, and takes nobody’s address', async () => {
    const controller = new AbortController();
    let sweeps = 0;
    const troubles: string[] = [];
    const run = watch(RANGE, {
      links: ['wa0'],
      intervalMs: 1000,
      signal: controller.signal,
      onSweep: () => {
        sweeps += 1;
      },
      onTrouble: ({ message }) => troubles.push(message),
    });
    const seen: WatchEvent[] = [];
    const reading = (async () => {
      for await (const event of run) seen.push(event);
    })();
    const swept = async (more: number) => {
      const wanted = sweeps + more;
      await waitFor(() => sweeps >= wanted, { what: 'sweeps', timeoutMs: 15_000 });
    };
    await swept(1);
    await mustRun(['ip', 'link', 'set', 'wa0', 'down']);
    await waitFor(() => told(seen).includes('link-down') && troubles.length > 0, { what: 'its fall' });
    await mustRun(['ip', 'link', 'set', 'wa0', 'up']);
    await swept(2);
    expect(told(seen)).toEqual(['link-down', 'link-up']);
    expect(troubles[0]).toContain('wa0 is down');

    await mustRun(['ip', 'link', 'delete', 'wa0']);
    await waitFor(() => told(seen).length === 3, { what: 'its deletion' });
    await lab.link('wa0', { on: lan, address: '10.69.0.1/24' });
    await swept(2);
    // The listener has its new index.
    await leave(one, SERVICE);
    await take(two, SERVICE);
    await two.run(['arping', '-q', '-U', '-c', '1', '-I', 'eth0', SERVICE]);
    await waitFor(() => told(seen).length >= 5, { what: 'the move', timeoutMs: 15_000 });
    // And what this machine takes over itself.
    await leave(two, SERVICE);
    await mustRun(['ip', 'address', 'add', `${SERVICE}/24`, 'dev', 'wa0']);
    await waitFor(() => told(seen).length >= 6, { what: 'the move to this machine', timeoutMs: 15_000 });
    const ours = seen.at(-1)?.macs;
    const aborted = performance.now();
    controller.abort();
    const state = await run.finished;
    expect(performance.now() - aborted).toBeLessThan(500);
    await reading;
    expect(told(seen)).toEqual([
      'link-down',
      'link-up',
      'link-down',
      'link-up',
      `moved ${SERVICE}`,
      `moved ${SERVICE}`,
    ]);
    expect(await mustRun(['ip', '-br', 'link', 'show', 'dev', 'wa0'])).toContain(ours?.join());
    expect(state.links).toMatchObject([{ link: 'wa0', up: true, targets: [RANGE] }]);
    expect(state.addresses.find(({ ip }) => ip === SERVICE)).toMatchObject({
      state: 'up',
      holders: [{ mac: ours?.[0] }],
    });
    await mustRun(['ip', 'address', 'delete', `${SERVICE}/24`, 'dev', 'wa0']);
  });

  test('that is not there ends it, unless somebody takes the trouble', async () => {
    const missing = { links: ['nowhere0'], intervalMs: 1000 };
    await expect(watch(RANGE, missing).finished).rejects.toThrow('nowhere0');
    const controller = new AbortController();
    const troubles: Error[] = [];
    const run = watch(RANGE, {
      ...missing,
      signal: controller.signal,
      onTrouble: (error) => {
        troubles.push(error);
        controller.abort();
      },
    });
    expect((await run.finished).addresses).toEqual([]);
    expect(troubles).toHaveLength(1);
  });
});

describe('the command', () => {
  test('prints a line for each event, its columns parted by tabs', async () => {
    const run = await start(HERE);
    await leave(one, SERVICE);
    await take(two, SERVICE);
    await untilTold(run, 1);
    run.child.kill('SIGTERM');
    const { status, stdout } = await run.result;
    expect(status).toBe(143);
    const time = String.raw`\d{4}-\d\d-\d\dT[\d:.]+Z`;
    expect(stdout).toMatch(
      new RegExp(`^${time}\tmoved\twa0\t10\\.69\\.0\\.5\t${TWO_MAC}\t${ONE_MAC}\t[\\d.]+\tVMware, Inc\\.\n$`),
    );
  });

  test('says at a terminal what it watches, and ends after --for', async () => {
    const run = onTerminal([process.execPath, ARPSWEEP, ...HERE, '--for', '2s']);
    const { status, output } = await run.result;
    expect(output).toMatch(/watching 10\.69\.0\.0\/28 on wa0 every 1 s: 3 addresses answer; Ctrl-C ends it/);
    expect(status).toBe(0);
  });

  test('ends when its reader goes away', async () => {
    const run = await start(HERE);
    run.child.stdout?.destroy();
    await take(two, SERVICE);
    expect(await run.result).toMatchObject({ status: 0 });
  });

  test.each([
    [['--fast', '2', '--interval', '5s'], 'fast mode', '--interval'],
    [['--exec', './no-such-program'], 'no-such-program', ''],
    [['--state', '/nonexistent/state'], '"/nonexistent/state"', 'directory that exists'],
  ])('refuses %j', async (words, quoted, form) => {
    const { status, stdout, stderr } = await sweepCli(['watch', RANGE, '-I', 'wa0', ...words]);
    expect(stderr).toContain(quoted);
    expect(stderr).toContain(form);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  });

  test('cannot run where the link is not there', async () => {
    const { status, stderr } = await sweepCli(['watch', RANGE, '-I', 'nowhere0']);
    expect(stderr).toContain('nowhere0');
    expect(status).toBe(3);
  });
});
