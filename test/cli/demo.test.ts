import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { runCommand } from '../../src/lab/command.js';
import { interfaceNames } from '../../src/lab/iproute.js';
import { asOrdinaryUser, isRealRoot, useOpenTree } from '../support/real-root.js';
import { ARPSWEEP, startCli, sweepCli } from '../support/sweep-cli.js';
import { onTerminal } from '../support/terminal.js';
import { waitFor } from '../support/wait-for.js';

const CONFLICT = '10.34.11.50';
const CLAIMANTS = ['00:50:56:ab:47:53', '52:54:00:1f:6b:90', 'b8:27:eb:5c:e0:2a'];
const SWEEP_STARTED = /^\$ arpsweep /m;

/** An environment variable that every process of one demo inherits, so that they can be found. */
const TOKEN_VARIABLE = 'ARPSWEEP_DEMO_TEST';
let token: string;
let env: Record<string, string>;

beforeEach(() => {
  token = randomUUID();
  env = { [TOKEN_VARIABLE]: token };
});

interface DemoProcess {
  readonly pid: string;
  readonly networkNamespace: string;
}

function processes(belongs: (environment: string, networkNamespace: string) => boolean): DemoProcess[] {
  return readdirSync('/proc').flatMap((pid) => {
    try {
      const networkNamespace = readlinkSync(`/proc/${pid}/ns/net`);
      const environment = readFileSync(`/proc/${pid}/environ`, 'latin1');
      return belongs(environment, networkNamespace) ? [{ pid, networkNamespace }] : [];
    } catch {
      // Not a process, gone, or another user's.
      return [];
    }
  });
}

const demoProcesses = () => processes((environment) => environment.includes(token));

/** Namespaces that the demo's processes are in and that this test is not. */
function demoNamespaces(): Set<string> {
  const namespaces = new Set(demoProcesses().map(({ networkNamespace }) => networkNamespace));
  namespaces.delete(readlinkSync('/proc/self/ns/net'));
  return namespaces;
}

/** A namespace of which no name and no process is left is gone; its names were in the demo's own mounts. */
async function expectNothingLeft(namespaces: ReadonlySet<string>) {
  expect(namespaces.size).toBeGreaterThan(0);
  await waitFor(() => demoProcesses().length === 0, { what: 'the processes of the demo to be gone' });
  expect(processes((_, namespace) => namespaces.has(namespace))).toEqual([]);
}

function expectDemo(stdout: string) {
  const sweeps = stdout.split('\n').filter((line) => line.startsWith('$ arpsweep '));
  expect(sweeps).toEqual([
    '$ arpsweep -I eth0 -f table',
    expect.stringMatching(/^\$ arpsweep -I eth0 -f json -o \S+$/),
  ]);
  const [table = '', explanation = ''] = stdout.split(/^\$ arpsweep -I eth0 -f json.*$/m);
  for (const mac of CLAIMANTS) {
    expect(table).toContain(mac);
    expect(explanation).toContain(mac);
  }
  expect(explanation).toMatch(new RegExp(`${CONFLICT} is claimed by 3 machines`));
  expect(explanation).toContain('duplicate-address');
  expect(explanation).toMatch(/18 of 256 addresses answered, from 20 hardware addresses/);
  expect(explanation).toMatch(/10\.34\.11\.2 is our own/);
  expect(explanation).toMatch(/10\.34\.11\.63-10\.34\.11\.249 is the longest silent range: 187 addresses/);
  expect(explanation.split('\n').filter((line) => line.length > 100)).toEqual([]);
}

describe('arpsweep demo', () => {
  it('sweeps a lab and explains the address that three machines claim', async () => {
    const linksBefore = await interfaceNames();
    const { status, stdout, stderr } = await sweepCli(['demo'], { env });

    expect(stderr).toBe('');
    expect(status).toBe(0);
    expectDemo(stdout);
    expect(demoProcesses()).toEqual([]);
    expect(await interfaceNames()).toEqual(linksBefore);
  });

  it('needs no option to show a table at a terminal', async () => {
    const { output, status } = await onTerminal([process.execPath, ARPSWEEP, 'demo'], { env }).result;

    expect(status).toBe(0);
    expect(output).toMatch(/^\$ arpsweep -I eth0\r$/m);
    expect(output).toContain(`${CONFLICT} is claimed by 3 machines`);
  });

  it('names the scenarios that there are when asked for another', async () => {
    const { status, stdout, stderr } = await sweepCli(['demo', 'nonsense']);

    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/"nonsense"[\s\S]*conflict/);
  });
});

