import { describe, expect, it } from 'vitest';
import type { NativeBridgeEntry, NativeLink } from '../../../src/native.js';
import { allPlaces, chooseWay, explorePlaces, type Place } from '../../../src/trace/places.js';
import { labelOf, leniently, type World } from '../../../src/trace/world.js';
import { address, ip, link } from '../../support/fake-addon.js';
import { cable, fakeWorld, learnt, namespace } from '../../support/fake-world.js';

const TARGET = ip('10.0.0.9');
const MAC = '02:00:00:00:00:09';
const OTHER = '02:00:00:00:00:0a';

const name = ({ where, link: { name: interfaceName } }: Place) => labelOf(where, interfaceName);

/** Every place with its direction, and how deep it lies. */
function tree(place: Place, depth = 0): string[] {
  return [
    `${'  '.repeat(depth)}${name(place)} ${place.direction}`,
    ...place.next.flatMap((next) => tree(next, depth + 1)),
  ];
}

/** A machine whose bridge has an uplink towards us and guests with names `g0`, `g1`, …, of which the last has the target. */
function hypervisor(
  guests: number,
  table: (ports: NativeLink[], bridge: NativeLink) => NativeBridgeEntry[] = () => [],
) {
  const bridge = link('br0', [], { kind: 'bridge' });
  const inBridge = { masterIndex: bridge.index };
  const [eth0, uplink] = cable(['eth0', 0], ['uplink', 1], {}, inBridge);
  const pairs = Array.from({ length: guests }, (_, i) =>
    cable([`tap${i}`, 1], ['eth0', i + 2], inBridge, {
      addresses: i === guests - 1 ? [address('10.0.0.9/24')] : [],
    }),
  );
  const taps = pairs.map(([tap]) => tap);
  const world = fakeWorld(
    { where: null, links: [eth0] },
    { where: namespace('hyp'), links: [uplink, bridge, ...taps], entries: table(taps, bridge) },
    ...pairs.map(([, end], i) => ({ where: namespace(`g${i}`), links: [end] })),
  );
  return { world, eth0, bridge };
}

const explored = (world: World, start: NativeLink, mac: string | null = null) =>
  tree(explorePlaces(world, start, TARGET, mac));

