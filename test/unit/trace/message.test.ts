import { describe, expect, it } from 'vitest';
import type { NativeBridgePort, NativeLink } from '../../../src/native.js';
import type { Station } from '../../../src/trace/causes.js';
import { messageOf } from '../../../src/trace/message.js';
import type { Sighting } from '../../../src/trace/sightings.js';
import { labelOf, type Where } from '../../../src/trace/world.js';
import { address, ip, link } from '../../support/fake-addon.js';
import { fakeWorld, learnt, namespace, port } from '../../support/fake-world.js';

const HYP = namespace('hyp');
const REPLIER = '02:00:00:00:00:99';
const OTHER = '02:00:00:00:00:98';

/** What a link saw: `3?` is three requests, `2!` two replies, `<` that the requests came in, `>` that the replies went out, `1@` one of them to another. */
function saw(text: string): Sighting {
  const requests = Number(/(\d+)\?/.exec(text)?.[1] ?? 0);
  const replies = Number(/(\d+)!/.exec(text)?.[1] ?? 0);
  return {
    requests,
    requestsIn: text.includes('<') ? requests : 0,
    repliesOut: text.includes('>') ? replies : 0,
    repliesIn: text.includes('>') ? 0 : replies,
    unicasts: new Map([[OTHER, Number(/(\d+)@/.exec(text)?.[1] ?? 0)]]),
    vlans: new Set(requests > 0 ? [null] : []),
    repliers: new Set(replies > 0 ? [REPLIER] : []),
  };
}

const station = (where: Where, one: NativeLink, sighting: string): Station => ({
  label: labelOf(where, one.name),
  where,
  link: one,
  sighting: saw(sighting),
});

interface Setting {
  /** What eth0, which asks, and hyp's uplink, br0 and tap0 saw. */
  readonly saw: readonly [string, string, string, string];
  readonly uplink?: Partial<NativeLink>;
  readonly tap?: Partial<NativeLink>;
  readonly bridge?: Partial<NativeLink>;
  readonly uplinkPort?: Partial<NativeBridgePort>;
  readonly tapPort?: Partial<NativeBridgePort>;
  /** The bridge has the asker on this port. */
  readonly askerOn?: 'uplink' | 'tap0';
  readonly alsoHere?: readonly NativeLink[];
  readonly withoutTap?: boolean;
}

/** eth0 asks for 10.0.0.9; uplink, br0 and tap0 of the namespace hyp lead there. */
function message(setting: Setting): string {
  const eth0 = link('eth0', [address('10.0.0.1/24')]);
  const br0 = link('br0', [], { kind: 'bridge', ...setting.bridge });
  const uplink = link('uplink', [], { masterIndex: br0.index, ...setting.uplink });
  const tap0 = link('tap0', [], { masterIndex: br0.index, kind: 'tun', ...setting.tap });
  const askerOn = { uplink, tap0 }[setting.askerOn ?? 'uplink'];
  const world = fakeWorld(
    { where: null, links: [eth0, ...(setting.alsoHere ?? [])] },
    {
      where: HYP,
      links: [br0, uplink, tap0],
      entries: setting.askerOn ? [learnt(eth0.mac ?? '', askerOn, br0)] : [],
      ports: [port(uplink, br0, setting.uplinkPort), port(tap0, br0, setting.tapPort)],
    },
  );
  const [own, first, second, third] = setting.saw;
  const tap = station(HYP, tap0, third);
  return messageOf({
    world,
    target: ip('10.0.0.9'),
    asker: station(null, eth0, own),
    way: [station(HYP, uplink, first), station(HYP, br0, second), ...(setting.withoutTap ? [] : [tap])],
    open: setting.withoutTap ? [tap] : [],
    repliers: own.includes('!') ? [REPLIER] : [],
  });
}

const toBridge = ['3?', '3?<', '', ''] as const;
const toTap = ['3?', '3?<', '3?<', ''] as const;
const fromTap = ['3?', '3?<', '3?<', '3?3!'] as const;
const fromBridge = ['3?', '3?<', '3?<3!', '3?3!'] as const;
const everywhere = ['3?', '3?<', '3?<', '3?'] as const;
const allTheWay = ['3?3!', '3?<3!', '3?<3!', '3?3!'] as const;

