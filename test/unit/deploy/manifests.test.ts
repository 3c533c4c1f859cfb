/** The manifests are what Kubernetes takes, and agree with each other, with the image and with the program. */
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { readExpectation } from '../../../src/expect/expectation-input.js';
import { version } from '../../../src/version.js';
import {
  composeService,
  dockerInstruction,
  type KubernetesObject,
  manifests,
  ourContainersOf,
  podsOf,
  textOf,
} from '../../support/deployment.js';

const PORT = 9617;
const valueAfter = (flag: string, args: readonly string[] = []) => args[args.indexOf(flag) + 1] ?? '';
const ourPods = [...manifests].flatMap(([file, objects]) =>
  podsOf(objects).flatMap((pod) =>
    ourContainersOf(pod).map((container) => ({ file, objects, pod, container })),
  ),
);

test('there are a sidecar, an init container and a DaemonSet', () => {
  expect(ourPods.map(({ file }) => file)).toEqual(['daemonset.yaml', 'init-container.yaml', 'sidecar.yaml']);
});

test('every object has the fields and types of its kind, and no others', () => {
  expect(misfits([...manifests.values()].flat())).toEqual([]);
  const [pod] = manifests.get('sidecar.yaml')?.filter(({ kind }) => kind === 'Pod') ?? [];
  expect(misfits([{ ...pod, spec: { ...pod?.spec, restartpolicy: 'Always' } } as KubernetesObject])).toEqual([
    expect.stringContaining('restartpolicy'),
  ]);
});

describe.each(ourPods)('arpsweep in $file', ({ objects, pod, container }) => {
  test('is root with NET_RAW alone, on a file system that it cannot write to', () => {
    expect(container.securityContext).toEqual({
      runAsUser: 0,
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'], add: ['NET_RAW'] },
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(pod.automountServiceAccountToken).toBe(false);
  });

  test('is the image of this version, with what it needs reserved', () => {
    expect(container.image).toBe(`arpsweep:${version}`);
    expect(container.resources?.requests).toEqual({ cpu: '20m', memory: '96Mi' });
    // A limit on CPU would make the kernel drop frames.
    expect(container.resources?.limits).toEqual({ memory: '192Mi' });
  });

  test('expects what a ConfigMap beside it holds, and keeps its state where it may write', async () => {
    const mounted = new Map(
      (container.volumeMounts ?? []).map(({ name, mountPath, readOnly }) => [
        mountPath,
        { readOnly, ...pod.volumes?.find((volume) => volume.name === name) },
      ]),
    );
    const { configMap } = mounted.get('/etc/arpsweep') ?? {};
    const { data } = objects.find(({ metadata }) => metadata.name === configMap?.name) ?? {};
    const path = join(tmpdir(), `arpsweep-expected-${process.pid}`);
    writeFileSync(path, data?.expected ?? '');
    const { groups } = await readExpectation(path);
    expect(groups.length).toBeGreaterThan(0);
    expect(valueAfter('--expect', container.args)).toBe('/etc/arpsweep/expected');

    if (!container.args?.includes('--state')) return;
    const { readOnly, emptyDir, hostPath } = mounted.get('/var/lib/arpsweep') ?? {};
    expect(readOnly).not.toBe(true);
    expect(emptyDir ?? hostPath).toBeDefined();
    expect(valueAfter('--state', container.args)).toBe('/var/lib/arpsweep/state.json');
  });

  test('is asked where it listens, if it serves', () => {
    if (container.args?.[0] !== 'serve') return;
    const port = { name: 'arpsweep', containerPort: PORT };
    expect(container.ports).toEqual([pod.hostNetwork ? { ...port, hostPort: PORT } : port]);
    // On the node's network its own address only, which no password protects.
    expect(valueAfter('--listen', container.args)).toBe(
      `${pod.hostNetwork ? '$(HOST_IP)' : '0.0.0.0'}:${PORT}`,
    );
    expect(container.livenessProbe?.httpGet).toEqual({ path: '/healthz', port: 'arpsweep' });
    expect(container.readinessProbe?.httpGet).toEqual({ path: '/readyz', port: 'arpsweep' });
  });
});

test('the DaemonSet finds its own pods, which Prometheus scrapes', () => {
  const set = manifests.get('daemonset.yaml')?.find(({ kind }) => kind === 'DaemonSet');
  const made = set?.spec?.template?.metadata;
  expect(made?.labels).toMatchObject(set?.spec?.selector?.matchLabels ?? { none: '' });
  expect(made?.annotations).toEqual({ 'prometheus.io/scrape': 'true' });
});

test('compose gives no more than the manifests do', () => {
  const { cap_drop, cap_add, read_only, security_opt, command, healthcheck } = composeService;
  expect({ cap_drop, cap_add, read_only, security_opt }).toEqual({
    cap_drop: ['ALL'],
    cap_add: ['NET_RAW'],
    read_only: true,
    security_opt: ['no-new-privileges:true'],
  });
  // It is on the machine's own network.
  const address = valueAfter('--listen', command);
  expect(address).toBe(`127.0.0.1:${PORT}`);
  expect(healthcheck.test.slice(0, 3)).toEqual(['CMD', 'node', '--eval']);
  expect(healthcheck.test[3]).toContain(`http://${address}/healthz`);
});

test('the image starts the program itself, as root, where the manifests ask for it', () => {
  expect(dockerInstruction('ENTRYPOINT')).toBe('["arpsweep"]');
  expect(dockerInstruction('EXPOSE')).toBe(String(PORT));
  expect(dockerInstruction('CMD')).toContain(`"0.0.0.0:${PORT}"`);
  expect(dockerInstruction('USER')).toBeUndefined();
});

test('nothing that was built outside gets into the image', () => {
  const ignored = (path: string) =>
    textOf(path)
      .split('\n')
      .map((line) => line.replace(/\/$/, ''));
  expect(ignored('.dockerignore')).toEqual(expect.arrayContaining(ignored('.gitignore')));
});

/** What the types of Kubernetes have against these objects. */
function misfits(objects: readonly KubernetesObject[]): string[] {
  const source = objects
    .map((object, i) => {
      const group = object.apiVersion === 'v1' ? 'core/v1' : object.apiVersion;
      const type = `import('kubernetes-types/${group}.js').${object.kind}`;
      return `export const object${i}: ${type} = ${JSON.stringify(object)};`;
    })
    .join('\n');
  const name = new URL('../../manifests.generated.ts', import.meta.url).pathname;
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
    lib: ['lib.es2022.d.ts'],
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
  };
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (path) => path === name || fileExists(path);
  host.readFile = (path) => (path === name ? source : readFile(path));
  host.getSourceFile = (path, version) =>
    path === name ? ts.createSourceFile(name, source, version) : getSourceFile(path, version);
  return ts
    .getPreEmitDiagnostics(ts.createProgram([name], options, host))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
}
