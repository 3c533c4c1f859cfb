/** Networks of random shape in which nothing is wrong: everybody is found as who he is, and nothing else is. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sweep } from '../../src/index.js';
import { createLab, type Host, type Lab, type Switch } from '../../src/lab/lab.js';
import { seededNumbers } from '../../src/lab/random.js';
import { expectSound, respondersByIp } from '../support/sound-report.js';

const NETWORKS = 20;
const numbers = seededNumbers(20_261_121);
/** A number from 0 to below `limit`. */
const draw = (limit: number): number => Math.floor(numbers.next().value * limit);
const drawOf = <T>(from: readonly T[]): T => from[draw(from.length)] as T;
const range = (count: number) => Array.from({ length: count }, (_, i) => i);

/** One segment: switches in a tree, and who is on it. */
interface Network {
  readonly link: string;
  readonly switches: readonly Switch[];
  readonly hosts: Host[];
  /** MAC by address. */
  readonly truth: Record<string, string>;
  /** Addresses of the segment that nobody has yet, in random order. */
  readonly free: string[];
}

let lab: Lab;
let networks: Network[];
beforeAll(async () => {
  lab = await createLab();
  networks = [];
  for (const n of range(NETWORKS)) networks.push(await buildNetwork(n));
  // Machines with a second interface, in another segment.
  for (const n of range(NETWORKS / 2)) {
    const [home, away] = networks.slice(2 * n, 2 * n + 2) as [Network, Network];
    const mac = `02:00:00:00:01:0${n}`;
    const ip = away.free.pop() as string;
    await lab.nic(drawOf(home.hosts), 'eth1', { on: drawOf(away.switches), mac, address: `${ip}/27` });
    away.truth[ip] = mac;
  }
}, 60_000);
afterAll(() => lab.remove());

async function buildNetwork(n: number): Promise<Network> {
  const switches: Switch[] = [];
  for (const s of range(1 + draw(4))) {
    const upper = switches.length > 0 ? drawOf(switches) : null;
    const added = await lab.switch(`n${n}-sw${s}`);
    if (upper) await lab.cable(upper, added);
    switches.push(added);
  }
  const link = `net${n}`;
  const free = range(29)
    .map((i) => ({ ip: `10.60.${n}.${i + 2}`, order: draw(1e6) }))
    .toSorted((a, b) => a.order - b.order)
    .map(({ ip }) => ip);
  const truth: Record<string, string> = {};
  const claim = (count: number) => free.splice(0, count).map((ip) => `${ip}/27`);
  const settle = async (addresses: readonly string[], host: Promise<Host>): Promise<Host> => {
    const settled = await host;
    for (const address of addresses) truth[address.replace('/27', '')] = settled.mac;
    return settled;
  };
  await lab.link(link, { on: drawOf(switches), address: `10.60.${n}.1/27` });
  const hosts = await Promise.all(
    range(1 + draw(4)).map((h) => {
      // The second address and those after it are secondary ones.
      const addresses = claim(1 + draw(3));
      return settle(addresses, lab.host(`n${n}-h${h}`, { on: drawOf(switches), addresses }));
    }),
  );
  await Promise.all(
    range(draw(3)).map((t) => {
      const addresses = claim(1);
      return settle(addresses, lab.tenant(`n${n}-t${t}`, { of: drawOf(hosts), addresses }));
    }),
  );
  return { link, switches, hosts, truth, free };
}

test.for(range(NETWORKS))('nothing is wrong in network %i', async (n) => {
  const { link, truth } = networks[n] as Network;
  const report = await sweep(`10.60.${n}.0/27`, { links: [link] }).report();
  expectSound(report);
  expect(report.findings).toEqual([]);
  expect(respondersByIp(report)).toEqual(
    Object.fromEntries(Object.entries(truth).map(([ip, mac]) => [ip, [mac]])),
  );
});

test('nothing is wrong in all of them at once', async () => {
  const targets = range(NETWORKS).map((n) => `10.60.${n}.0/27`);
  const report = await sweep(targets, { links: networks.map(({ link }) => link) }).report();
  expectSound(report);
  expect(report.findings).toEqual([]);
  expect(report.counts.answered).toBe(
    networks.reduce((sum, { truth }) => sum + Object.keys(truth).length, 0),
  );
});
