/** What other programs find in the same network: the same hosts by the same MACs, where they tell them all. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Report, sweep } from '../../src/index.js';
import { runCommand } from '../../src/lab/command.js';
import { ipBatch } from '../../src/lab/iproute.js';
import { createLab, type Host, type Lab } from '../../src/lab/lab.js';
import { respondersByIp } from '../support/sound-report.js';
import { waitFor } from '../support/wait-for.js';

const OUR_IP = '10.64.7.1';
const RANGE = '10.64.7.0/24';
/** Two of the machines claim the last one. */
const addresses = ['10.64.7.10', '10.64.7.11', '10.64.7.77', '10.64.7.200', '10.64.7.200'];
const MAC = /\b(?:[\da-f]{2}:){5}[\da-f]{2}\b/i;

let lab: Lab;
let hosts: Host[];
let report: Report;
beforeAll(async () => {
  lab = await createLab();
  const on = await lab.switch('switch');
  await lab.link('eth0', { on, address: `${OUR_IP}/24` });
  hosts = await Promise.all(addresses.map((ip, i) => lab.host(`h${i}`, { on, addresses: [`${ip}/24`] })));
  report = await sweep(RANGE, { links: ['eth0'] }).report();
});
afterAll(() => lab.remove());

/** Runs a peer, and reads its pairs of address and MAC, one in each line that has both. */
async function pairsOf(...argv: string[]): Promise<Record<string, string[]>> {
  const { status, stdout, stderr } = await runCommand(argv);
  if (status !== 0) throw new Error(`${argv.join(' ')} ended with ${status}: ${stderr}`);
  const pairs: Record<string, string[]> = {};
  for (const line of stdout.split('\n')) {
    const [ip] = /\b10\.64\.7\.\d+\b/.exec(line) ?? [];
    const [mac] = MAC.exec(line) ?? [];
    if (ip === undefined || mac === undefined) continue;
    const macs = new Set([...(pairs[ip] ?? []), mac.toLowerCase()]);
    pairs[ip] = [...macs].sort();
  }
  return pairs;
}

// They wait for their time-outs most of the time, so that they can do it side by side.
describe.concurrent('the machines that we find', () => {
  test('are those of the lab, each by its MAC', ({ expect: here }) => {
    const truth: Record<string, string[]> = {};
    addresses.forEach((ip, i) => {
      truth[ip] = [...(truth[ip] ?? []), hosts[i]?.mac ?? ''].sort();
    });
    here(respondersByIp(report)).toEqual(truth);
  });

  test('are those of arp-scan', async ({ expect: here }) => {
    here(await pairsOf('arp-scan', '-I', 'eth0', '-q', '-x', RANGE)).toEqual(respondersByIp(report));
  });

  test('are those of netdiscover', async ({ expect: here }) => {
    const found = await pairsOf('netdiscover', '-i', 'eth0', '-r', RANGE, '-P', '-N', '-c', '2');
    here(found).toEqual(respondersByIp(report));
  });

  test('are those of nmap -sn, which tells one MAC for each', async ({ expect: here }) => {
    const { stdout } = await runCommand(['nmap', '-sn', '-n', '-PR', '-oX', '-', RANGE]);
    const found = [...stdout.matchAll(/addr="([\d.]+)" addrtype="ipv4"\/>\s*<address addr="([\dA-F:]+)"/g)];
    here(found.map(([, ip]) => ip)).toEqual([...new Set(addresses)]);
    for (const [, ip = '', mac = ''] of found) here(respondersByIp(report)[ip]).toContain(mac.toLowerCase());
  });

  test('are those of masscan --arp, which tells no MAC', async ({ expect: here }) => {
    // Its router's MAC is only where it would send anything else; it listens until a frame ends its waiting time.
    const argv = [
      'masscan',
      '--arp',
      RANGE,
      '-e',
      'eth0',
      '--adapter-ip',
      OUR_IP,
      '--rate',
      '1000',
      '--wait',
      '1',
    ];
    let ended = false;
    const run = runCommand([...argv, '--router-mac', 'ff-ff-ff-ff-ff-ff']).finally(() => {
      ended = true;
    });
    const speaker = hosts[0] as Host;
    await waitFor(
      async () => {
        await ipBatch(speaker.namespace, ['neighbour replace 10.64.7.250 dev eth0 use']);
        return ended;
      },
      { what: 'masscan to end', timeoutMs: 20_000, intervalMs: 200 },
    );
    const found = [...(await run).stdout.matchAll(/ on ([\d.]+) \(/g)].map(([, ip]) => ip);
    here([...new Set(found)].sort()).toEqual([...new Set(addresses)].sort());
  });
});

test('without our own address, which others list as a host', () => {
  expect(report.hosts.find(({ self }) => self)?.ip).toBe(OUR_IP);
});
