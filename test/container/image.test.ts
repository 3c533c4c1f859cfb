/** The image as an engine runs it: podman and runc, on links of the lab. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLab, type Host, type Lab, type Switch } from '../../src/lab/lab.js';
import { version } from '../../src/version.js';
import { questionsOf } from '../support/arp-frames.js';
import { capture } from '../support/capture.js';
import { IMAGE, inContainer, podman, startContainer } from '../support/container.js';
import { composeService, manifests, ourContainersOf, podsOf } from '../support/deployment.js';
import { waitFor } from '../support/wait-for.js';

const macs = ['02:77:00:00:00:05', '02:77:00:00:00:06'];
const COMES = '10.77.0.60';
const CAP_NET_RAW = 1n << 13n;

let lab: Lab;
let lan: Switch;
let pod: Host;
/** Holds an address by itself, and is where others look at the pod from. */
let neighbour: Host;
/** A pod of a routed network: one machine answers for whatever it asks. */
let routedPod: Host;
let directory: string;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'arpsweep-container-'));
  lab = await createLab();
  const routed = await lab.switch('routed');
  lan = await lab.switch('lan');
  [pod, neighbour, routedPod] = await Promise.all([
    lab.host('pod', { on: lan, addresses: ['10.77.0.1/24'] }),
    lab.host('neighbour', { on: lan, addresses: ['10.77.0.4/24', '10.0.0.3/24'] }),
    lab.host('routed-pod', { on: routed, addresses: ['10.78.0.1/16'] }),
    lab.host('router', { on: routed, answersFor: ['10.78.128.0/17'] }),
    ...macs.map((mac, i) => lab.host(`twin${i}`, { on: lan, mac, addresses: ['10.77.0.5/24'] })),
  ]);
  await pod.run(['ip', 'route', 'add', 'default', 'via', '10.77.0.4']);
});
afterAll(async () => {
  await lab?.remove();
  rmSync(directory, { recursive: true });
});

/** An expectation file of such lines, where the container finds it. */
function expecting(...lines: string[]) {
  const path = join(directory, String(Math.random()));
  writeFileSync(path, `${lines.join('\n')}\n`);
  return { options: ['--volume', `${path}:/etc/arpsweep/expected:ro`] };
}
const check = ['check', '-I', 'eth0', '--expect', '/etc/arpsweep/expected'];

describe('the image', () => {
  test('names its version, and starts the program as root', async () => {
    const { stdout } = await podman('image', 'inspect', IMAGE);
    const [{ Config }] = JSON.parse(stdout);
    expect(Config).toMatchObject({
      Entrypoint: ['arpsweep'],
      ExposedPorts: { '9617/tcp': {} },
      Labels: { 'org.opencontainers.image.version': version, 'org.opencontainers.image.licenses': 'MIT' },
    });
    expect(Config.User ?? '').toBe('');
  });

  test('holds the package with what it needs to run, and nothing that compiles or was compiled on the way', async () => {
    const find = ['--entrypoint', 'find'];
    const { stdout } = await inContainer(pod, ['/opt/arpsweep', '-type', 'f'], { options: find });
    const files = stdout
      .trim()
      .split('\n')
      .map((path) => path.slice('/opt/arpsweep/'.length));
    expect(files).toContain('build/Release/arpsweep.node');
    expect(files).toContain('dist/index.js');
    const tops = (under: string) =>
      [
        ...new Set(
          files
            .filter((path) => path.startsWith(under))
            .map((path) => path.slice(under.length).split('/')[0]),
        ),
      ].sort();
    const { dependencies, files: packed } = JSON.parse(readFileSync('package.json', 'utf8'));
    expect(tops('node_modules/')).toEqual(expect.arrayContaining(Object.keys(dependencies)));
    expect(tops('node_modules/')).not.toContain('typescript');
    const allowed = ['build', 'node_modules', 'package.json', 'package-lock.json', 'README.md', 'LICENSE'];
    expect([...allowed, ...packed.map((path: string) => path.split('/')[0])]).toEqual(
      expect.arrayContaining(tops('')),
    );
    expect(files.filter((path) => path.startsWith('build/'))).toEqual(['build/Release/arpsweep.node']);
  });
});

