/** Tables and ports of bridges as the addon reads them, held against what bridge(8) prints. */
import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assertIsolated } from '../../src/lab/isolation-guard.js';
import { type NativeBridgeEntry, native } from '../../src/native.js';
import { waitFor } from '../support/wait-for.js';

/** What is used of `bridge -j fdb`. */
interface FdbEntry {
  mac: string;
  ifname: string;
  master?: string;
  vlan?: number;
  flags: string[];
  state: string;
}

/** What is used of `bridge -j -d link`. */
interface BridgeLink {
  ifname: string;
  master: string;
  state: string;
  hairpin: boolean;
  learning: boolean;
  flood: boolean;
  bcast_flood: boolean;
  isolated: boolean;
  neigh_suppress: boolean;
}

/** The namespace next door, where all that is read is. */
const NEAR = 'nl-bridges';
const FAR = 'nl-farther';
const path = (name: string) => `/run/netns/${name}`;

const GUEST = '02:00:00:00:07:01';

const SETUP = [
  'link add br-a type bridge forward_delay 0',
  'link add br-b type bridge stp_state 1',
  `link add tap0 type veth peer name eth0 address ${GUEST} netns ${FAR}`,
  'link add odd0 type veth peer name odd1',
  'link add stp0 type veth peer name stp1',
  'link add free0 type veth peer name free1',
  'link set tap0 master br-a',
  'link set odd0 master br-a',
  'link set odd0 type bridge_slave hairpin on learning off flood off bcast_flood off isolated on neigh_suppress on',
  'link set stp0 master br-b',
  ...['br-a', 'br-b', 'tap0', 'odd0', 'odd1', 'stp0', 'stp1'].map((name) => `link set ${name} up`),
];

const TABLE = [
  'add 02:00:00:00:07:02 dev odd0 master static',
  'add 02:00:00:00:07:03 dev odd0 master dynamic',
  'add 02:00:00:00:07:04 dev tap0 master dynamic extern_learn',
  'add 02:00:00:00:07:05 dev br-a self local',
];

const run = (program: string, ...args: string[]) => execFileSync(program, args, { encoding: 'utf8' });
const bridge = <T>(...args: string[]) => JSON.parse(run('bridge', '-n', NEAR, '-j', '-d', ...args)) as T;

function nameOf(index: number): string | undefined {
  return native()
    .listLinks(path(NEAR))
    .find((link) => link.index === index)?.name;
}

/** An entry in bridge(8)'s words: it has no word for what is learnt. */
function inItsWords({ mac, interfaceIndex, bridgeIndex, vlan, state, flags }: NativeBridgeEntry): FdbEntry {
  const states: Record<string, string> = { PERMANENT: 'permanent', NOARP: 'static', STALE: 'stale' };
  const words: Record<string, string> = { EXT_LEARNED: 'extern_learn' };
  const master = nameOf(bridgeIndex);
  return {
    mac,
    ifname: nameOf(interfaceIndex) ?? '',
    ...(master !== undefined && { master }),
    ...(vlan !== null && { vlan }),
    flags: flags.map((flag) => words[flag] ?? flag.toLowerCase()),
    state: states[state] ?? '',
  };
}

beforeAll(async () => {
  assertIsolated();
  for (const name of [NEAR, FAR]) run('ip', 'netns', 'add', name);
  for (const line of SETUP) run('ip', '-n', NEAR, ...line.split(' '));
  for (const line of TABLE) run('bridge', '-n', NEAR, 'fdb', ...line.split(' '));
  // The guest says something by its own accord, as kernels do, and is learnt.
  run('ip', '-n', FAR, 'address', 'add', '10.7.0.1/24', 'dev', 'eth0');
  run('ip', '-n', FAR, 'link', 'set', 'eth0', 'up');
  run(
    'ip',
    '-n',
    FAR,
    'neighbour',
    'add',
    '10.7.0.2',
    'dev',
    'eth0',
    'nud',
    'probe',
    'lladdr',
    '02:00:00:00:07:fe',
  );
  await waitFor(() => bridge<FdbEntry[]>('fdb').some(({ mac }) => mac === GUEST), {
    what: 'the guest to be learnt',
  });
});

