/** MACs on the wrong port of a bridge, and VLANs on the wrong device. */
import { describe, expect, it } from 'vitest';
import type { BridgeFacts, HeldMac, SweepFacts, VlanFacts } from '../../src/findings/context.js';
import { diagnose } from '../../src/findings/diagnose.js';
import { bridgeOf } from '../../src/links/bridges.js';
import { link } from '../support/fake-addon.js';
import { cable } from '../support/fake-world.js';
import { OUR_MAC, sweepFacts } from '../support/sweep-facts.js';

const GUEST = '52:54:00:00:00:09';
const OTHER = '52:54:00:00:00:0a';

function facts(more: Partial<SweepFacts>): SweepFacts {
  return sweepFacts({ interfaces: ['br0', 'eth1.100'], ...more });
}

describe('mac-on-wrong-port', () => {
  const held = (port: string, mac = GUEST, vlan: number | null = null): HeldMac => ({ mac, vlan, port });

  function bridge(before: readonly HeldMac[], after: readonly HeldMac[], more: Partial<BridgeFacts> = {}) {
    const answers = new Map([
      [GUEST, ['10.0.0.9', '10.0.0.90']],
      [OTHER, ['10.0.0.10']],
      [OUR_MAC, ['10.0.0.1']],
      ['00:00:5e:00:01:07', ['10.0.0.254']],
    ]);
    return { link: 0, bridge: 'br0', port: null, before, after, apartMs: 500, answers, ...more };
  }
  const found = (...bridges: BridgeFacts[]) => diagnose(facts({ bridges }));

  it('is a MAC that the bridge had on one port before it answered, and on another after', () => {
    const [finding, ...rest] = found(bridge([held('uplink')], [held('tap0')]));
    expect(rest).toEqual([]);
    expect(finding).toMatchObject({
      kind: 'mac-on-wrong-port',
      severity: 'error',
      link: 0,
      ips: ['10.0.0.9', '10.0.0.90'],
      macs: [GUEST],
      evidence: { bridge: 'br0', entries: [{ mac: GUEST, heldOn: 'uplink', heardOn: 'tap0', vlan: null }] },
    });
    expect(finding?.message).toMatch(
      /^br0 had 10\.0\.0\.9 .* on its port uplink before the sweep, and on tap0 after/,
    );
    expect(finding?.message).toContain('bridge fdb show br br0');
  });

  it('is one finding for all that moved between the same ports', () => {
    const before = [held('uplink'), held('uplink', OTHER)];
    expect(found(bridge(before, [held('tap0'), held('tap0', OTHER)]))).toMatchObject([
      { macs: [GUEST, OTHER] },
    ]);
    expect(found(bridge(before, [held('tap0'), held('tap1', OTHER)]))).toMatchObject([
      { macs: [GUEST] },
      { macs: [OTHER] },
    ]);
  });

  it('is on a port that is swept itself any MAC that the bridge has on others only', () => {
    const swept = { port: 'tap0' };
    const [finding] = found(bridge([held('uplink')], [held('uplink')], swept));
    expect(finding?.message).toMatch(/answers by way of tap0, but br0 has it on its port uplink/);
    expect(found(bridge([], [held('uplink')], swept))).toHaveLength(1);
    expect(found(bridge([held('uplink')], [held('tap0')], swept))).toEqual([]);
    expect(found(bridge([held('tap0')], [held('tap0')], swept))).toEqual([]);
  });

  it.each([
    ['one that stays', bridge([held('uplink')], [held('uplink')])],
    ['one that was not known before', bridge([], [held('tap0')])],
    ['one that is forgotten', bridge([held('uplink')], [])],
    [
      'one that did not answer',
      bridge([held('uplink', '52:54:00:00:00:77')], [held('tap0', '52:54:00:00:00:77')]),
    ],
    ['one of this machine', bridge([held('uplink', OUR_MAC)], [held('tap0', OUR_MAC)])],
    [
      'one that moves by design',
      bridge([held('uplink', '00:00:5e:00:01:07')], [held('tap0', '00:00:5e:00:01:07')]),
    ],
    ['one in two VLANs', bridge([held('uplink', GUEST, 1)], [held('tap0', GUEST, 2)])],
    ['one that had time to move', bridge([held('uplink')], [held('tap0')], { apartMs: 60_000 })],
  ])('is not %s', (_, quiet) => {
    expect(found(quiet)).toEqual([]);
  });
});

