/** `arpsweep watch --state FILE --exec PROGRAM`: what it knew before it ended, and whom it tells. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { WatchEvent } from '../../src/generated/watch-event-types.js';
import type { WatchState } from '../../src/generated/watch-state-types.js';
import { mustRun } from '../../src/lab/command.js';
import { createLab, type Host, type Lab } from '../../src/lab/lab.js';
import { type CliRun, startCli, sweepCli } from '../support/sweep-cli.js';
import { waitFor } from '../support/wait-for.js';

const ONE_MAC = '02:81:00:00:00:11';
const TWO_MAC = '02:81:00:00:00:12';
const WATCH = ['watch', '-I', 'ws0', '10.81.0.8/29', '--interval', '1s', '-f', 'ndjson'];

let lab: Lab;
let one: Host;
let two: Host;
let directory: string;
let state: string;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'arpsweep-watch-'));
  state = join(directory, 'state.json');
  writeFileSync(join(directory, 'foreign'), 'not ours');
  lab = await createLab();
  const on = await lab.switch('switch');
  [one, two] = await Promise.all([
    lab.host('one', { on, mac: ONE_MAC, addresses: ['10.81.0.9/24', '10.81.0.10/24', '10.81.0.11/24'] }),
    lab.host('two', { on, mac: TWO_MAC, addresses: ['10.81.0.12/24'] }),
    lab.link('ws0', { on, address: '10.81.0.1/24' }),
  ]);
});
const runs: CliRun[] = [];
afterEach(() => {
  for (const { child } of runs.splice(0)) child.kill('SIGKILL');
});
afterAll(async () => {
  rmSync(directory, { recursive: true });
  await lab.remove();
});

const linesOf = (text: string): string[] => text.split('\n').slice(0, -1);
const kept = (): WatchState => JSON.parse(readFileSync(state, 'utf8'));

function start(...words: string[]): CliRun {
  const run = startCli([...WATCH, '--state', state, ...words]);
  runs.push(run);
  return run;
}

async function end({ child, result }: CliRun): Promise<string> {
  child.kill('SIGTERM');
  const { status, stdout, stderr } = await result;
  expect({ status, stderr }).toEqual({ status: 143, stderr: '' });
  return stdout;
}

test('what changed while it was away is told first, once, and to the program as well', async () => {
  const first = start();
  const isSwept = (): boolean => statSync(state).size > 0 && kept().links[0]?.sweptAt !== null;
  await waitFor(() => statSync(state, { throwIfNoEntry: false }) && isSwept(), {
    what: 'a sweep to be kept',
  });
  expect((await sweepCli([...WATCH, '--state', state])).stderr).toContain('another watch has it');
  expect(await end(first)).toBe('');
  expect(kept().addresses.map(({ ip, state: now }) => [ip, now])).toEqual(
    [9, 10, 11, 12].map((last) => [`10.81.0.${last}`, 'up']),
  );

  const change = (host: Host, verb: string, address: string) =>
    host.run(['ip', 'address', verb, `${address}/24`, 'dev', host.interface]);
  await change(one, 'del', '10.81.0.10');
  await change(one, 'del', '10.81.0.11');
  await change(two, 'add', '10.81.0.11');
  await change(two, 'add', '10.81.0.13');

  const told = join(directory, 'told');
  const open = join(directory, 'open');
  const hook = join(directory, 'hook');
  writeFileSync(hook, '#!/bin/sh\ncat >> "$1"; links=$(readlink /proc/$$/fd/*); echo "$links" >> "$2"\n', {
    mode: 0o755,
  });
  const second = start('--exec', hook, '--exec-arg', told, '--exec-arg', open);
  await waitFor(() => linesOf(readFileSync(told, { encoding: 'utf8', flag: 'a+' })).length >= 3, {
    what: 'three events',
    timeoutMs: 20_000,
  });
  const stdout = await end(second);

  const events = linesOf(stdout).map((line): WatchEvent => JSON.parse(line));
  const summary = events.map(({ type, ip, macs, previous, whileAway }) => ({
    type,
    ip,
    macs,
    before: previous?.macs ?? null,
    whileAway,
  }));
  const byIp = summary.sort((a, b) => (a.ip ?? '').localeCompare(b.ip ?? ''));
  expect(byIp).toEqual([
    { type: 'gone', ip: '10.81.0.10', macs: [], before: [ONE_MAC], whileAway: true },
    { type: 'moved', ip: '10.81.0.11', macs: [TWO_MAC], before: [ONE_MAC], whileAway: true },
    { type: 'new', ip: '10.81.0.13', macs: [TWO_MAC], before: null, whileAway: true },
  ]);
  // The program got what was printed, and nothing that is open to the network.
  expect(readFileSync(told, 'utf8')).toBe(stdout);
  const sockets = linesOf(readFileSync(open, 'utf8')).filter((to) => to.startsWith('socket:'));
  const ofPackets = await mustRun(['cat', '/proc/net/packet']);
  expect(sockets).not.toEqual([]);
  for (const [, inode = ''] of sockets.join().matchAll(/\[(\d+)\]/g)) expect(ofPackets).not.toContain(inode);
  expect(kept().addresses.map(({ ip, state: now }) => `${ip} ${now}`)).toContain('10.81.0.10 gone');
});

test.each([
  ['--exec', '/no/such/program', /^arpsweep: The program of --exec ".*" cannot be run: no such file or dir/],
  ['--exec-arg', 'word', /^arpsweep: There is an argument of --exec-arg and no program to take it\./],
  ['--state', 'foreign', /^arpsweep: The state file "foreign" is not one that a watch wrote\./],
])('%s %s is refused before anything is sent', async (flag, value, message) => {
  const sent = async (): Promise<string | undefined> =>
    /TX: .*\n *(.*)/.exec(await mustRun(['ip', '-s', 'link', 'show', 'dev', 'ws0']))?.[1];
  const before = await sent();
  const { status, stderr } = await sweepCli([...WATCH, flag, value], { cwd: directory });
  expect(stderr).toMatch(message);
  expect(status).toBe(2);
  expect(before).toMatch(/^\d+ +\d+/);
  expect(await sent()).toBe(before);
});
