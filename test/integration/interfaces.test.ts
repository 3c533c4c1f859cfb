import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { assertIsolated } from '../../src/lab/isolation-guard.js';
import { type NativeLink, native } from '../../src/native.js';

/** What is used of `ip -j -d address`. */
interface IpLink {
  ifindex: number;
  ifname: string;
  link?: string | null;
  link_index?: number;
  master?: string;
  flags: string[];
  mtu: number;
  operstate: string;
  link_type: string;
  address?: string;
  linkinfo?: { info_kind?: string };
  addr_info: {
    family: string;
    local: string;
    prefixlen: number;
    scope: string;
    secondary?: boolean;
  }[];
}

interface IpNextHop {
  gateway?: string;
  dev: string;
}

type IpRoute = { dst: string; metric?: number } & (IpNextHop | { nexthops: IpNextHop[] });

interface IpNeighbour {
  dst: string;
  dev: string;
  lladdr?: string;
  state: string[];
}

const ARPHRD = new Map([
  ['ether', 1],
  ['loopback', 772],
]);

const SETUP = [
  'link add nl-up type veth peer name nl-port',
  'link add nl-noarp type veth peer name nl-down',
  'link add nl-br type bridge',
  'link set nl-port master nl-br',
  'link add link nl-up name nl-mac type macvlan mode bridge',
  'link set nl-mac mtu 1400',
  'link set nl-noarp arp off',
  ...['nl-up', 'nl-port', 'nl-br', 'nl-mac', 'nl-noarp'].map((name) => `link set ${name} up`),
  'address add 10.80.0.1/24 dev nl-up',
  'address add 10.80.0.2/24 dev nl-up',
  'address add 10.80.9.9/32 dev nl-up',
  'address add 10.81.0.1/16 dev nl-mac scope link',
  'address add 10.82.0.1 peer 10.83.0.1/24 dev nl-br',
  'route add 10.90.0.0/16 via 10.80.0.254 metric 50',
  'route add 10.90.0.0/16 via 10.80.0.253 metric 60',
  'route add 10.91.0.0/16 nexthop via 10.80.0.254 nexthop via 10.81.0.254 weight 3',
  'route add 10.92.0.0/16 nexthop via 10.80.0.254 nexthop via inet6 fe80::1 dev nl-up',
  'route add default via 10.80.0.254',
  'route add unreachable 10.93.0.0/16',
  'route add 10.94.0.0/16 dev nl-up table 1000',
  'neighbour add 10.80.0.254 lladdr 02:00:00:00:00:fe dev nl-up nud permanent',
  'neighbour add 10.80.0.3 lladdr 02:00:00:00:00:03 dev nl-up nud stale',
  'neighbour add 10.80.0.4 lladdr 02:00:00:00:00:04 dev nl-mac nud reachable',
  'neighbour add 10.80.0.5 lladdr 02:00:00:00:00:05 dev nl-up nud noarp',
  'neighbour add proxy 10.80.0.6 dev nl-up',
];

function ip(...args: string[]): string {
  return execFileSync('ip', args, { encoding: 'utf8' });
}

function ipJson<T>(...args: string[]): T {
  return JSON.parse(ip('-j', '-d', ...args)) as T;
}

function ipv4(text: string): number {
  return text.split('.').reduce((value, byte) => value * 256 + Number(byte), 0);
}

function indexOf(name: string): number {
  return link(name).index;
}

function link(name: string): NativeLink {
  const found = native()
    .listLinks()
    .find((candidate) => candidate.name === name);
  if (!found) throw new Error(`listLinks does not have ${name}`);
  return found;
}

beforeAll(async () => {
  assertIsolated();
  for (const line of SETUP) ip(...line.split(' '));
  // A macvlan whose parent stays behind in another namespace, where it has an index that counts there only.
  ip('netns', 'add', 'nl-other');
  ip('-n', 'nl-other', 'link', 'add', 'nl-below', 'type', 'bridge');
  ip('-n', 'nl-other', 'link', 'add', 'link', 'nl-below', 'name', 'nl-moved', 'type', 'macvlan');
  ip('-n', 'nl-other', 'link', 'set', 'nl-moved', 'netns', String(process.pid));
  // The kernel settles operational states a moment later.
  await vi.waitFor(() => {
    const up = ipJson<IpLink[]>('link', 'show', 'up').filter(({ operstate }) => operstate === 'UP');
    expect(up.map(({ ifname }) => ifname)).toEqual(
      expect.arrayContaining(['nl-up', 'nl-port', 'nl-br', 'nl-mac']),
    );
  }, 10_000);
});

