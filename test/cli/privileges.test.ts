/**
 * What a command still may do once its sockets are open, by what the kernel says of each of its threads; that it still can
 * do its work with that; and that it needs no more than CAP_NET_RAW to begin with.
 */
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mustRun } from '../../src/lab/command.js';
import type { Host, Lab } from '../../src/lab/lab.js';
import {
  buildConflictNetwork,
  CLAIMANTS,
  CONTESTED,
  LONE,
  LONE_MAC,
  OWN,
} from '../support/conflict-network.js';
import { isRealRoot } from '../support/real-root.js';
import { type CliRun, type SweepCliOptions, startCli, sweepCli } from '../support/sweep-cli.js';
import { hasOpened, threadsOf } from '../support/thread-status.js';
import { waitFor } from '../support/wait-for.js';

/** As a container has it: root, but nothing other than CAP_NET_RAW, no way to more, and nothing to write to. */
const IN_CONTAINER = [
  ...['unshare', '-m', 'sh', '-c', 'mount -o remount,bind,ro / && exec "$@"', 'sh'],
  ...['setpriv', '--no-new-privs', '--bounding-set=-all,+net_raw', '--inh-caps=-all'],
];

const SILENT = '10.66.0.99';
const SLOW = ['--rate', '10', '10.66.0.0/24'];

let lab: Lab;
let lone: Host;
let directory: string;
const file = (name: string) => join(directory, name);
beforeAll(async () => {
  ({ lab, lone } = await buildConflictNetwork());
  directory = mkdtempSync(join(tmpdir(), 'arpsweep-privileges-'));
  writeFileSync(file('silent'), `${SILENT}\n`);
  writeFileSync(file('lone'), `${LONE}\n`);
});
afterAll(async () => {
  rmSync(directory, { recursive: true });
  await lab.remove();
});

/** The names of what is in a set, by capsh(1). */
async function named(set: string): Promise<string[]> {
  const [, names = ''] = (await mustRun(['capsh', `--decode=${set}`])).trim().split('=');
  return names.split(',').filter((name) => name !== '');
}

/** Once the command has given up what it does not need: what all of its threads have. */
async function heldBy(run: CliRun): Promise<string[]> {
  const pid = run.child.pid ?? 0;
  await waitFor(() => hasOpened(pid), { what: 'every thread to give up privileges' });
  const threads = threadsOf(pid);
  // Those of Node alone are ten.
  expect(threads.length).toBeGreaterThan(5);
  const [{ effective = '' } = {}] = threads;
  for (const thread of threads) {
    expect(thread).toEqual({
      effective,
      permitted: effective,
      inheritable: '0',
      bounding: effective,
      ambient: '0',
      noNewPrivs: '1',
    });
  }
  return named(effective);
}

async function heldDuring(words: readonly string[], options?: SweepCliOptions): Promise<string[]> {
  const run = startCli(words, options);
  try {
    return await heldBy(run);
  } finally {
    run.child.kill('SIGINT');
    // With all that is done at the end.
    expect(await run.result).toMatchObject({ status: 130, signal: null });
  }
}

const onOurLink = ['-I', 'sw0'];

describe('of its privileges keeps', () => {
  test.each<[string, string[]]>([
    ['a sweep', [...onOurLink, ...SLOW]],
    ['a ping', ['ping', ...onOurLink, LONE]],
    ['dad', ['dad', ...onOurLink, SILENT]],
    ['an announcement', ['announce', ...onOurLink, OWN]],
    ['listening', ['listen', ...onOurLink]],
  ])('%s nothing', async (_, words) => {
    expect(await heldDuring(words)).toEqual([]);
  });

  test('a sweep into a file what it may take to put that in its place', async () => {
    const files = ['cap_chown', 'cap_dac_override', 'cap_fowner'];
    expect(await heldDuring([...onOurLink, ...SLOW, '-o', file('report')])).toEqual(files);
    expect(await heldDuring([...onOurLink, ...SLOW, '--write', file('run.pcapng')])).toEqual(files);
  });

  test('whoever opens sockets again what that takes', async () => {
    const fingerprint = [...onOurLink, ...SLOW, '--fingerprint'];
    expect(await heldDuring(fingerprint)).toEqual(['cap_net_raw']);
    const check = ['check', ...onOurLink, '--expect', file('silent'), '--wait', '30s'];
    expect(await heldDuring(check)).toEqual(['cap_net_raw']);
    const watch = [...onOurLink, LONE, '--interval', '1s'];
    expect(await heldDuring(['watch', ...watch])).toEqual(['cap_net_raw']);
    expect(await heldDuring(['serve', ...watch, '--listen', '127.0.0.1:0'])).toEqual(['cap_net_raw']);
  });

  test('a watch that keeps a state what it may take to put that in its place', async () => {
    const held = await heldDuring(['watch', ...onOurLink, LONE, '--state', file('state.json')]);
    expect(held).toEqual(['cap_chown', 'cap_dac_override', 'cap_fowner', 'cap_net_raw']);
  });

  test('whoever looks into other network namespaces what that takes', async () => {
    const namespaces = ['cap_dac_read_search', 'cap_sys_ptrace', 'cap_sys_admin'];
    expect(await heldDuring(['-I', `${lone.namespace}:eth0`, ...SLOW])).toEqual(namespaces);
    expect(await heldDuring(['ping', '--netns', lone.namespace, '-I', 'eth0', OWN])).toEqual(namespaces);
    expect(await heldDuring(['trace', LONE, ...onOurLink, '--passes', '30'])).toEqual(namespaces);
  });

  // Who may become another user may also be given files of one.
  test.runIf(isRealRoot)('whoever runs from a closed directory of another user what reads that', async () => {
    const home = file('home');
    const tree = join(home, 'arpsweep');
    mkdirSync(tree, { recursive: true });
    await mustRun(['mount', '--bind', fileURLToPath(new URL('../..', import.meta.url)), tree]);
    try {
      chownSync(home, 1000, 1000);
      chmodSync(home, 0o700);
      const launcher = join(tree, 'bin/arpsweep.js');
      expect(await heldDuring([...onOurLink, ...SLOW], { launcher })).toEqual(['cap_dac_read_search']);
    } finally {
      await mustRun(['umount', tree]);
    }
  });
});

