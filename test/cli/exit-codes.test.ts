/** With what a sweep ends, and what it says where it cannot run. */
import { accessSync, constants, cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mustRun, runCommand } from '../../src/lab/command.js';
import type { Lab } from '../../src/lab/lab.js';
import { type Capture, capture } from '../support/capture.js';
import { buildConflictNetwork, CONTESTED, LONE, OWN, RANGE } from '../support/conflict-network.js';
import { ARPSWEEP, type CliResult, sweepCli } from '../support/sweep-cli.js';

/** Takes CAP_NET_RAW out of the bounding set, so that not even root gets it by execve(2). */
const WITHOUT_NET_RAW = ['setpriv', '--bounding-set', '-net_raw', '--inh-caps', '-net_raw'];

let lab: Lab;
let directory: string;
beforeAll(async () => {
  ({ lab } = await buildConflictNetwork());
  directory = mkdtempSync(join(tmpdir(), 'arpsweep-exit-'));
});
afterAll(async () => {
  rmSync(directory, { recursive: true });
  await lab.remove();
});

describe('a sweep that ran ends', () => {
  test.each<[number, string, string[]]>([
    [0, 'where nothing is wrong', [LONE]],
    [0, 'with a finding that is in no --fail-on', [CONTESTED]],
    [0, 'without the finding of --fail-on', ['--fail-on', 'duplicate-address', LONE]],
    [1, 'with the finding of --fail-on', ['--fail-on', 'duplicate-address', CONTESTED]],
    [1, 'with one of several kinds', ['--fail-on', 'loss,duplicate-address', RANGE]],
    [
      1,
      'with one of several, one by one',
      ['--fail-on', 'duplicate-address', '--fail-on', 'loss', '-o', '-', RANGE],
    ],
    [0, 'with a finding of another kind', ['--fail-on', 'claims-our-address', CONTESTED]],
  ])('with %d %s', async (expected, _, words) => {
    const { status, stdout } = await sweepCli(['-I', 'sw0', ...words]);
    expect(stdout).not.toBe('');
    expect(status).toBe(expected);
  });
});

/** A sentence that names the trouble, the remedy under it, 3, and nothing else. */
function expectRefusal(result: CliResult, problem: RegExp, remedy: RegExp) {
  const [sentence = '', ...rest] = result.stderr.split('\n');
  expect(sentence).toMatch(/^arpsweep: .*\.$/);
  expect(sentence).toMatch(problem);
  expect(rest.join('\n')).toMatch(remedy);
  expect(result.stderr).not.toMatch(/^\s+at /m);
  expect({ status: result.status, stdout: result.stdout }).toEqual({ status: 3, stdout: '' });
}

describe('a sweep that cannot run says why, what to do about it, and ends with 3', () => {
  let witness: Capture;
  beforeAll(async () => {
    witness = await capture(null, 'sw0');
  });

  test('without CAP_NET_RAW, naming the exact command for root', async () => {
    const result = await sweepCli(['-I', 'sw0', LONE, '-f', 'json'], { through: WITHOUT_NET_RAW });
    expectRefusal(result, /CAP_NET_RAW/, /^Run it as root: sudo /);
    expect(result.stderr).toContain(`sudo ${process.execPath} ${ARPSWEEP} -I sw0 ${LONE} -f json`);
  });

  test('on an interface that is not there, naming those that are', async () => {
    expectRefusal(await sweepCli(['-I', 'sw9', LONE]), /no interface "sw9"/, /^There are: lo, sw0\.$/m);
  });

  test('on the loopback interface', async () => {
    expectRefusal(await sweepCli(['-I', 'lo', '127.0.0.1']), /lo .*loopback/, /arpsweep interfaces/);
  });

  test('outside the subnets of the link, with the way to insist', async () => {
    const result = await sweepCli(['-I', 'sw0', '192.0.2.1']);
    expectRefusal(result, /sw0 \(10\.66\.0\.0\/24\).*192\.0\.2\.1/, /--off-link/);
  });

  test('on an interface that is down, or set to do no ARP, or whose cable is pulled', async () => {
    const { link } = await lab.pair('bad0', { address: '10.67.0.1/24' }, 'far', {});
    await link.setUp(false);
    expectRefusal(await sweepCli(['-I', 'bad0']), /bad0 is down/, /ip link set dev bad0 up/);
    await link.setUp(true);
    await link.setCarrier(false);
    expectRefusal(await sweepCli(['-I', 'bad0']), /bad0 has no carrier/, /peer/);
    await link.setCarrier(true);
    await mustRun(['ip', 'link', 'set', 'dev', 'bad0', 'arp', 'off']);
    expectRefusal(await sweepCli(['-I', 'bad0']), /bad0 .*NOARP/, /Ethernet/);
    await link.delete();
  });

  const tunDevice = () => {
    try {
      accessSync('/dev/net/tun', constants.W_OK);
      return true;
    } catch {
      return false;
    }
  };
  test.skipIf(!tunDevice())('on a device that is not Ethernet', async () => {
    await mustRun(['ip', 'tuntap', 'add', 'mode', 'tun', 'name', 'tun7']);
    try {
      expectRefusal(await sweepCli(['-I', 'tun7', LONE]), /tun7 .*not Ethernet/, /arpsweep interfaces/);
    } finally {
      await mustRun(['ip', 'tuntap', 'del', 'mode', 'tun', 'name', 'tun7']);
    }
  });

  test('without the native addon, naming where it was looked for', async () => {
    const root = fileURLToPath(new URL('../../', import.meta.url));
    for (const part of ['bin', 'dist', 'package.json']) {
      cpSync(join(root, part), join(directory, part), { recursive: true });
    }
    symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'));
    const script = join(directory, 'bin', 'arpsweep.js');
    const unbuilt = (...words: string[]) => runCommand([process.execPath, script, ...words]);

    const result = await unbuilt('-I', 'sw0', LONE);
    expectRefusal({ ...result, ms: 0 }, /addon .*arpsweep\.node: not there/, /npm run build/);

    const doctor = await unbuilt('doctor');
    expect(doctor.stdout).toMatch(/^problem .*addon[\s\S]*npm run build/m);
    expect(doctor.status).toBe(3);

    rmSync(join(directory, 'dist'), { recursive: true });
    const hollow = await unbuilt('--version');
    expect(hollow.stderr).toMatch(/^arpsweep: The compiled program is incomplete.*\n.*npm run build/);
    expect(hollow.status).toBe(3);
  });

  // The last of all: it looks back on every case above.
  test('and sends nothing', async () => {
    expect(await witness.stop()).toEqual([]);
  });
});

