/** What the doctor says of real states of a process, and that a sweep in the same state shows it to be right. */
import { rmSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLab, type Lab } from '../../src/lab/lab.js';
import { isRealRoot, useOpenTree } from '../support/real-root.js';
import { type SweepCliOptions, sweepCli } from '../support/sweep-cli.js';

interface Diagnosis {
  readonly canSweep: boolean;
  readonly checks: readonly {
    readonly name: string;
    readonly result: string;
    readonly message: string;
    readonly remedy: string | null;
  }[];
  readonly process: {
    readonly uid: number;
    readonly capabilities: Readonly<Record<string, readonly string[]>>;
    readonly noNewPrivs: boolean;
    readonly opensPacketSocket: boolean;
    readonly givesUpPrivileges: boolean;
  };
  readonly container: { readonly kind: string; readonly readOnlyRoot: boolean } | null;
}

const READ_ONLY = ['unshare', '-m', 'sh', '-c', 'mount -o remount,bind,ro / && exec "$@"', 'sh'];
const ONLY_NET_RAW = ['setpriv', '--bounding-set=-all,+net_raw', '--inh-caps=-all', '--no-new-privs'];
const AS_USER = ['setpriv', '--reuid=1000', '--regid=1000', '--clear-groups'];

let lab: Lab;
beforeAll(async () => {
  lab = await createLab();
  await lab.pair('look0', { address: '10.77.0.1/24' }, 'other', { addresses: ['10.77.0.2/24'] });
});
afterAll(() => lab.remove());

async function diagnose(options: SweepCliOptions): Promise<Diagnosis> {
  // Whoever runs the tests may be in a container of any kind.
  const env = { ...options.env, KUBERNETES_SERVICE_HOST: undefined };
  const { stdout, stderr } = await sweepCli(['doctor', '-f', 'json'], { ...options, env });
  expect(stderr).toBe('');
  return JSON.parse(stdout) as Diagnosis;
}

const sweepIn = (options: SweepCliOptions) =>
  sweepCli(['-I', 'look0', '10.77.0.2', '--passes', '1'], options);

/** The one thing that is wrong. */
async function problemIn(options: SweepCliOptions) {
  const [{ canSweep, checks }, { status }] = await Promise.all([diagnose(options), sweepIn(options)]);
  expect({ canSweep, status }).toEqual({ canSweep: false, status: 3 });
  const problems = checks.filter(({ result }) => result === 'problem');
  expect(problems).toHaveLength(1);
  return problems[0];
}

test('root has all that there is, and can give it up', async () => {
  const { canSweep, process } = await diagnose({});
  expect(canSweep).toBe(true);
  expect(process).toMatchObject({
    uid: 0,
    noNewPrivs: false,
    opensPacketSocket: true,
    givesUpPrivileges: true,
    capabilities: { effective: expect.arrayContaining(['NET_RAW', 'SYS_ADMIN']) },
  });
});

test('root with CAP_NET_RAW alone, in a container, sweeps its own links', async () => {
  // The lab has a /run of its own.
  writeFileSync('/run/.containerenv', '');
  const options = { through: [...READ_ONLY, ...ONLY_NET_RAW] };
  const [{ canSweep, checks, process, container }, { status }] = await Promise.all([
    diagnose(options),
    sweepIn(options),
  ]).finally(() => rmSync('/run/.containerenv'));
  expect({ canSweep, status }).toEqual({ canSweep: true, status: 0 });
  expect(process).toEqual({
    uid: 0,
    capabilities: {
      effective: ['NET_RAW'],
      permitted: ['NET_RAW'],
      inheritable: [],
      bounding: ['NET_RAW'],
      ambient: [],
    },
    noNewPrivs: true,
    seccomp: expect.stringMatching(/^(disabled|filter)$/),
    userNamespace: !isRealRoot,
    opensPacketSocket: true,
    givesUpPrivileges: true,
  });
  expect(container).toMatchObject({ kind: 'Podman', readOnlyRoot: true });
  const noted = checks.filter(({ result }) => result === 'note').map(({ name }) => name);
  expect(noted).toEqual(['namespaces', 'container network', 'interface']);
});

// Only who is root of the machine can become somebody else.
describe.runIf(isRealRoot).concurrent('another user', () => {
  const inTree = useOpenTree();
  const as = (...through: string[]): SweepCliOptions => ({ through, launcher: inTree('bin/arpsweep.js') });

  test('is told the command that would do, or what a container takes', async () => {
    expect((await problemIn(as(...AS_USER)))?.remedy).toMatch(/^Run it as root: sudo |--cap-add NET_RAW/);
  });

  test('gets nothing from no_new_privs, nor from what a container may have', async () => {
    const problem = await problemIn(as(...AS_USER, '--no-new-privs'));
    expect(problem?.name).toBe('capability');
    expect(problem?.remedy).toMatch(
      /AmbientCapabilities=CAP_NET_RAW|--user 0 --cap-drop ALL --cap-add NET_RAW/,
    );
  });

  test('with the capability in the ambient set sweeps, as a unit of systemd does', async () => {
    const options = as(...AS_USER, '--inh-caps=+net_raw', '--ambient-caps=+net_raw', '--no-new-privs');
    const [{ canSweep, process }, { status }] = await Promise.all([diagnose(options), sweepIn(options)]);
    expect({ canSweep, status }).toEqual({ canSweep: true, status: 0 });
    expect(process).toMatchObject({
      uid: 1000,
      capabilities: { ambient: ['NET_RAW'] },
      givesUpPrivileges: true,
    });
  });

  test('that is root of a user namespace only, is refused by the network of the machine', async () => {
    const problem = await problemIn({ through: ['unshare', '-Ur'] });
    expect(problem?.name).toBe('packet socket');
    expect(problem?.message).toContain('does not belong to this user namespace');
  });
});