afterAll(() => {
  for (const name of ['nl-moved', 'nl-up', 'nl-noarp', 'nl-br']) ip('link', 'delete', name);
  ip('route', 'delete', 'unreachable', '10.93.0.0/16');
  ip('netns', 'delete', 'nl-other');
});

describe('listLinks', () => {
  it('has the links that ip has, in its order and with its properties', () => {
    const expected = ipJson<IpLink[]>('link').map((link) => ({
      index: link.ifindex,
      name: link.ifname,
      mac: /^([\da-f]{2}:){5}[\da-f]{2}$/.test(link.address ?? '') ? link.address : null,
      arpType: ARPHRD.get(link.link_type) ?? link.link_type,
      kind: link.linkinfo?.info_kind ?? null,
      // ip makes NO-CARRIER and M-DOWN up, and keeps RUNNING to itself.
      flags: link.flags.filter((flag) => flag !== 'NO-CARRIER' && flag !== 'M-DOWN').sort(),
      operState: link.operstate.toLowerCase(),
      mtu: link.mtu,
      masterIndex: link.master ? indexOf(link.master) : 0,
    }));
    const actual = native()
      .listLinks()
      .map(({ index, name, mac, arpType, kind, flags, operState, mtu, masterIndex }) => ({
        index,
        name,
        mac,
        arpType,
        kind,
        flags: flags.filter((flag) => flag !== 'RUNNING').sort(),
        operState,
        mtu,
        masterIndex,
      }));
    expect(actual).toEqual(expected);
    expect(actual.map(({ name }) => name)).toEqual(expect.arrayContaining(['lo', 'nl-up', 'nl-down']));
  });

  it('has the addresses that ip has, the primary one of each subnet first', () => {
    for (const { ifname, addr_info } of ipJson<IpLink[]>('address')) {
      const expected = addr_info
        .filter(({ family }) => family === 'inet')
        .map(({ local, prefixlen, scope, secondary }) => ({
          ip: ipv4(local),
          // Here the prefix is around the peer: the address is alone in its own subnet.
          prefixLength: ifname === 'nl-br' ? 32 : prefixlen,
          secondary: secondary ?? false,
          scope,
        }));
      expect({ name: ifname, addresses: link(ifname).addresses }).toEqual({
        name: ifname,
        addresses: expected,
      });
    }
    expect(link('nl-up').addresses.map(({ secondary }) => secondary)).toEqual([false, false, true]);
    expect(link('nl-mac').addresses).toEqual([
      { ip: ipv4('10.81.0.1'), prefixLength: 16, secondary: false, scope: 'link' },
    ]);
  });

  it('tells a link that is up from one without carrier and from one that is down', () => {
    expect(link('nl-up')).toMatchObject({ operState: 'up', carrier: true });
    expect(link('nl-up').flags).toEqual(expect.arrayContaining(['UP', 'RUNNING', 'LOWER_UP']));
    expect(link('nl-noarp')).toMatchObject({ operState: 'lowerlayerdown', carrier: false });
    expect(link('nl-noarp').flags).toEqual(expect.arrayContaining(['UP', 'NOARP']));
    expect(link('nl-down')).toMatchObject({ operState: 'down', carrier: false });
    expect(link('nl-down').flags).not.toContain('UP');
  });

  it('names the device below, but never the peer of a veth nor a device of another namespace', () => {
    expect(link('nl-mac').parentIndex).toBe(indexOf('nl-up'));
    expect(link('nl-up').parentIndex).toBe(0);
    expect(ipJson<IpLink[]>('link', 'show', 'nl-moved')[0]?.link_index).toBeGreaterThan(0);
    expect(link('nl-moved').parentIndex).toBe(0);
  });

  it('names the driver, and null where there is none', () => {
    expect(link('nl-up').driver).toBe('veth');
    expect(link('nl-br').driver).toBe('bridge');
    expect(link('nl-mac').driver).toBe('macvlan');
    expect(link('lo').driver).toBeNull();
  });

  it('takes none of these for wireless or for a VLAN', () => {
    for (const { wireless, vlan } of native().listLinks())
      expect({ wireless, vlan }).toEqual({ wireless: false, vlan: null });
  });
});