describe.concurrent('with what it keeps', () => {
  test.runIf(isRealRoot)('a sweep replaces files of another user in a closed directory', async () => {
    const home = file('another');
    mkdirSync(home, { mode: 0o700 });
    const [report, recording] = [join(home, 'report.json'), join(home, 'run.pcapng')];
    for (const path of [report, recording]) {
      writeFileSync(path, 'old', { mode: 0o640 });
      chownSync(path, 1000, 1000);
    }
    chownSync(home, 1000, 1000);
    const words = [...onOurLink, CONTESTED, '-f', 'json', '-o', report, '--write', recording];
    expect(await sweepCli(words)).toMatchObject({ status: 0, stderr: '' });
    expect(JSON.parse(readFileSync(report, 'utf8'))).toMatchObject({ outcome: 'complete' });
    // With comments on the conflict it is written once more, at the end.
    expect(readFileSync(recording, 'latin1')).toContain('duplicate-address');
    for (const path of [report, recording]) {
      expect(statSync(path)).toMatchObject({ uid: 1000, gid: 1000, mode: 0o100640 });
    }
  });

  test('a sweep asks odd questions, and looks up names', async () => {
    const { status, stdout } = await sweepCli([
      ...onOurLink,
      LONE,
      '--fingerprint',
      '--resolve',
      '-f',
      'json',
    ]);
    expect(JSON.parse(stdout)).toMatchObject({
      hosts: [{ ip: LONE, responders: [{ mac: LONE_MAC, fingerprint: {} }] }],
    });
    expect(status).toBe(0);
  });

  test('other network namespaces are swept to the end, by name, by process and by pattern', async () => {
    const { namespace } = lone;
    const { pid } = lone.spawn(['sleep', '60']);
    const links = [`${namespace}:eth0`, `${pid}:eth0`, `${namespace.slice(0, -1)}?:eth*`];
    for (const link of links) {
      const { status, stdout, stderr } = await sweepCli(['-I', link, CONTESTED, '-f', 'json']);
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      const report = JSON.parse(stdout) as { hosts: { responders: { mac: string }[] }[] };
      expect(report.hosts[0]?.responders.map(({ mac }) => mac).sort()).toEqual([...CLAIMANTS]);
    }
  });
});

describe('root with nothing but CAP_NET_RAW, as in a container', () => {
  test('sweeps, checks and listens', async () => {
    const through = IN_CONTAINER;
    const listening = startCli(['listen', ...onOurLink, '-c', '2'], { through });
    await waitFor(() => threadsOf(listening.child.pid ?? 0)[0]?.effective === '0', { what: 'the listener' });
    const [swept, checked] = await Promise.all([
      sweepCli([...onOurLink, CONTESTED], { through }),
      sweepCli(['check', ...onOurLink, '--expect', file('lone')], { through }),
    ]);
    expect(swept.stdout.match(/^10\.66\.0\.20\t/gm)).toHaveLength(CLAIMANTS.length);
    expect(swept.status).toBe(0);
    expect(checked).toMatchObject({ status: 0, stdout: '', stderr: '' });
    expect(await listening.result).toMatchObject({ status: 0 });
  });
});