describe('the bridge of a link', () => {
  const br0 = link('br0', [], { kind: 'bridge' });
  const port = link('eth0', [], { kind: null, masterIndex: br0.index });
  const vlan = link('br0.100', [], { kind: 'vlan', parentIndex: br0.index });
  const macvlan = link('mv0', [], { kind: 'macvlan', parentIndex: vlan.index });
  const tagged = link('eth0.100', [], { kind: 'vlan', parentIndex: port.index });
  const lone = link('eth9', [], { kind: null });
  const [end, behind] = cable(['v0', 0], ['v1', 0], {}, { masterIndex: br0.index });
  const [away] = cable(['w0', 0], ['w1', 1], {}, { masterIndex: br0.index });
  const links = [br0, port, vlan, macvlan, tagged, lone, end, behind, away];

  it.each([
    ['a bridge', br0, false],
    ['a port', port, true],
    ['a VLAN of a bridge', vlan, false],
    ['a macvlan on such a VLAN', macvlan, false],
    ['a veth whose peer is a port', end, false],
  ])('is known of %s', (_, one, isPort) => {
    expect(bridgeOf(one, links)).toMatchObject({ bridge: { name: 'br0' }, isPort });
  });

  it.each([
    ['a device of its own', lone],
    ['a VLAN of a port, whose frames do not pass the bridge', tagged],
    ['a veth whose peer is in another namespace', away],
  ])('is none for %s', (_, one) => {
    expect(bridgeOf(one, links)).toBeNull();
  });
});

describe('vlan-wrong-parent', () => {
  const host = { ip: '10.0.0.7', mac: GUEST };

  function vlan(more: Partial<VlanFacts> = {}): VlanFacts {
    return {
      link: 1,
      id: 100,
      parent: 'eth1',
      netns: null,
      isInterface: true,
      asked: 254,
      answered: 0,
      answers: [],
      covers: (ip) => ip.startsWith('10.0.0.'),
      heard: [],
      heardOnParent: 0,
      ...more,
    };
  }
  const heard = [{ device: 'eth0', how: 'heard' as const, hosts: [host] }];
  const elsewhere = vlan({ link: 0, parent: 'eth0', answered: 3, answers: [host] });
  const found = (...vlans: VlanFacts[]) => diagnose(facts({ vlans }));

  it('is a silent link whose tag is heard on another device, of the addresses that it was asked for', () => {
    const [finding, ...rest] = found(vlan({ heard }));
    expect(rest).toEqual([]);
    expect(finding).toMatchObject({
      kind: 'vlan-wrong-parent',
      severity: 'error',
      link: 1,
      ips: ['10.0.0.7'],
      macs: [GUEST],
      evidence: { vlan: 100, parent: 'eth1', homes: heard },
    });
    expect(finding?.message).toMatch(/on eth1\.100, VLAN 100 of eth1, but 10\.0\.0\.7 speaks .* on eth0/);
    expect(finding?.message).toContain('ip link add link eth0 name NAME type vlan id 100');
  });

  it('is told of a device that is swept with the tag as well, in its own words', () => {
    const tagged = { ...vlan({ heard, isInterface: false }), netns: 'blue' };
    expect(found(tagged)[0]?.message).toContain('and sweep on blue:eth0@100.');
  });

  it('is a silent link whose tag is answered on another device', () => {
    expect(found(elsewhere, vlan())).toMatchObject([
      {
        kind: 'vlan-wrong-parent',
        link: 1,
        evidence: { homes: [{ device: 'eth0', how: 'answered', hosts: [host] }] },
      },
    ]);
  });

  it.each<[string, VlanFacts[]]>([
    ['where nothing is heard', [vlan()]],
    ['where somebody answers', [vlan({ heard, answered: 1 })]],
    ['where nothing was asked', [vlan({ heard, asked: 0 })]],
    ['where its own device hears the tag as well', [vlan({ heard, heardOnParent: 1 })]],
    ['of another tag', [{ ...elsewhere, id: 200 }, vlan()]],
    ['in another network namespace', [{ ...elsewhere, netns: 'blue' }, vlan()]],
    ['on the same device', [{ ...elsewhere, parent: 'eth1' }, vlan()]],
    ['of other addresses', [{ ...elsewhere, answers: [{ ip: '10.9.0.7', mac: GUEST }] }, vlan()]],
  ])('is not seen %s', (_, vlans) => {
    expect(found(...vlans)).toEqual([]);
  });
});