describe('a range whose own address is another machine’s too', () => {
  test('is a finding for --fail-on', async () => {
    const { host } = await lab.pair('twin0', { address: '10.68.0.1/24' }, 'twin', {
      addresses: ['10.68.0.1/24', '10.68.0.9/24'],
    });
    const { status, stderr } = await sweepCli([
      '-I',
      'twin0',
      '--fail-on',
      'claims-our-address',
      '10.68.0.1-20',
    ]);
    expect(stderr).toMatch(/^error: claims-our-address: Another machine on twin0 claims 10\.68\.0\.1/);
    expect(stderr).toContain(host.mac);
    expect(status).toBe(1);
  });
});

describe('a closed pipe', () => {
  /** What a pipeline that ends in `head -1` printed, and its exit code (pipefail) on standard error. */
  async function headOf(words: readonly string[]) {
    const script = 'set -o pipefail; "$@" | head -1; echo $? >&2';
    const argv = ['bash', '-c', script, 'pipeline', process.execPath, ARPSWEEP, '-I', 'sw0', ...words];
    const { stdout, stderr } = await runCommand(argv);
    return { stdout, stderr };
  }

  test('ends a sweep quietly with 0, long before its work is done', async () => {
    const startedAt = performance.now();
    // Three claimants and nothing after them: 65 s of silence at this rate.
    const words = ['--order', 'sequential', '-r', '10', '--off-link', `${LONE}-10.66.2.150`];
    const { stdout, stderr } = await headOf(words);
    expect(stdout.split('\n')).toHaveLength(2);
    expect(stdout).toContain(LONE);
    expect(stderr).toBe('0\n');
    expect(performance.now() - startedAt).toBeLessThan(20_000);
  });

  test.each(['json', 'ndjson', 'csv', 'table'])('ends %s quietly, too', async (format) => {
    const { stdout, stderr } = await headOf(['-f', format, RANGE]);
    expect(stdout.split('\n')).toHaveLength(2);
    expect(stderr.split('\n').at(-2)).toBe('0');
  });

  test('is of no account where the results go to a file', async () => {
    const script = 'set -o pipefail; "$@" 2>&1 | true; echo $?';
    const output = join(directory, 'piped');
    const argv = [process.execPath, ARPSWEEP, '-I', 'sw0', RANGE, '-v', '-o', output];
    const { stdout } = await runCommand(['bash', '-c', script, 'pipeline', ...argv]);
    expect(stdout).toBe('0\n');
    expect((await runCommand(['grep', '-c', CONTESTED, output])).stdout).toBe('3\n');
  });
});

test('our own address is no finding where nobody else has it', async () => {
  const { status, stdout, stderr } = await sweepCli(['-I', 'sw0', '--fail-on', 'claims-our-address', OWN]);
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
});
