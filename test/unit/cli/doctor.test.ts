import { describe, expect, test } from 'vitest';
import { canSweep, diagnoseMachine } from '../../../src/cli/doctor-checks.js';
import { checkLines } from '../../../src/cli/doctor-command.js';
import { type Facts, holdsNetRaw } from '../../../src/cli/doctor-facts.js';
import { interfaceLines } from '../../../src/cli/interfaces-command.js';
import { NativeLoadError } from '../../../src/errors.js';
import type { Interface } from '../../../src/generated/report-types.js';

const eth0: Interface = {
  name: 'eth0',
  index: 2,
  netns: null,
  mac: '02:00:00:00:00:02',
  permanentMac: null,
  type: 'ethernet',
  kind: null,
  driver: 'virtio_net',
  flags: ['UP', 'BROADCAST', 'RUNNING', 'MULTICAST'],
  operState: 'up',
  carrier: true,
  wireless: false,
  mtu: 1500,
  parent: null,
  master: null,
  vlan: null,
  addresses: [{ ip: '10.0.0.2', prefixLength: 24, secondary: false, scope: 'global' }],
};
const lo: Interface = {
  ...eth0,
  name: 'lo',
  type: 'loopback',
  mac: '00:00:00:00:00:00',
  driver: null,
  flags: ['UP', 'LOOPBACK', 'RUNNING'],
  addresses: [{ ip: '127.0.0.1', prefixLength: 8, secondary: false, scope: 'host' }],
};

const healthy: Facts = {
  platform: 'linux',
  nodeVersion: '20.19.0',
  interfaces: [lo, eth0],
  addonError: null,
  root: true,
  mayOpenPacketSocket: true,
  mayEverOpenPacketSocket: true,
  userNamespacesForbiddenBy: null,
};
const asRoot = 'Run it as root: sudo node arpsweep.js';
const problems = (change: Partial<Facts>) =>
  diagnoseMachine({ ...healthy, ...change }, asRoot).filter(({ result }) => result === 'problem');

describe('the doctor', () => {
  test('finds nothing missing where nothing is', () => {
    const checks = diagnoseMachine(healthy, asRoot);
    expect(canSweep(checks)).toBe(true);
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
    ['no capability', { root: false, mayOpenPacketSocket: false }, /sudo node arpsweep\.js/],
    [
      'a container without it',
      { mayOpenPacketSocket: false, mayEverOpenPacketSocket: false },
      /--cap-add NET_RAW/,
    ],
    ['no interface but loopback', { interfaces: [lo] }, /Bring one up/],
    ['a link without carrier', { interfaces: [lo, { ...eth0, carrier: false }] }, /Bring one up/],
  ])('names the remedy for %s', (_, change, remedy) => {
    const found = problems(change);
    expect(found).toHaveLength(1);
    expect(found[0]?.remedy).toMatch(remedy);
  });

  test('mentions a link that is down, which does not matter where another is up', () => {
    const down = { ...eth0, name: 'eth1', flags: [] };
    const checks = diagnoseMachine({ ...healthy, interfaces: [eth0, down] }, asRoot);
    expect(canSweep(checks)).toBe(true);
    expect(checks).toContainEqual({
      name: 'interface',
      result: 'note',
      message: 'eth1 is down.',
      remedy: 'ip link set dev eth1 up',
    });
  });

  test('mentions to an ordinary user what the demo needs', () => {
    const checks = diagnoseMachine(
      { ...healthy, root: false, userNamespacesForbiddenBy: 'user.max_user_namespaces is 0' },
      asRoot,
    );
    expect(canSweep(checks)).toBe(true);
    expect(checks.at(-1)?.message).toContain('user.max_user_namespaces is 0');
  });

  test('puts each remedy under what it remedies', () => {
    const lines = checkLines(
      [
        { name: 'a', result: 'ok', message: 'This is well.', remedy: null },
        { name: 'b', result: 'problem', message: 'This is not.', remedy: 'Do this.' },
      ],
      false,
    );
    expect(lines).toEqual(['ok       This is well.', 'problem  This is not.', '         Do this.']);
  });

  test('reads the capability from the sets of proc_pid_status(5)', () => {
    const status = 'Name:\tnode\nCapEff:\t0000000000002000\nCapBnd:\t000001ffffffdfff\n';
    expect(holdsNetRaw(status, 'CapEff')).toBe(true);
    expect(holdsNetRaw(status, 'CapBnd')).toBe(false);
    expect(holdsNetRaw('', 'CapEff')).toBe(false);
  });
});

describe('the list of interfaces', () => {
  const tagged = {
    ...eth0,
    name: 'eth0.7',
    kind: 'vlan',
    parent: 'eth0',
    carrier: false,
    vlan: { id: 7, protocol: '802.1Q' as const },
    addresses: [],
  };

  test('shows what decides whether a link can be swept', () => {
    expect(interfaceLines({ name: 'node-1', interfaces: [lo, eth0, tagged] }, null)).toEqual([
      'NAME    STATE       MAC                ADDRESSES    KIND        PARENT  MASTER  VLAN  FLAGS',
      'lo      up          00:00:00:00:00:00  127.0.0.1/8  loopback    -       -       -     LOOPBACK',
      'eth0    up          02:00:00:00:00:02  10.0.0.2/24  virtio_net  -       -       -     -',
      'eth0.7  no carrier  02:00:00:00:00:02  -            vlan        eth0    -       7     -',
    ]);
  });

  test('fits a terminal', () => {
    const lines = interfaceLines({ name: 'node-1', interfaces: [eth0] }, 30);
    expect(lines.map((line) => line.length)).toEqual([30, 30]);
  });
});