describe('an interrupted demo leaves no process and no namespace', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('by %s', async (signal, exitCode) => {
    const demo = startCli(['demo'], { env });
    await waitFor(() => SWEEP_STARTED.test(demo.stdout()), { what: 'the sweep to start' });
    const namespaces = demoNamespaces();
    demo.child.kill(signal);

    expect((await demo.result).status).toBe(exitCode);
    await expectNothingLeft(namespaces);
  });

  it('by Ctrl-C at a terminal', async () => {
    const demo = onTerminal([process.execPath, ARPSWEEP, 'demo'], { env });
    await waitFor(() => SWEEP_STARTED.test(demo.output()), { what: 'the sweep to start' });
    const namespaces = demoNamespaces();
    demo.type('\x03');

    expect((await demo.result).status).toBe(130);
    await expectNothingLeft(namespaces);
  });

  it('by SIGINT while the lab is being built', async () => {
    const demo = startCli(['demo'], { env });
    // Each machine is a namespace that its programs are started in, one after the other.
    const namespaces = await waitFor(
      () => (demoNamespaces().size > 1 && demo.stdout() === '' ? demoNamespaces() : undefined),
      { what: 'the lab to be under construction', intervalMs: 1 },
    );
    demo.child.kill('SIGINT');

    const { status, stdout } = await demo.result;
    expect(status).toBe(130);
    expect(stdout).not.toMatch(SWEEP_STARTED);
    await expectNothingLeft(namespaces);
  });

  it('by SIGKILL', async () => {
    const demo = startCli(['demo'], { env });
    await waitFor(() => SWEEP_STARTED.test(demo.stdout()), { what: 'the sweep to start' });
    const namespaces = demoNamespaces();
    demo.child.kill('SIGKILL');

    expect((await demo.result).signal).toBe('SIGKILL');
    await expectNothingLeft(namespaces);
  });

  it('by a reader that goes away, which is no failure', async () => {
    const demo = startCli(['demo'], { env });
    await waitFor(() => SWEEP_STARTED.test(demo.stdout()), { what: 'the sweep to start' });
    const namespaces = demoNamespaces();
    demo.child.stdout?.destroy();

    expect(await demo.result).toMatchObject({ status: 0, stderr: '' });
    await expectNothingLeft(namespaces);
  });
});

// Where the tests are an ordinary user's themselves, the demo above was one's, too.
describe.runIf(isRealRoot)('for an ordinary user', () => {
  const inTree = useOpenTree();
  const demoArgv = () => [process.execPath, inTree('bin/arpsweep.js'), 'demo'];

  it('is the same demo', async () => {
    const { status, stdout, stderr } = await runCommand([...asOrdinaryUser, ...demoArgv()]);

    expect(stderr).toBe('');
    expect(status).toBe(0);
    expectDemo(stdout);
  });

  it('says what to do where user namespaces are not permitted', async () => {
    // Root of a user namespace in which nothing is permitted, and in which no further ones may be made.
    const forbid = `echo 0 > /proc/sys/user/max_user_namespaces
      exec setpriv --bounding-set=-all --inh-caps=-all "$@"`;
    const { status, stdout, stderr } = await runCommand([
      ...asOrdinaryUser,
      ...['unshare', '--user', '--map-root-user', 'sh', '-c', forbid, 'forbid'],
      ...demoArgv(),
    ]);

    expect(status).toBe(3);
    expect(stdout).toBe('');
    expect(stderr).toContain('not permitted here');
    expect(stderr).toContain(`sudo ${process.execPath} ${inTree('bin/arpsweep.js')} demo`);
    expect(stderr).toContain('sysctl -w user.max_user_namespaces=');
  });

  it('says what to install where iproute2 is missing', async () => {
    const hideIp = 'mount --bind /dev/null "$(readlink -f "$(command -v ip)")" && exec "$@"';
    const { status, stdout, stderr } = await runCommand([
      ...['unshare', '--mount', 'sh', '-c', hideIp, 'hide'],
      ...asOrdinaryUser,
      ...demoArgv(),
    ]);

    expect(status).toBe(3);
    expect(stdout).toBe('');
    expect(stderr).toContain('iproute2');
  });
});