describe('the places that a request can come by', () => {
  it('lead over cables and bridges into other namespaces', () => {
    const { world, eth0 } = hypervisor(2);
    expect(explored(world, eth0)).toEqual([
      'eth0 out',
      '  hyp:uplink in',
      '    hyp:br0 in',
      '      hyp:tap0 out',
      '        g0:eth0 in',
      '      hyp:tap1 out',
      '        g1:eth0 in',
    ]);
  });

  it('begin at a bridge with all of its ports', () => {
    const bridge = link('br0', [], { kind: 'bridge' });
    const ports = ['eth0', 'tap0'].map((one) => link(one, [], { kind: null, masterIndex: bridge.index }));
    const world = fakeWorld({ where: null, links: [bridge, ...ports] });
    expect(explored(world, bridge)).toEqual(['br0 out', '  eth0 out', '  tap0 out']);
  });

  it('go down from a macvlan to its parent, and to the member of a bond that has a carrier', () => {
    const bond = link('bond0', [], { kind: 'bond' });
    const eth0 = link('eth0', [], { kind: null, masterIndex: bond.index });
    const eth1 = link('eth1', [], { kind: null, masterIndex: bond.index, carrier: false });
    const vlan = link('bond0.100', [], { kind: 'vlan', linked: { index: bond.index, namespaceId: null } });
    const macvlan = link('mv0', [], { kind: 'macvlan', linked: { index: vlan.index, namespaceId: null } });
    const world = fakeWorld({ where: null, links: [macvlan, vlan, bond, eth0, eth1] });
    expect(explored(world, macvlan)).toEqual([
      'mv0 out',
      '  bond0.100 out',
      '    bond0 out',
      '      eth0 out',
    ]);

    const both = fakeWorld({ where: null, links: [macvlan, vlan, bond, eth0, { ...eth1, carrier: true }] });
    expect(explored(both, macvlan)).toEqual(['mv0 out', '  bond0.100 out', '    bond0 out']);
  });

  it('go up from a device to what takes its frames, unless it holds the target itself', () => {
    const [near, far] = cable(['eth0', 0], ['eth0', 1]);
    const upper = link('eth0.7', [], { kind: 'vlan', parentIndex: far.index });
    const links = (end: NativeLink) => [
      { where: null, links: [near] },
      { where: namespace('host'), links: [end, upper] },
    ];
    expect(explored(fakeWorld(...links(far)), near)).toEqual([
      'eth0 out',
      '  host:eth0 in',
      '    host:eth0.7 in',
    ]);
    const holder = { ...far, addresses: [address('10.0.0.9/24')] };
    expect(explored(fakeWorld(...links(holder)), near)).toEqual(['eth0 out', '  host:eth0 in']);
  });

  it('end where a namespace cannot be entered', () => {
    const { world, eth0 } = hypervisor(1);
    const blind = { ...world, namespaceOf: () => undefined };
    expect(explored(blind, eth0)).toEqual(['eth0 out']);
    const locked = {
      ...world,
      links: (where: Parameters<World['links']>[0]) => {
        if (where !== null) throw new Error('setns: Operation not permitted');
        return world.links(where);
      },
    };
    expect(explored(leniently(locked), eth0)).toEqual(['eth0 out']);
  });

  it('end where a loop closes', () => {
    const a = link('bra', [], { kind: 'bridge' });
    const b = link('brb', [], { kind: 'bridge' });
    const cables = [1, 2].flatMap((i) =>
      cable([`a${i}`, 0], [`b${i}`, 0], { masterIndex: a.index }, { masterIndex: b.index }),
    );
    const world = fakeWorld({ where: null, links: [a, b, ...cables] });
    expect(explored(world, a)).toEqual([
      'bra out',
      '  a1 out',
      '    b1 in',
      '      brb in',
      '  a2 out',
      '    b2 in',
    ]);
  });

  it('are all ports of a small bridge, and of a large one only that of the target', () => {
    const large = hypervisor(17, (taps, bridge) => [
      learnt(OTHER, taps[3] as NativeLink, bridge),
      learnt(MAC, taps[5] as NativeLink, bridge),
    ]);
    expect(explored(large.world, large.eth0).filter((line) => line.includes('tap'))).toEqual([]);
    expect(explored(large.world, large.eth0, MAC).filter((line) => line.includes('tap'))).toEqual([
      '      hyp:tap5 out',
    ]);
    const small = hypervisor(16);
    expect(explored(small.world, small.eth0).filter((line) => line.includes('tap'))).toHaveLength(16);
  });

  it('are no more than can be listened on', () => {
    const links = [link('v0', [])];
    for (let i = 1; i <= 100; i++) {
      const linked = { index: links.at(-1)?.index ?? 0, namespaceId: null };
      links.push(link(`v${i}`, [], { kind: 'vlan', linked }));
    }
    const top = links.at(-1) as NativeLink;
    expect(allPlaces(explorePlaces(fakeWorld({ where: null, links }), top, TARGET, null))).toHaveLength(64);
  });
});

describe('the way to the target', () => {
  const none = () => false;
  const wayIn = (
    { world, eth0 }: ReturnType<typeof hypervisor>,
    mac: string | null,
    replied: (place: Place) => boolean,
  ) => {
    const { places, open } = chooseWay(explorePlaces(world, eth0, TARGET, null), {
      world,
      target: TARGET,
      mac,
      replied,
    });
    return { way: places.map(name), open: open.map(name) };
  };

  it('is the one that a reply came by', () => {
    const replied = (place: Place) => name(place) === 'g0:eth0';
    expect(wayIn(hypervisor(3), null, replied).way).toEqual([
      'eth0',
      'hyp:uplink',
      'hyp:br0',
      'hyp:tap0',
      'g0:eth0',
    ]);
  });

  it('is without a reply the one to the link that holds the address', () => {
    expect(wayIn(hypervisor(3), null, none).way.slice(-2)).toEqual(['hyp:tap2', 'g2:eth0']);
  });

  it('is without either the one where the bridge has the MAC address', () => {
    const { world, eth0, bridge } = hypervisor(3, (taps, br) => [learnt(MAC, taps[1] as NativeLink, br)]);
    const nobodyHolds = {
      ...world,
      links: (where: Parameters<World['links']>[0]) =>
        world.links(where).map((one) => ({ ...one, addresses: [] })),
    };
    const lab = { world: nobodyHolds, eth0, bridge };
    expect(wayIn(lab, MAC, none).way.slice(-2)).toEqual(['hyp:tap1', 'g1:eth0']);
    expect(wayIn(lab, OTHER, none)).toEqual({
      way: ['eth0', 'hyp:uplink', 'hyp:br0'],
      open: ['hyp:tap0', 'hyp:tap1', 'hyp:tap2'],
    });
  });
});
