/** Prometheus itself, scraping five sidecars, and the alert rules of deploy/ on what they see. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, test } from 'vitest';
import { createLab, type Lab, type Switch } from '../../src/lab/lab.js';
import { type CliRun, startCli } from '../support/sweep-cli.js';
import { waitFor } from '../support/wait-for.js';

const RULES = fileURLToPath(new URL('../../deploy/alerts.rules.yaml', import.meta.url));
const SERVICE = '10.83.0.50';
const API = 'http://127.0.0.1:9090/api/v1';

let lab: Lab;
let directory: string;
let east: Switch;
let west: Switch;
let prometheus: ChildProcess | undefined;
const runs: CliRun[] = [];
const instances = [1, 2, 3, 4, 5].map((i) => `10.84.0.${i}:9617`);

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'arpsweep-prometheus-'));
  lab = await createLab();
  const management = await lab.switch('management');
  east = await lab.switch('east');
  west = await lab.switch('west');
  await lab.link('prom0', { address: '10.84.0.254/24', on: management });
  const addresses = [`${SERVICE}/24`];
  await Promise.all([
    lab.host('service-east', { on: east, addresses }),
    lab.host('service-west', { on: west, addresses }),
    ...instances.map(async (instance, i) => {
      const on = i < 3 ? east : west;
      const host = await lab.host(`sidecar-${i}`, { on, addresses: [`10.83.0.${i + 1}/24`] });
      await lab.nic(host, 'mgmt0', { address: `10.84.0.${i + 1}/24`, on: management });
      const few = ['--passes', '1', '--cooldown', '100ms', '--interval', '1s'];
      runs.push(
        startCli(['serve', '-I', 'eth0', SERVICE, ...few, '--listen', instance], { host, timeout: 60_000 }),
      );
    }),
  ]);
});
afterAll(async () => {
  if (prometheus?.kill('SIGTERM')) await once(prometheus, 'exit');
  for (const { child } of runs) child.kill('SIGTERM');
  await Promise.all(runs.map(({ result }) => result));
  await lab.remove();
  rmSync(directory, { recursive: true });
});

/** Before it listens. */
const none = { activeTargets: [] };

interface Alert {
  readonly state: 'pending' | 'firing';
  readonly labels: Readonly<Record<string, string>>;
}

async function ask<Data>(path: string): Promise<Data> {
  const response = await fetch(`${API}${path}`);
  return ((await response.json()) as { data: Data }).data;
}

/** Names of the alerts that fire, each with what it is about. */
async function firing(): Promise<string[]> {
  const { alerts } = await ask<{ alerts: Alert[] }>('/alerts');
  const fired = alerts.filter(({ state }) => state === 'firing');
  return fired
    .map(({ labels: { alertname, ip, instance } }) => `${alertname} ${ip ?? instance ?? ''}`)
    .sort();
}

test('its rules fire on a conflict that no sidecar sees alone, and on one that all of them see', async () => {
  // As they are, but at once: what they wait for is minutes.
  const rules = readFileSync(RULES, 'utf8').replaceAll(/^ +for: .*\n/gm, '');
  writeFileSync(join(directory, 'rules.yaml'), rules);
  const config = {
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    rule_files: ['rules.yaml'],
    scrape_configs: [
      { job_name: 'arpsweep', static_configs: [{ targets: instances, labels: { segment: 'rack-7' } }] },
    ],
  };
  // JSON is YAML.
  writeFileSync(join(directory, 'prometheus.yaml'), JSON.stringify(config));
  await waitFor(() => runs.every((run) => run.stderr().includes('serving on')), {
    what: 'the sidecars',
    timeoutMs: 20_000,
  });
  const words = [`--config.file=${directory}/prometheus.yaml`, `--storage.tsdb.path=${directory}/data`];
  prometheus = spawn('prometheus', [...words, '--web.listen-address=127.0.0.1:9090', '--log.level=error']);
  const settled = (expected: string[]) =>
    waitFor(async () => JSON.stringify(await firing().catch(() => [])) === JSON.stringify(expected), {
      what: `the alerts ${expected.join(', ')}`,
      timeoutMs: 20_000,
      intervalMs: 100,
    });

  const isScraped = async () => {
    const { activeTargets } = await ask<{ activeTargets: { health: string }[] }>('/targets').catch(
      () => none,
    );
    return activeTargets.filter(({ health }) => health === 'up').length === instances.length;
  };
  await waitFor(isScraped, { what: 'every sidecar to be scraped', timeoutMs: 20_000, intervalMs: 100 });

  // Two parts of a network without a cable between them: each has one machine with the address.
  await settled([`ArpsweepConflictAcrossSweepers ${SERVICE}`]);
  await lab.cable(east, west);
  await settled(instances.map((instance) => `ArpsweepConflict ${instance}`));
});
