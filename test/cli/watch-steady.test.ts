/**
 * Networks on which something is wrong, and nothing changes: the first sweep of a watch tells what it is, and no later one,
 * which asks far less, denies it.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { scenarios } from '../../src/demo/catalogue.js';
import { createLab, type Lab } from '../../src/lab/lab.js';
import { startCli } from '../support/sweep-cli.js';
import { waitFor } from '../support/wait-for.js';

const SWEEPS = 4;

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

const FOUND = (process.env.STEADY ? JSON.parse(process.env.STEADY) : {
  fabric: 'answered-by-fabric',
  proxy: 'proxy-arp',
  'unreachable-neighbours': 'answers-only-probes',
  'wandering-services': 'unconfigured-interface',
  loss: 'loss',
}) as Record<string, string>;

test.each(Object.entries(FOUND))('%s: %s is told once', async (name, kind) => {
  const scenario = scenarios.find((each) => each.name === name);
  const stage = await scenario?.build(lab);
  if (!stage) throw new Error(`There is no scenario ${name}.`);
  for (const [file, content] of Object.entries(stage.files)) {
    mkdirSync(dirname(join(directory, file)), { recursive: true });
    writeFileSync(join(directory, file), content);
  }
  const run = startCli(['watch', '--interval', '1s', '-v', '-f', 'ndjson', ...stage.command], {
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
    await waitFor(() => sweeps() >= SWEEPS, { what: 'some sweeps more', timeout: 20_000 });
  } finally {
    run.child.kill('SIGINT');
  }
  const { status } = await run.result;
  if (process.env.STEADY) console.log(name, run.stdout(), run.stderr());
  expect(status).toBe(130);
  expect(events().map(({ type, finding }) => [type, finding?.kind])).toContainEqual(['finding-begins', kind]);
  expect(events().filter(({ type }) => type !== 'finding-begins' && type !== 'conflict-begins')).toEqual([]);
  const told = events().map((event) => JSON.stringify([event.type, event.finding?.kind, event]));
  expect(new Set(told).size).toBe(told.length);
});