afterAll(() => {
  for (const name of [NEAR, FAR]) run('ip', 'netns', 'delete', name);
});

describe('listBridgeEntries', () => {
  it('has what bridge fdb shows, entries that were learnt, added and are its own, in its order', () => {
    const expected = bridge<FdbEntry[]>('fdb', 'show');
    const entries = native().listBridgeEntries(path(NEAR));
    expect(entries.map(inItsWords)).toEqual(expected.map((entry) => expect.objectContaining(entry)));
    const states = (mac: string) => entries.filter((entry) => entry.mac === mac).map(({ state }) => state);
    expect([GUEST, '02:00:00:00:07:02', '02:00:00:00:07:05'].map(states)).toEqual([
      ['REACHABLE'],
      ['NOARP'],
      ['PERMANENT'],
    ]);
  });

  it('is of the namespace that is named', () => {
    const here = native().listBridgeEntries();
    expect(here.filter(({ bridgeIndex }) => bridgeIndex !== 0)).toEqual([]);
    expect(
      native()
        .listBridgeEntries(path(FAR))
        .some(({ mac }) => mac === '02:00:00:00:07:02'),
    ).toBe(false);
  });
});

describe('listBridgePorts', () => {
  it('has the ports that bridge link shows, with what they let pass', async () => {
    const shown = () => bridge<BridgeLink[]>('link', 'show');
    await waitFor(() => shown().every(({ state }) => state !== 'disabled'), { what: 'the ports to come up' });
    const expected = shown().map((port) => ({
      name: port.ifname,
      bridge: port.master,
      hairpin: port.hairpin,
      learning: port.learning,
      unicastFlood: port.flood,
      broadcastFlood: port.bcast_flood,
      isolated: port.isolated,
      neighbourSuppression: port.neigh_suppress,
    }));
    const ports = native().listBridgePorts(path(NEAR));
    const actual = ports.map(({ interfaceIndex, bridgeIndex, state: _, vlans, ...rest }) => {
      expect(vlans).toEqual([]);
      return { name: nameOf(interfaceIndex), bridge: nameOf(bridgeIndex), ...rest };
    });
    expect(actual).toEqual(expected);
    expect(actual.map(({ name }) => name).sort()).toEqual(['odd0', 'stp0', 'tap0']);
    expect(actual.find(({ name }) => name === 'odd0')).toMatchObject({
      hairpin: true,
      learning: false,
      isolated: true,
    });

    const stateOf = (name: string) =>
      ports.find(({ interfaceIndex }) => nameOf(interfaceIndex) === name)?.state;
    expect(stateOf('tap0')).toBe('forwarding');
    // For thirty seconds spanning tree has it listen and learn.
    expect(['listening', 'learning']).toContain(stateOf('stp0'));
  });
});

describe('a link whose other end is in another namespace', () => {
  it('names it by a number that leads to the namespace', () => {
    const tap = native()
      .listLinks(path(NEAR))
      .find(({ name }) => name === 'tap0');
    const eth = native()
      .listLinks(path(FAR))
      .find(({ name }) => name === 'eth0');
    const id = native().namespaceId(path(FAR), path(NEAR));
    expect(id).not.toBeNull();
    expect(tap?.linked).toEqual({ index: eth?.index, namespaceId: id });
    expect(eth?.linked).toEqual({
      index: tap?.index,
      namespaceId: native().namespaceId(path(NEAR), path(FAR)),
    });
    const [free0, free1] = ['free0', 'free1'].map((name) =>
      native()
        .listLinks(path(NEAR))
        .find((link) => link.name === name),
    );
    expect(free0?.linked).toEqual({ index: free1?.index, namespaceId: null });
  });

  it('is null to a namespace that has never heard of the other', () => {
    expect(native().namespaceId(path(NEAR))).toBeNull();
  });
});
