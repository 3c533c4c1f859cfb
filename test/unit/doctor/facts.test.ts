import { describe, expect, test } from 'vitest';
import { detectContainer } from '../../../src/doctor/container.js';
import { isRootReadOnly } from '../../../src/doctor/facts.js';
import { parseProcessStatus } from '../../../src/doctor/process-status.js';
import { capabilityNames } from '../../../src/privileges/capabilities.js';

describe('what the doctor looks at', () => {
  test('are the lines of proc_pid_status(5)', () => {
    const status = [
      'Name:\tnode',
      'CapInh:\t0000000000000000',
      'CapPrm:\t0000020000002000',
      'CapEff:\t0000000000002000',
      'CapBnd:\t000001ffffffffff',
      'CapAmb:\t0000000000000000',
      'NoNewPrivs:\t1',
      'Seccomp:\t2',
      'Seccomp_filters:\t1',
    ].join('\n');
    expect(parseProcessStatus(status)).toEqual({
      capabilities: {
        effective: ['NET_RAW'],
        // One that is newer than our names.
        permitted: ['NET_RAW', '41'],
        inheritable: [],
        bounding: capabilityNames,
        ambient: [],
      },
      noNewPrivs: true,
      seccomp: 'filter',
    });
    expect(parseProcessStatus('').capabilities.effective).toEqual([]);
  });

  test.each<[string, Record<string, string>, Record<string, string>, string | null]>([
    ['nothing', {}, {}, null],
    ['a pod', { '/.dockerenv': '' }, { KUBERNETES_SERVICE_HOST: '10.96.0.1' }, 'Kubernetes'],
    ['Podman', { '/run/.containerenv': 'engine="podman-4.3.1"\n' }, {}, 'Podman'],
    ['Docker', { '/.dockerenv': '' }, {}, 'Docker'],
    ['systemd', { '/run/systemd/container': 'systemd-nspawn\n' }, {}, 'systemd-nspawn'],
    ['its first process', { '/proc/1/environ': 'PATH=/bin\0container=lxc\0' }, {}, 'lxc'],
    ['control groups', { '/proc/1/cgroup': '9:cpu:/kubepods/besteffort/pod1/abc\n' }, {}, 'Kubernetes'],
    ['control groups of a machine', { '/proc/1/cgroup': '0::/init.scope\n' }, {}, null],
  ])('tells a container by %s', (_, files, env, kind) => {
    const read = (path: string) => files[path] ?? null;
    const found = detectContainer({ read, exists: (path) => path in files, env });
    expect(found?.kind ?? null).toBe(kind);
  });

  test('tells a read-only root by what was mounted on it last', () => {
    const mount = (place: string, options: string) => `22 27 0:21 / ${place} ${options} - ext4 /dev/vda rw`;
    const writable = [mount('/', 'rw,relatime'), mount('/mnt', 'ro')].join('\n');
    expect(isRootReadOnly(writable)).toBe(false);
    expect(isRootReadOnly(`${writable}\n${mount('/', 'ro,relatime')}`)).toBe(true);
    expect(isRootReadOnly('')).toBe(false);
  });
});
