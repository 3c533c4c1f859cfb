/** What a sweep leaves behind in this machine's own neighbour table, held against what the kernel shows of it. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sweep } from '../../src/index.js';
import { mustRun } from '../../src/lab/command.js';
import { ipBatch } from '../../src/lab/iproute.js';
import { createLab, type Host, type Lab } from '../../src/lab/lab.js';
import { expectSound } from '../support/sound-report.js';

const WRONG_MAC = '02:00:00:00:00:66';

let lab: Lab;
let host: Host;
beforeAll(async () => {
  lab = await createLab();
  ({ host } = await lab.pair('eth0', { address: '10.0.0.2/24' }, 'neighbour', {
    addresses: ['10.0.0.5/24', '10.0.0.6/24', '10.0.0.7/24'],
  }));
});
afterAll(() => lab.remove());

interface Entry {
  readonly dst: string;
  readonly lladdr?: string;
  readonly state: readonly string[];
}

async function neighbours(): Promise<Record<string, Entry>> {
  const entries = JSON.parse(await mustRun(['ip', '-json', 'neighbour', 'show', 'dev', 'eth0'])) as Entry[];
  return Object.fromEntries(entries.map((entry) => [entry.dst, entry]));
}

test('entries that the answers changed are in the report, and no others', async () => {
  await ipBatch(null, [
    // As if the entries were older than a second: until then the kernel leaves them as they are.
    'ntable change name arp_cache dev eth0 locktime 0',
    `neighbour replace 10.0.0.5 lladdr ${WRONG_MAC} dev eth0 nud stale`,
    `neighbour replace 10.0.0.6 lladdr ${host.mac} dev eth0 nud permanent`,
    `neighbour replace 10.0.0.9 lladdr ${WRONG_MAC} dev eth0 nud stale`,
  ]);
  const before = await neighbours();
  const report = await sweep('10.0.0.0/28', { links: ['eth0'] }).report();
  const after = await neighbours();
  expectSound(report);

  // The kernel took the answer for 10.0.0.5 as one to itself; nobody answered for 10.0.0.9, and 10.0.0.7 was unknown.
  expect(after['10.0.0.5']?.lladdr).toBe(host.mac);
  const [changed] = report.links[0]?.changedNeighbours ?? [];
  expect(report.links[0]?.changedNeighbours).toHaveLength(1);
  expect(changed).toEqual({
    ip: '10.0.0.5',
    before: { mac: before['10.0.0.5']?.lladdr, state: before['10.0.0.5']?.state.join() },
    after: { mac: host.mac, state: after['10.0.0.5']?.state.join() },
  });
});

test('a sweep adds no entry of its own', async () => {
  await ipBatch(null, ['neighbour flush dev eth0']);
  const report = await sweep('10.0.0.0/28', { links: ['eth0'] }).report();
  expect(report.counts.answered).toBe(3);
  expect(report.links[0]).not.toHaveProperty('changedNeighbours');
});
