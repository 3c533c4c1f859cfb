import { describe, expect, test } from 'vitest';
import type { Container } from '../../../src/doctor/container.js';
import { canSweep, diagnoseMachine } from '../../../src/doctor/diagnose.js';
import type { Facts } from '../../../src/doctor/facts.js';
import type { CapabilitySets } from '../../../src/doctor/process-status.js';
import { NativeLoadError } from '../../../src/errors.js';
import type { Interface } from '../../../src/generated/report-types.js';
import { capabilityNames } from '../../../src/privileges/capabilities.js';
import { eth0, lo } from '../../support/interfaces.js';

const noSets: CapabilitySets = { effective: [], permitted: [], inheritable: [], bounding: [], ambient: [] };
const netRaw: CapabilitySets = {
  ...noSets,
  effective: ['NET_RAW'],
  permitted: ['NET_RAW'],
  bounding: ['NET_RAW'],
};
/** What a process may have, and has not. */
const withheld: CapabilitySets = { ...noSets, bounding: ['NET_RAW', 'SYS_ADMIN'] };

const healthy: Facts = {
  platform: 'linux',
  kernel: '6.1.0-13-amd64',
  nodeVersion: '20.19.0',
  interfaces: [lo, eth0],
  addonFile: '/opt/arpsweep/prebuilds/linux-x64/arpsweep.node',
  addonError: null,
  uid: 0,
  status: { capabilities: netRaw, noNewPrivs: false, seccomp: 'disabled' },
  userNamespace: false,
  packetSocketError: null,
  keepsPrivileges: null,
  container: null,
  readOnlyRoot: false,
  optmemMax: 131_072,
  userNamespacesForbiddenBy: null,
};
/** A process with these capabilities, to which the kernel keeps what they promise. */
const having = (capabilities: CapabilitySets, more: Partial<Facts['status']> = {}): Partial<Facts> => ({
  status: { ...healthy.status, capabilities, ...more },
  packetSocketError: capabilities.effective.includes('NET_RAW') ? null : 'EPERM',
});
const asRoot = 'Run it as root: sudo node arpsweep.js';
const docker: Container = { kind: 'Docker', evidence: '/.dockerenv is there' };
const diagnose = (change: Partial<Facts>) => diagnoseMachine({ ...healthy, ...change }, asRoot);
const problems = (change: Partial<Facts>) => diagnose(change).filter(({ result }) => result === 'problem');

