import { describe, expect, it } from 'vitest';
import type { FrameTag } from '../../src/links/choice.js';
import type { EthernetLink } from '../../src/links/links.js';
import type { LinkPlan } from '../../src/links/plan.js';
import { foreignStrays } from '../../src/report/strays.js';
import { ip, link } from '../support/fake-addon.js';
import { stray } from '../support/sweep-facts.js';

const eth0 = link('eth0', []) as EthernetLink;
const vlan100 = link('eth0.100', [], {
  parentIndex: eth0.index,
  vlan: { id: 100, protocol: '802.1Q' },
}) as EthernetLink;

function plan(device: EthernetLink, ids: readonly number[] = [], namespace: LinkPlan['namespace'] = null) {
  const tags = ids.map((id): FrameTag => ({ id, priority: 0, protocol: '802.1Q' }));
  const targets = [{ first: ip('10.0.0.0'), last: ip('10.0.0.255') }];
  return { link: device, namespace, tags, targets } as unknown as LinkPlan;
}

const left = (other: LinkPlan, ...strays: ReturnType<typeof stray>[]) => {
  const own = plan(eth0);
  return foreignStrays(strays, own, [own, other]).length;
};

describe('an answer with other tags than the question', () => {
  const in100 = stray('other-vlan', { vlan: 100 });

  it('is none where another link of the run asked with these, on the device or on a VLAN interface of it', () => {
    expect(left(plan(eth0, [100]), in100)).toBe(0);
    expect(left(plan(vlan100), in100)).toBe(0);
    expect(left(plan(vlan100, [7]), stray('other-vlan', { vlan: 100, innerVlan: 7 }))).toBe(0);
    const tagged = plan(eth0, [100]);
    expect(foreignStrays([stray('other-vlan')], tagged, [tagged, plan(eth0)])).toEqual([]);
  });

  it('stays one where nobody did: with other tags, elsewhere, or for another address', () => {
    expect(left(plan(eth0, [101]), in100)).toBe(1);
    expect(left(plan(eth0, [100, 7]), in100)).toBe(1);
    expect(left(plan(link('eth1', []) as EthernetLink, [100]), in100)).toBe(1);
    expect(left(plan(eth0, [100], { name: 'blue', path: '/run/netns/blue' }), in100)).toBe(1);
    expect(left(plan(eth0, [100]), stray('other-vlan', { vlan: 100, ip: '10.0.1.7' }))).toBe(1);
  });

  it('takes nothing else with it', () => {
    expect(left(plan(eth0, [100]), stray('returned', { vlan: 100 }), stray('our-mac', { vlan: 100 }))).toBe(
      2,
    );
  });
});