describe('listRoutes', () => {
  it('has the unicast routes of the main table that ip has, a line for each next hop', () => {
    const expected = ipJson<IpRoute[]>('-4', 'route', 'show', 'table', 'main', 'type', 'unicast').flatMap(
      (route) => {
        const [address = '', length = '32'] = (route.dst === 'default' ? '0.0.0.0/0' : route.dst).split('/');
        const nextHops = 'nexthops' in route ? route.nexthops : [route];
        return nextHops
          .filter((hop) => !('via' in hop))
          .map(({ gateway, dev }) => ({
            destination: ipv4(address),
            prefixLength: Number(length),
            gateway: gateway ? ipv4(gateway) : 0,
            interfaceIndex: indexOf(dev),
            metric: route.metric ?? 0,
          }));
      },
    );
    const routes = native().listRoutes();
    expect(routes).toEqual(expected);
    const ways = (destination: string) => routes.filter((route) => route.destination === ipv4(destination));
    expect(ways('10.90.0.0').map(({ metric }) => metric)).toEqual([50, 60]);
    expect(ways('10.91.0.0').map(({ interfaceIndex }) => interfaceIndex)).toEqual(
      ['nl-up', 'nl-mac'].map(indexOf),
    );
    expect(ways('10.92.0.0')).toHaveLength(1);
    expect(ways('0.0.0.0')).toMatchObject([{ prefixLength: 0, gateway: ipv4('10.80.0.254') }]);
    expect([...ways('10.93.0.0'), ...ways('10.94.0.0')]).toEqual([]);
  });
});

describe('listNeighbours', () => {
  it('has the IPv4 neighbours that ip has, in every state, without proxy entries', () => {
    const order = (a: { ip: number }, b: { ip: number }) => a.ip - b.ip;
    const expected = ipJson<IpNeighbour[]>('-4', 'neighbour', 'show', 'nud', 'all').map((neighbour) => ({
      ip: ipv4(neighbour.dst),
      mac: neighbour.lladdr ?? null,
      interfaceIndex: indexOf(neighbour.dev),
      state: neighbour.state[0],
    }));
    const neighbours = native().listNeighbours();
    expect([...neighbours].sort(order)).toEqual(expected.sort(order));
    const stateOf = (address: string) => neighbours.find(({ ip }) => ip === ipv4(address))?.state;
    expect(['254', '3', '4', '5', '6'].map((last) => stateOf(`10.80.0.${last}`))).toEqual([
      'PERMANENT',
      'STALE',
      'REACHABLE',
      'NOARP',
      undefined,
    ]);
  });
});

describe('every list', () => {
  it('leaves no descriptor open', () => {
    const open = () => readdirSync('/proc/self/fd').length;
    const addon = native();
    const list = () => [
      addon.listLinks(),
      addon.listRoutes(),
      addon.listNeighbours(),
      addon.listBridgeEntries(),
      addon.listBridgePorts(),
      addon.listLinks('/proc/self/ns/net'),
    ];
    list();
    const before = open();
    for (let i = 0; i < 100; i++) list();
    expect(open()).toBe(before);
  });

  it('reports a system call that fails by its name and errno', () => {
    // The lists need one descriptor more than there may be.
    const script = `
      const addon = require(process.argv[1]);
      const { openSync } = require('node:fs');
      try { for (;;) openSync('/dev/null'); } catch {}
      const lists = ['Links', 'Routes', 'Neighbours', 'BridgeEntries', 'BridgePorts'].map((kind) => addon['list' + kind]);
      const errors = lists.map((list) => {
        try { list(); } catch (error) { return { isError: error instanceof Error, ...error }; }
      });
      console.log(JSON.stringify(errors));`;
    const addon = fileURLToPath(new URL('../../build/Release/arpsweep.node', import.meta.url));
    const command = ['-c', 'ulimit -n 64; exec "$0" -e "$1" "$2"', process.execPath, script, addon];
    const errors = JSON.parse(execFileSync('sh', command, { encoding: 'utf8' }));
    const expected = { isError: true, syscall: 'socket AF_NETLINK', errno: 24 };
    expect(errors).toEqual(Array(5).fill(expected));
  });
});
