import { describe, expect, it } from 'vitest';
import { InterfaceError, OptionError } from '../../src/errors.js';
import { chooseLinks } from '../../src/links/choice.js';
import { parseLinkSpec } from '../../src/links/link-spec.js';
import { describeMachine } from '../../src/links/links.js';
import type { NativeLink, NativeRoute } from '../../src/native.js';
import { address, defaultRoute, link } from '../support/fake-addon.js';

const eth0 = link('eth0', [address('10.0.0.2/24')]);
const eth1 = link('eth1', [address('10.0.1.2/24')]);
const lo = link('lo', [address('127.0.0.1/8', { scope: 'host' })], {
  arpType: 772,
  flags: ['UP', 'LOOPBACK'],
  mac: '00:00:00:00:00:00',
});

const byDefault = { netns: null, interface: null, tags: null };

function chosen(links: readonly NativeLink[], names: readonly string[] | null, routes: NativeRoute[] = []) {
  const wanted = names?.map((name) => parseLinkSpec(name, 'links')) ?? [byDefault];
  return chooseLinks({ links: () => links, routes: () => routes }, wanted);
}

function choose(links: readonly NativeLink[], names: readonly string[] | null, routes: NativeRoute[] = []) {
  return chosen(links, names, routes).map(({ name }) => name);
}

function refusal(links: readonly NativeLink[], names: readonly string[] | null, routes: NativeRoute[] = []) {
  try {
    choose(links, names, routes);
  } catch (error) {
    expect(error).toBeInstanceOf(InterfaceError);
    return error as InterfaceError;
  }
  throw new Error('a link was chosen');
}

describe('the links of a sweep', () => {
  it('are those named, in that order', () => {
    expect(choose([lo, eth0, eth1], ['eth1', 'eth0'])).toEqual(['eth1', 'eth0']);
  });

  it('are that of the default route with the lowest metric where none is named', () => {
    expect(choose([lo, eth0, eth1], null, [defaultRoute(eth0, 200), defaultRoute(eth1, 100)])).toEqual([
      'eth1',
    ]);
  });

  it('are asked for where two default routes are equal', () => {
    const error = refusal([lo, eth0, eth1], null, [defaultRoute(eth0), defaultRoute(eth1)]);
    expect(error.code).toBe('ERR_INTERFACE_AMBIGUOUS');
    expect(error.message).toContain('eth0, eth1');
  });

  it('are asked for where there is no default route, with those that would do', () => {
    const down = link('eth2', [], { flags: [] });
    const error = refusal([lo, eth0, eth1, down], null);
    expect(error.code).toBe('ERR_INTERFACE_AMBIGUOUS');
    expect(error.remedy).toContain('eth0, eth1');
    expect(error.remedy).not.toMatch(/lo\b|eth2/);
  });

  it('do not exist where there is but a loopback', () => {
    expect(refusal([lo], null)).toMatchObject({ code: 'ERR_INTERFACE_NOT_FOUND' });
  });
});

describe('a link', () => {
  it('that is not there is refused with the names of those that are', () => {
    const error = refusal([lo, eth0], ['eth9']);
    expect(error.code).toBe('ERR_INTERFACE_NOT_FOUND');
    expect(error.message).toContain('"eth9"');
    expect(error.remedy).toContain('lo, eth0');
  });

  const unfit: [string, string, string, Partial<NativeLink>][] = [
    ['down', 'ERR_INTERFACE_DOWN', 'ip link set dev x up', { flags: [] }],
    ['without carrier', 'ERR_INTERFACE_NO_CARRIER', 'peer', { carrier: false }],
    ['without carrier', 'ERR_INTERFACE_NO_CARRIER', 'cable', { carrier: false, kind: null }],
    ['a loopback', 'ERR_INTERFACE_NOT_ETHERNET', 'interfaces', { arpType: 772, flags: ['UP', 'LOOPBACK'] }],
    ['a tunnel', 'ERR_INTERFACE_NOT_ETHERNET', 'interfaces', { arpType: 65534, mac: null }],
    ['set to NOARP', 'ERR_INTERFACE_NOT_ETHERNET', 'interfaces', { flags: ['UP', 'NOARP'] }],
  ];
  it.each(unfit)('%s is refused as %s with the remedy "%s"', (_, code, remedy, state) => {
    const error = refusal([link('x', [], state)], ['x']);
    expect(error.code).toBe(code);
    expect(error.message).toContain('x');
    expect(error.remedy).toContain(remedy);
  });
});