describe('with NET_RAW alone', () => {
  test('a sweep hears every machine', async () => {
    const result = await inContainer(pod, [
      '-I',
      'eth0',
      '10.77.0.0/24',
      '--fail-on',
      'duplicate-address',
      '-f',
      'json',
    ]);
    expect(result).toMatchObject({ status: 1, stderr: '' });
    const report = JSON.parse(result.stdout);
    expect(report).toMatchObject({ outcome: 'complete', counts: { answered: 2, self: 1, untested: 0 } });
    const twins = report.hosts.find(({ ip }: { ip: string }) => ip === '10.77.0.5');
    expect(twins.responders.map(({ mac }: { mac: string }) => mac).sort()).toEqual(macs);
  });

  test.each([
    [0, ['10.77.0.4'], /^$/],
    [1, ['10.77.0.4', '10.77.0.99'], /^error: missing: 10\.77\.0\.99/],
    [1, ['10.77.0.5'], /^error: duplicate-address: 10\.77\.0\.5/],
  ])('a check ends with %d for %j', async (status, ips, printed) => {
    const result = await inContainer(pod, check, expecting('[all]', ...ips));
    expect(result).toMatchObject({ status, stdout: expect.stringMatching(printed) });
  });

  test('a check behind a proxy, as pods of routed networks are, cannot tell', async () => {
    const result = await inContainer(routedPod, check, expecting('[dead]', '10.78.200.7'));
    expect(result).toMatchObject({ status: 3, stdout: expect.stringMatching(/^inconclusive: On eth0 /) });
  });

  test('an init container waits for an address that comes', async () => {
    const witness = await capture(neighbour, 'eth0');
    await using container = await startContainer(pod, [...check, '--wait', '1m'], expecting(COMES));
    const isAsked = () => questionsOf(witness.frames(), pod.mac).some(({ tpa }) => tpa === COMES);
    await waitFor(isAsked, { what: 'the question', timeoutMs: 10_000 });
    await neighbour.run(['ip', 'address', 'add', `${COMES}/24`, 'dev', 'eth0']);
    expect(await container.ended()).toBe(0);
    await witness.stop();
  });

  test('another user is told what is lacking, where the engine does not hand it NET_RAW', async () => {
    const words = ['-I', 'eth0', '10.77.0.4'];
    const user = ['--user', '1000'];
    // Podman does, as an ambient capability.
    expect(await inContainer(pod, words, { options: user })).toMatchObject({ status: 0 });
    // Docker and Kubernetes do not.
    const asThose = { options: [...user, '--entrypoint', 'setpriv'] };
    const result = await inContainer(pod, ['--ambient-caps=-all', 'arpsweep', ...words], asThose);
    expect(result).toMatchObject({ status: 3, stdout: '', stderr: expect.stringContaining('CAP_NET_RAW') });
  });

  test('doctor finds nothing amiss', async () => {
    const result = await inContainer(pod, ['doctor']);
    expect(result).toMatchObject({ status: 0, stdout: expect.stringContaining('arpsweep can sweep here.') });
  });
});

describe('as process 1', () => {
  test.each([
    ['listen', 143],
    ['serve', 0],
  ])(
    '%s has no more privileges than it was given, and ends at SIGTERM with %d',
    async (command, exitCode) => {
      await using container = await startContainer(pod, [command, '-I', 'eth0']);
      await packetSocketIn(pod);
      const status = readFileSync(`/proc/${container.pid}/status`, 'utf8');
      const field = (name: string) => new RegExp(`^${name}:\\s+(.*)$`, 'm').exec(status)?.[1] ?? '';
      expect(field('NSpid').split(/\s+/).at(-1)).toBe('1');
      expect(field('Uid').split(/\s+/)[0]).toBe('0');
      expect(BigInt(`0x${field('CapBnd')}`)).toBe(CAP_NET_RAW);
      expect(BigInt(`0x${field('CapEff')}`) & ~CAP_NET_RAW).toBe(0n);
      expect({ noNewPrivs: field('NoNewPrivs'), seccomp: field('Seccomp') }).toEqual({
        noNewPrivs: '1',
        seccomp: '2',
      });
      // Whatever does not end by itself within this time is killed, and has 137.
      expect(await container.stop(5)).toBe(exitCode);
    },
  );

  test('the image’s own command serves what kubelet and Prometheus ask for', async () => {
    await using container = await startContainer(pod, []);
    await told('10.77.0.1', '/healthz', /^200 /);
    await told('10.77.0.1', '/readyz', /^200 /);
    await told('10.77.0.1', '/metrics', /^arpsweep_responder_info\{.*ip="10\.77\.0\.4".*\} 1$/m);
    const [, ...healthcheck] = composeService.healthcheck.test;
    expect(await podman('exec', container.id, ...healthcheck)).toMatchObject({ status: 0 });
    expect(await container.stop(5)).toBe(0);
  });

  test('the sidecar of the manifest does so, and keeps its state over a restart', async () => {
    await lab.nic(routedPod, 'net1', { address: '10.0.0.2/24', on: lan });
    const [objects = []] = [manifests.get('sidecar.yaml')];
    const [sidecar] = podsOf(objects).flatMap(ourContainersOf);
    const [expected = ''] = objects.flatMap(({ data }) => data?.expected ?? []);
    const state = mkdtempSync(join(directory, 'state-'));
    const { options } = expecting(expected);
    const withState = { options: [...options, '--volume', `${state}:/var/lib/arpsweep`] };
    for (const ready of ['/readyz', '/healthz']) {
      await using container = await startContainer(routedPod, sidecar?.args ?? [], withState);
      await told('10.0.0.2', ready, /^200 /);
      await told('10.0.0.2', '/metrics', /^arpsweep_expected_up\{group="database",ip="10\.0\.0\.40"\} 0$/m);
      expect(await container.stop(5)).toBe(0);
      expect(JSON.parse(readFileSync(join(state, 'state.json'), 'utf8'))).toHaveProperty('schemaVersion', 1);
    }
  });
});

/** Asks from the neighbour until the answer, status and text, is of that form. */
async function told(ip: string, path: string, pattern: RegExp): Promise<void> {
  const program = `fetch('http://${ip}:9617${path}').then(async (r) => console.log(r.status, await r.text()), () => {})`;
  const isTold = async () =>
    pattern.test((await neighbour.run([process.execPath, '--eval', program])).stdout);
  await waitFor(isTold, { what: `${path} to say ${pattern}`, timeoutMs: 20_000 });
}

/** Resolves once somebody on a machine has a packet socket, by its kernel's own list. */
const packetSocketIn = (host: Host) =>
  waitFor(async () => (await host.run(['cat', '/proc/net/packet'])).stdout.trim().split('\n').length > 1, {
    what: 'a packet socket',
  });
