/** Names: of what answers (--resolve), and as targets, by a name server of the lab's own. */
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Report } from '../../src/generated/report-types.js';
import type { Lab } from '../../src/lab/lab.js';
import { buildConflictNetwork, CONTESTED, LONE, RANGE } from '../support/conflict-network.js';
import { type NameServer, serveNames } from '../support/name-server.js';
import { sweepCli } from '../support/sweep-cli.js';

const LONE_NAME = 'lone.example.test';
/** A name that would clear the screen, if it were let through. */
const EVIL_NAME = 'evil\x1b[2J.example.test';

let lab: Lab;
let directory: string;
let through: string[];
let server: NameServer | undefined;
beforeAll(async () => {
  ({ lab } = await buildConflictNetwork());
  directory = mkdtempSync(join(tmpdir(), 'arpsweep-names-'));
  const resolvConf = join(directory, 'resolv.conf');
  writeFileSync(resolvConf, 'nameserver 127.0.0.1\n');
  // For the one process that is run through it, and for nobody else.
  const script = `mount --bind ${resolvConf} ${realpathSync('/etc/resolv.conf')} && exec "$@"`;
  through = ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', script, 'names'];
});
afterEach(() => {
  server?.close();
  server = undefined;
});
afterAll(async () => {
  rmSync(directory, { recursive: true });
  await lab.remove();
});

const sweep = (...words: string[]) => sweepCli(['-I', 'sw0', ...words], { through });

describe('--resolve', () => {
  test('puts the name in place of the vendor, and into the report beside it', async () => {
    server = await serveNames({ [LONE]: LONE_NAME, [CONTESTED]: EVIL_NAME });
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
    server = await serveNames({ [LONE]: LONE_NAME });
    const { stdout } = await sweep('--resolve', RANGE);
    expect(stdout).toContain(LONE_NAME);
    expect([...server.asked].sort()).toEqual(['10.0.66.10.in-addr.arpa', '20.0.66.10.in-addr.arpa']);
  });

  test('without which no name server is asked', async () => {
    server = await serveNames({ [LONE]: LONE_NAME });
    const { stdout } = await sweep(RANGE);
    expect(stdout).not.toContain(LONE_NAME);
    expect(server.asked).toEqual([]);
  });

  test('does not hold up a report where the name server is silent', async () => {
    server = await serveNames(null);
    const { status, stdout, ms } = await sweep('--resolve', RANGE);
    expect(stdout).toContain('VMware, Inc.');
    expect(server.asked).not.toEqual([]);
    expect(status).toBe(0);
    expect(ms).toBeLessThan(10_000);
  });
});

describe('a target that is a name', () => {
  test('is asked at its address', async () => {
    server = await serveNames({ [LONE]: LONE_NAME });
    const { status, stdout } = await sweep(LONE_NAME);
    expect(stdout).toMatch(new RegExp(`^${LONE}\t`));
    expect(status).toBe(0);
  });

  test('and that nobody knows is wrong usage', async () => {
    server = await serveNames({ [LONE]: LONE_NAME });
    const { status, stdout, stderr } = await sweep('nobody.example.test');
    expect(stderr).toMatch(/"nobody\.example\.test" does not resolve/);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  });
});