describe('the doctor', () => {
  test('finds nothing missing where nothing is', () => {
    const checks = diagnose({});
    expect(canSweep(checks)).toBe(true);
    expect(checks).toContainEqual({
      name: 'addon',
      result: 'ok',
      message: `The native addon loads, as it was shipped: ${healthy.addonFile}`,
      remedy: null,
    });
    expect(checks.find(({ message }) => message.includes('eth0'))).toMatchObject({
      result: 'ok',
      message: 'eth0 can be swept: 10.0.0.2/24.',
    });
  });

  test.each<[string, Partial<Facts>, RegExp]>([
    ['an old Node', { nodeVersion: '20.18.1' }, /20\.19/],
    ['an odd Node', { nodeVersion: '23.1.0' }, /20\.19/],
    ['another system', { platform: 'darwin' }, /Linux/],
    ['no addon', { interfaces: null, addonError: new NativeLoadError(['x: not there']) }, /npm run build/],
    ['no capability', { uid: 1000, ...having(withheld) }, /sudo node arpsweep\.js/],
    ['a bounding set without it', having(noSets), /CapabilityBoundingSet=CAP_NET_RAW/],
    [
      'a container without it',
      { container: docker, ...having(noSets) },
      /--user 0 --cap-drop ALL --cap-add NET_RAW; Kubernetes.*runAsUser: 0.*drop: \[ALL\], add: \[NET_RAW\]/,
    ],
    [
      'another user than root in a container that has it',
      { uid: 1000, container: docker, ...having(withheld, { noNewPrivs: true }) },
      /^Docker and Podman: run --user 0/,
    ],
    [
      'an ordinary user under no_new_privs',
      { uid: 1000, ...having(withheld, { noNewPrivs: true }) },
      /AmbientCapabilities=CAP_NET_RAW/,
    ],
    ['root that had it taken away', having(withheld), /without setpriv, capsh/],
    [
      'a capability that was put aside',
      { uid: 1000, ...having({ ...withheld, permitted: ['NET_RAW'] }) },
      /capsh --print/,
    ],
    [
      'a seccomp profile that forbids it',
      { packetSocketError: 'EPERM', status: { ...healthy.status, seccomp: 'filter' } },
      /seccomp=FILE/,
    ],
    ['a security module that forbids it', { packetSocketError: 'EACCES' }, /AppArmor: network packet/],
    [
      'a network of somebody else',
      { packetSocketError: 'EPERM', userNamespace: true },
      /root of the machine/,
    ],
    [
      'a unit that leaves the family out',
      { packetSocketError: 'EAFNOSUPPORT' },
      /RestrictAddressFamilies=AF_PACKET/,
    ],
    ['sockets too small for a filter', { optmemMax: 2048 }, /sysctl -w net\.core\.optmem_max/],
    ['no interface but loopback', { interfaces: [lo] }, /Bring one up/],
    ['a link without carrier', { interfaces: [lo, { ...eth0, carrier: false }] }, /Bring one up/],
  ])('names the remedy for %s', (_, change, remedy) => {
    const found = problems(change);
    expect(found).toHaveLength(1);
    expect(found[0]?.remedy).toMatch(remedy);
  });

  test('mentions a link that is down, which does not matter where another is up', () => {
    const down = { ...eth0, name: 'eth1', flags: [] };
    const checks = diagnose({ interfaces: [eth0, down] });
    expect(canSweep(checks)).toBe(true);
    expect(checks).toContainEqual({
      name: 'interface',
      result: 'note',
      message: 'eth1 is down.',
      remedy: 'ip link set dev eth1 up',
    });
  });

  test('mentions to an ordinary user what the demo needs', () => {
    const checks = diagnose({ uid: 1000, userNamespacesForbiddenBy: 'user.max_user_namespaces is 0' });
    expect(canSweep(checks)).toBe(true);
    expect(checks.at(-1)?.message).toContain('user.max_user_namespaces is 0');
  });

  test.each<[string, Partial<Facts>, RegExp]>([
    ['an old kernel', { kernel: '4.19.0' }, /does not know --rate max/],
    ['only its own network namespace', {}, /not -I NETNS:IFACE or --netns/],
    [
      'privileges that cannot be given up',
      { keepsPrivileges: 'capset in thread 7: Operation not permitted' },
      /\(capset in thread 7: Operation not permitted\)/,
    ],
  ])('mentions %s, and that a sweep is possible nevertheless', (_, change, message) => {
    const checks = diagnose(change);
    expect(canSweep(checks)).toBe(true);
    const notes = checks.filter(({ name, result }) => result === 'note' && name !== 'interface');
    expect(notes.some((note) => message.test(note.message) && note.remedy !== null)).toBe(true);
  });

  test('names capabilities, and of nearly all those that are missing', () => {
    const said = (capabilities: CapabilitySets) =>
      diagnose({ status: { capabilities, noNewPrivs: true, seccomp: 'filter' } }).find(
        ({ name }) => name === 'capabilities',
      )?.message;
    expect(said(netRaw)).toBe(
      'Capabilities of this process, of user 0: effective NET_RAW; permitted the same; bounding the same; ' +
        'inheritable none; ambient none; no_new_privs is set; seccomp is in mode filter.',
    );
    const most = capabilityNames.filter((name) => name !== 'SYS_BOOT');
    expect(said({ ...netRaw, bounding: most })).toContain('bounding all but SYS_BOOT;');
  });

  const veth = { ...eth0, kind: 'veth', driver: 'veth' };
  const alone: Interface = {
    ...veth,
    addresses: [{ ip: '10.1.2.3', prefixLength: 32, secondary: false, scope: 'global' }],
  };
  test.each<[string, Interface[], 'ok' | 'note', RegExp]>([
    ['a card of the machine', [lo, eth0], 'ok', /what the machine sees: eth0 is a network card/],
    [
      'a macvlan',
      [lo, { ...eth0, kind: 'macvlan', driver: 'macvlan' }],
      'ok',
      /sees the LAN by eth0, but not the machine/,
    ],
    ['a veth behind a bridge', [lo, veth], 'note', /behind the other end of eth0/],
    ['a /32', [lo, alone], 'note', /nobody but its gateway/],
    ['no link', [lo], 'note', /no link to any network/],
  ])('says what a container sees by %s', (_, interfaces, result, message) => {
    const sight = diagnose({ container: docker, interfaces }).find(
      ({ name }) => name === 'container network',
    );
    expect(sight?.result).toBe(result);
    expect(sight?.message).toMatch(message);
    expect(sight?.remedy ?? '').toMatch(result === 'ok' ? /^$/ : /hostNetwork: true, Multus or macvlan/);
  });
});