describe('what a trace says', () => {
  it('is one sentence that ends', () => {
    for (const sightings of [toBridge, toTap, fromTap, fromBridge, everywhere, allTheWay]) {
      expect(message({ saw: sightings })).toMatch(/^[A-Z1].*[^.]\.$/);
    }
  });

  it('names who answered where nothing is lost', () => {
    expect(message({ saw: allTheWay })).toBe(
      `10.0.0.9 is answered by ${REPLIER}, and nothing is lost between eth0 and hyp:tap0.`,
    );
  });

  it('says where only some get through', () => {
    expect(message({ saw: ['6?4!', '6?<4!', '4?<4!', '4?4!'] })).toContain(
      'only 4 of 6 requests came from hyp:uplink to hyp:br0',
    );
    expect(message({ saw: ['6?2!', '6?<2!', '6?<6!', '6?6!'] })).toContain(
      'only 2 of 6 replies came from hyp:br0 back to hyp:uplink',
    );
  });

  it('says where the last link saw more requests than replies', () => {
    expect(message({ saw: ['6?2!', '6?<2!', '6?<2!', '6?2!'] })).toMatch(
      /only 2 of the 6 requests that came by hyp:tap0 were answered: look behind it/,
    );
  });

  it('says where a machine answers that does not hold the address', () => {
    const everywhere = ['3?3!', '3?<3!', '3?<3!', '3?<3!>'] as const;
    const proxy = /the reply comes from hyp:tap0, where no link holds that address: most likely an ARP proxy/;
    expect(message({ saw: everywhere, tap: { masterIndex: 0 } })).toMatch(proxy);
    expect(
      message({ saw: everywhere, tap: { masterIndex: 0, addresses: [address('10.0.0.9/24')] } }),
    ).toContain('nothing is lost');
    // What a port of a bridge sends may come from another.
    expect(message({ saw: everywhere })).toContain('nothing is lost');
  });

  it('does not miss what only another machine with that address was asked', () => {
    expect(message({ saw: ['4?1@6!', '4?1@<6!', '4?1@<6!', '3?3!'] })).toContain('nothing is lost');
    expect(message({ saw: ['5?1@6!', '5?1@<6!', '5?1@<6!', '3?3!'] })).toContain('only 3 of 4 requests');
  });

  it('says where an answer comes from that does not come from the end', () => {
    expect(message({ saw: ['3?3!', '3?<3!', '3?<', '3?'] })).toMatch(
      /answered by .*, but the reply came by hyp:uplink and not by hyp:br0: look who has that address/,
    );
  });

  it('says that nothing was sent', () => {
    expect(message({ saw: ['', '', '', ''] })).toMatch(
      /^No request for 10\.0\.0\.9 was seen to leave eth0: look/,
    );
  });

  const lostIntoBridge = 'The request for 10.0.0.9 is lost between hyp:uplink and hyp:br0: ';
  const lostIntoTap = 'The request for 10.0.0.9 is lost between hyp:br0 and hyp:tap0: ';

  it.each<[string, Setting, string]>([
    ['a port that is down', { saw: toTap, tap: { flags: [] } }, 'hyp:tap0 is down'],
    ['a port without carrier', { saw: toTap, tap: { carrier: false } }, 'hyp:tap0 has no carrier'],
    [
      'a port that spanning tree blocks',
      { saw: toTap, tapPort: { state: 'blocking' } },
      'as a port of br0, hyp:tap0 is blocking',
    ],
    [
      'two isolated ports',
      { saw: toTap, tapPort: { isolated: true }, uplinkPort: { isolated: true } },
      'hyp:uplink and hyp:tap0 are isolated ports of br0',
    ],
    [
      'a port that is not flooded',
      { saw: toTap, tapPort: { broadcastFlood: false } },
      'hyp:tap0 takes no broadcasts (bcast_flood off)',
    ],
    [
      'a port outside the VLAN',
      {
        saw: toTap,
        bridge: { vlanFiltering: true },
        uplinkPort: { vlans: [{ id: 100, pvid: true, untagged: true }] },
        tapPort: { vlans: [{ id: 200, pvid: true, untagged: true }] },
      },
      'hyp:tap0 is not in VLAN 100 of br0',
    ],
  ])('names the cause: %s', (_, setting, cause) => {
    expect(message(setting)).toContain(`${lostIntoTap}${cause}; look at `);
    expect(message(setting)).toContain('"ip netns exec hyp ');
  });

  it('does not blame one isolated port, nor VLANs that the bridge does not tell apart', () => {
    const quiet = [
      { saw: toTap, tapPort: { isolated: true } },
      { saw: toTap, tapPort: { vlans: [{ id: 200, pvid: true, untagged: true }] } },
    ];
    for (const setting of quiet)
      expect(message(setting)).toContain(`${lostIntoTap}look at what may filter there`);
  });

  it('blames the port by which a frame came in where it never reached the bridge', () => {
    expect(message({ saw: toBridge, uplinkPort: { state: 'listening' } })).toContain(
      `${lostIntoBridge}as a port of br0, hyp:uplink is listening`,
    );
    expect(message({ saw: toBridge })).toMatch(
      /look at what may filter there, "ip netns exec hyp nft list ruleset" and ".* tc filter show dev uplink"\.$/,
    );
  });

  it('says that a reply is lost, and whose', () => {
    expect(message({ saw: fromTap })).toContain(
      `The reply of ${REPLIER} for 10.0.0.9 is lost between hyp:tap0 and hyp:br0: look at what may filter there`,
    );
  });

  it('blames a bridge that has the asker on another port for a lost reply', () => {
    const lost = message({ saw: fromBridge, askerOn: 'tap0' });
    expect(lost).toMatch(
      /is lost between hyp:br0 and hyp:uplink: br0 has the asker's \S+ on tap0 and not on hyp:uplink/,
    );
    expect(lost).toContain('bridge fdb show br br0');
    expect(message({ saw: fromBridge, askerOn: 'uplink' })).not.toContain('has the asker');
    expect(message({ saw: fromBridge })).not.toContain('has the asker');
    expect(message({ saw: fromBridge, uplinkPort: { unicastFlood: false } })).toContain(
      'br0 does not know the asker, and hyp:uplink has flood off',
    );
  });

  it('looks beyond the last link: into the guest, or at the other side', () => {
    expect(message({ saw: everywhere })).toContain('look inside the guest behind it');
    expect(message({ saw: everywhere, tap: { kind: null } })).toContain('look on its other side');
  });

  it('looks at the machine that the request came in at', () => {
    const cameIn = ['3?', '3?<', '3?<', '3?<'] as const;
    const guest = { kind: 'veth', masterIndex: 0 };
    expect(message({ saw: cameIn, tap: guest })).toContain(
      'came in by hyp:tap0, where no link holds that address',
    );
    expect(message({ saw: cameIn, tap: { ...guest, addresses: [address('10.0.0.9/24')] } })).toContain(
      'is not answered though hyp:tap0 holds that address: look there at arp_ignore',
    );
    expect(message({ saw: cameIn })).toContain('look at hyp:br0 and its ports as well, with --at');
  });

  it('says by which ports it may have gone on where that cannot be told', () => {
    expect(message({ saw: everywhere, withoutTap: true })).toContain(
      'left hyp:br0 by hyp:tap0 and no reply came: name the links that should lead to it with --at',
    );
  });

  it('mentions that this machine holds the address itself', () => {
    const dummy = link('dummy0', [address('10.0.0.9/32')], { flags: ['NOARP'] });
    expect(message({ saw: everywhere, alsoHere: [dummy] })).toContain(
      'this machine itself holds 10.0.0.9 on dummy0',
    );
  });

  it('gives commands for a namespace of a process and of a path as well', () => {
    const uplink = link('uplink', [], { flags: [] });
    const eth0 = link('eth0', []);
    for (const [where, command] of [
      [{ name: '4711', path: '/proc/4711/ns/net' }, '"nsenter -t 4711 -n ip link show dev uplink"'],
      [{ name: '/x/ns', path: '/x/ns' }, '"nsenter --net=/x/ns ip link show dev uplink"'],
    ] as const) {
      const said = messageOf({
        world: fakeWorld({ where: null, links: [eth0] }, { where, links: [uplink] }),
        target: ip('10.0.0.9'),
        asker: station(null, eth0, '3?'),
        way: [station(where, uplink, '')],
        open: [],
        repliers: [],
      });
      expect(said).toContain(command);
    }
  });
});
