/** Names: of what answers (--resolve), and as targets, by a name server of the lab's own. */
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Report } from '../../src/generated/report-types.js';
import { runCommand } from '../../src/lab/command.js';
import type { Lab } from '../../src/lab/lab.js';
import {
  buildConflictNetwork,
  CLAIMANTS,
  CONTESTED,
  LONE,
  LONE_MAC,
  RANGE,
} from '../support/conflict-network.js';
import { type NameServer, serveNames } from '../support/name-server.js';
import { sweepCli } from '../support/sweep-cli.js';

/** Of resolv.conf(5), in this order; none is served unless a test does. */
const FIRST = '127.0.0.1';
const SECOND = '127.0.0.2';
const LONE_NAME = 'lone.example.test';
/** A name that would clear the screen, if it were let through. */
const EVIL_NAME = 'evil\x1b[2J.example.test';

let lab: Lab;
let directory: string;
let through: string[];
let servers: NameServer[] = [];
beforeAll(async () => {
  ({ lab } = await buildConflictNetwork());
  directory = mkdtempSync(join(tmpdir(), 'arpsweep-names-'));
  const resolvConf = join(directory, 'resolv.conf');
  writeFileSync(resolvConf, `${[FIRST, SECOND].map((address) => `nameserver ${address}\n`).join('')}`);
  // For the one process that is run through it, and for nobody else.
  const script = `mount --bind ${resolvConf} ${realpathSync('/etc/resolv.conf')} && exec "$@"`;
  through = ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', script, 'names'];
});
afterEach(() => {
  for (const server of servers) server.close();
  servers = [];
});
afterAll(async () => {
  rmSync(directory, { recursive: true });
  await lab.remove();
});

async function serve(...how: Parameters<typeof serveNames>): Promise<NameServer> {
  const server = await serveNames(...how);
  servers.push(server);
  return server;
}

const sweep = (...words: string[]) => sweepCli(['-I', 'sw0', ...words], { through });

describe('--resolve', () => {
  test('puts the name in place of the vendor, and into the report beside it', async () => {
    await serve({ [LONE]: LONE_NAME, [CONTESTED]: EVIL_NAME });
    const plain = await sweep('--resolve', RANGE);
    const names = plain.stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t').at(-1));
    expect(names.sort()).toEqual([
      ...Array(3).fill(expect.stringMatching(/^evil\S+\.example\.test$/)),
      LONE_NAME,
    ]);
    expect(plain.stdout).not.toContain('\x1b');
    expect(plain.status).toBe(0);

    const json = await sweep('--resolve', '-f', 'json', LONE);
    const [host] = (JSON.parse(json.stdout) as Report).hosts;
    expect(host?.responders).toMatchObject([{ name: LONE_NAME, vendor: 'VMware, Inc.' }]);
  });

  test('asks once for each address that answered, and for no other', async () => {
    const server = await serve({ [LONE]: LONE_NAME });
    const { stdout } = await sweep('--resolve', RANGE);
    expect(stdout).toContain(LONE_NAME);
    expect([...server.asked].sort()).toEqual(['10.0.66.10.in-addr.arpa', '20.0.66.10.in-addr.arpa']);
  });

  test('without which no name server is asked', async () => {
    const server = await serve({ [LONE]: LONE_NAME });
    const { stdout } = await sweep(RANGE);
    expect(stdout).not.toContain(LONE_NAME);
    expect(server.asked).toEqual([]);
  });

  test('holds up a report for two seconds at most where every name server is silent', async () => {
    const server = await serve(null);
    await serve(null, { address: SECOND });
    const { status, stdout, ms } = await sweep('--resolve', '-f', 'json', RANGE);
    const { hosts, durationMs } = JSON.parse(stdout) as Report;
    const responders = hosts.flatMap((host) => host.responders);
    expect(responders.map(({ name }) => name)).toEqual([null, null, null, null]);
    expect(server.asked).not.toEqual([]);
    expect(status).toBe(0);
    // A second to start and to end, on a machine that has other work.
    expect(ms - durationMs).toBeLessThan(2000 + 1000);
  });

  test('waits for a server that is slow, and passes over one that is dead', async () => {
    await serve(null);
    await serve({ [LONE]: LONE_NAME }, { address: SECOND, delayMs: 400 });
    const { stdout } = await sweep('--resolve', LONE);
    expect(stdout).toContain(LONE_NAME);
  });
});

describe('--vendors', () => {
  // The lone machine's MAC is 00:50:56:66:00:10.
  const lines = [
    '# ours',
    '00:50:56\tall VMware',
    '00:50:56:66:0\tour cellar',
    '02:66:00:00:00:21\tthe printer',
    '',
  ];

  test('names MACs by the longest of our prefixes, as arp-scan does with the same file', async () => {
    const file = join(directory, 'mac-vendor.txt');
    writeFileSync(file, lines.join('\n'));
    const [plain, peer] = await Promise.all([
      sweepCli(['-I', 'sw0', '--vendors', file, '-f', 'csv', RANGE]),
      runCommand([
        'arp-scan',
        '-I',
        'sw0',
        '--plain',
        '--timeout=100',
        `--macfile=${file}`,
        `${LONE}-${CONTESTED}`,
      ]),
    ]);
    const ours = plain.stdout
      .split('\n')
      .slice(1, -1)
      .map((row) => row.split(','));
    const byMac = Object.fromEntries(ours.map(([, mac, , , , , , , vendor]) => [mac, vendor]));
    expect(byMac).toMatchObject({
      [LONE_MAC]: 'our cellar',
      [CLAIMANTS[0]]: 'the printer',
      [CLAIMANTS[1]]: '',
    });
    const theirs = peer.stdout
      .trimEnd()
      .split('\n')
      .map((row) => row.split('\t'));
    expect(theirs.map(([ip]) => ip)).toContain(LONE);
    for (const [, mac = '', vendor] of theirs) {
      if (byMac[mac] !== '') expect(vendor?.replace(/ \(DUP: \d+\)$/, '')).toBe(byMac[mac]);
    }
  });

  test('that cannot be read is wrong usage, and nothing is sent', async () => {
    const file = join(directory, 'broken');
    writeFileSync(file, '00:50:56 fine\n0:50:56 not\n');
    const { status, stdout, stderr } = await sweepCli(['-I', 'sw0', '--vendors', file, RANGE]);
    expect(stderr).toMatch(
      /^arpsweep: The vendors file ".*broken" is wrong at line 2: "0:50:56" is no MAC prefix\.\n/,
    );
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  });
});

describe('a target that is a name', () => {
  test('is asked at its address', async () => {
    await serve({ [LONE]: LONE_NAME });
    const { status, stdout } = await sweep(LONE_NAME);
    expect(stdout).toMatch(new RegExp(`^${LONE}\t`));
    expect(status).toBe(0);
  });

  test('and that nobody knows is wrong usage', async () => {
    await serve({ [LONE]: LONE_NAME });
    const { status, stdout, stderr } = await sweep('nobody.example.test');
    expect(stderr).toMatch(/"nobody\.example\.test" does not resolve/);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  });
});
