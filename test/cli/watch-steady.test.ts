/**
 * Networks on which something is wrong, and nothing changes: the first sweep of a watch tells what it is, and no later one,
 * which asks far less, denies it.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { scenarios } from '../../src/demo/catalogue.js';
import { watch } from '../../src/index.js';
import { createLab, type Lab } from '../../src/lab/lab.js';
import { REQUEST, readArp } from '../support/arp-frames.js';
import { capture } from '../support/capture.js';
import { startCli } from '../support/sweep-cli.js';
import { waitFor } from '../support/wait-for.js';

const SWEEPS = 3;

let lab: Lab;
let directory: string;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'arpsweep-steady-'));
  lab = await createLab();
});
afterEach(async () => {
  rmSync(directory, { recursive: true });
  await lab.remove();
});

/** What is found, by the demo's name of the incident. */
const FOUND = {
  fabric: 'answered-by-fabric',
  proxy: 'proxy-arp',
  'unreachable-neighbours': 'shadowed-address',
  'wandering-services': 'unconfigured-interface',
  loss: 'loss',
};

test.each(Object.entries(FOUND))('%s: %s is told once', async (name, kind) => {
  const scenario = scenarios.find((each) => each.name === name);
  const stage = await scenario?.build(lab);
  if (!stage) throw new Error(`There is no scenario ${name}.`);
  for (const [file, content] of Object.entries(stage.files)) {
    mkdirSync(dirname(join(directory, file)), { recursive: true });
    writeFileSync(join(directory, file), content);
  }
  const run = startCli(['watch', '--interval', '600ms', '-v', '-f', 'ndjson', ...stage.command], {
    cwd: directory,
    ...(stage.on && { host: stage.on }),
  });
  const events = () =>
    run
      .stdout()
      .split('\n')
      .filter((line) => line !== '')
      .map((line): { type: string; finding?: { kind: string } } => JSON.parse(line));
  const sweeps = () => run.stderr().split('swept in').length - 1;
  try {
    await waitFor(() => sweeps() >= 1, { what: 'the first sweep' });
    await waitFor(() => sweeps() >= SWEEPS, { what: 'some sweeps more', timeoutMs: 20_000 });
  } finally {
    run.child.kill('SIGINT');
  }
  const { status } = await run.result;
  expect(status).toBe(130);
  expect(events().map(({ type, finding }) => [type, finding?.kind])).toContainEqual(['finding-begins', kind]);
  expect(events().filter(({ type }) => type !== 'finding-begins' && type !== 'conflict-begins')).toEqual([]);
  const told = events().map((event) => JSON.stringify([event.type, event.finding?.kind, event]));
  expect(new Set(told).size).toBe(told.length);
});

test('where nothing changes each address is asked once in a sweep, and who answers once more by unicast and by probe', async () => {
  const on = await lab.switch('switch');
  const [host] = await Promise.all([
    lab.host('host', { on, addresses: ['10.34.11.9/24'] }),
    lab.link('eth0', { on, address: '10.34.11.2/24' }),
  ]);
  const witness = await capture(null, 'eth0', 'arp and outbound');
  const end = new AbortController();
  // When each sweep had ended, before the next began.
  const endedAtMs: number[] = [];
  const run = watch('10.34.11.0/28', {
    links: ['eth0'],
    intervalMs: 600,
    signal: end.signal,
    onSweep() {
      endedAtMs.push(Date.now());
      if (endedAtMs.length === 1 + SWEEPS) end.abort();
    },
  });
  await run.finished;
  const [firstEndedAtMs = 0] = endedAtMs;
  const questions = (await witness.stop())
    .map(readArp)
    .filter(({ operation, timeMs }) => operation === REQUEST && timeMs > firstEndedAtMs);
  const asked = (ip: string) => questions.filter(({ tpa }) => tpa === ip);
  expect(asked('10.34.11.7')).toHaveLength(SWEEPS);
  const kinds = asked('10.34.11.9').map(({ spa, destination }) =>
    destination === host.mac ? 'unicast' : spa === '0.0.0.0' ? 'probe' : 'request',
  );
  expect(kinds.toSorted()).toEqual(
    ['probe', 'request', 'unicast'].flatMap((kind) => Array(SWEEPS).fill(kind)),
  );
});