describe('a pattern', () => {
  const names = ['tap0', 'tap1', 'tap10', 'veth-a', 'wlan.1'];
  const links = names.map((name) => link(name, []));

  it.each([
    ['tap*', ['tap0', 'tap1', 'tap10']],
    ['tap?', ['tap0', 'tap1']],
    ['tap[1-9]*', ['tap1', 'tap10']],
    ['*[!0-9]', ['veth-a']],
    ['w*.1', ['wlan.1']],
    ['[tv]*[!0-9]', ['veth-a']],
  ])('%s takes %j', (pattern, expected) => {
    expect(choose(links, [pattern])).toEqual(expected);
  });

  it('takes what is up, each once, and no loopback', () => {
    const down = link('tap7', [], { flags: [] });
    expect(choose([lo, ...links, down], ['tap1', '*'])).toEqual(['tap1', 'tap0', ...names.slice(2)]);
  });

  it('that nothing is like is refused, and so is one of which nothing is up', () => {
    expect(refusal(links, ['eth*'])).toMatchObject({ code: 'ERR_INTERFACE_NOT_FOUND' });
    expect(refusal(links, ['tap[9-1]'])).toMatchObject({ code: 'ERR_INTERFACE_NOT_FOUND' });
    expect(refusal(links, ['eth*']).remedy).toContain('tap0, tap1');
    const down = link('tap7', [], { flags: [] });
    expect(refusal([lo, down], ['*'])).toMatchObject({ code: 'ERR_INTERFACE_DOWN' });
  });
});

describe('a link with a tag', () => {
  const vlan = (id: number, parent: NativeLink, more: Partial<NativeLink> = {}) =>
    link(`${parent.name}.${id}`, [address(`10.${id % 256}.0.2/24`)], {
      parentIndex: parent.index,
      vlan: { id, protocol: '802.1Q' },
      ...more,
    });
  const vlan100 = vlan(100, eth0);
  const provider = vlan(200, eth0, { vlan: { id: 200, protocol: '802.1ad' } });
  const customer = vlan(7, provider);
  const links = [eth0, vlan100, provider, customer];

  it('asks from the addresses of the VLAN interface with that tag on that device, and from none elsewhere', () => {
    expect(chosen(links, ['eth0@100.5'])).toMatchObject([
      {
        name: 'eth0@100',
        device: { name: 'eth0' },
        holder: { index: vlan100.index, addresses: vlan100.addresses },
        tags: [{ id: 100, priority: 5, protocol: '802.1Q' }],
      },
    ]);
    const elsewhere = vlan(100, eth1);
    expect(chosen([eth0, eth1, elsewhere], ['eth0@100'])[0]?.holder).toEqual({
      mac: null,
      addresses: [],
      index: 0,
    });
  });

  it('may have one within another, which are of the kinds that the interfaces have', () => {
    expect(chosen(links, ['eth0@200@7'])).toMatchObject([
      {
        name: 'eth0@200@7',
        holder: { index: customer.index },
        tags: [
          { id: 200, protocol: '802.1ad' },
          { id: 7, protocol: '802.1Q' },
        ],
      },
    ]);
    expect(chosen(links, ['eth0@100@7'])).toMatchObject([
      { holder: { index: 0 }, tags: [{ protocol: '802.1Q' }, { protocol: '802.1Q' }] },
    ]);
    expect(chosen([eth0], ['eth0@1@2'])[0]?.tags.map(({ protocol }) => protocol)).toEqual([
      '802.1ad',
      '802.1Q',
    ]);
  });

  it('is a link of its own for each tag, but not for each priority', () => {
    expect(choose(links, ['eth0', 'eth0@100', 'eth0@0', 'eth0@100'])).toEqual(['eth0', 'eth0@100']);
    expect(() => choose(links, ['eth0@100', 'eth0@100.5'])).toThrow(OptionError);
  });
});

describe('the machine', () => {
  it('is described with names in place of indexes and addresses as text', () => {
    const bridge = link('br0', []);
    const vlan = link('eth0.7', [address('10.7.0.1/16', { secondary: true })], {
      parentIndex: eth0.index,
      masterIndex: bridge.index,
      vlan: { id: 7, protocol: '802.1Q' },
    });
    const { interfaces } = describeMachine([lo, eth0, bridge, vlan]);
    expect(interfaces[0]).toMatchObject({ name: 'lo', type: 'loopback', parent: null, master: null });
    expect(interfaces[3]).toMatchObject({
      name: 'eth0.7',
      type: 'ethernet',
      netns: null,
      parent: 'eth0',
      master: 'br0',
      vlan: { id: 7, protocol: '802.1Q' },
      addresses: [{ ip: '10.7.0.1', prefixLength: 16, secondary: true, scope: 'global' }],
    });
  });
});
