import { describe, expect, it } from 'vitest';
import { InterfaceError, OptionError } from '../../src/errors.js';
import type { ChosenLink } from '../../src/links/choice.js';
import type { EthernetLink } from '../../src/links/links.js';
import { type PlanInput, planSweep } from '../../src/links/plan.js';
import type { NativeAddress } from '../../src/native.js';
import { checkFrameFields } from '../../src/sweep/frame-fields.js';
import { formatAddress } from '../../src/targets/address.js';
import { parseTargets } from '../../src/targets/parse.js';
import { formatRanges } from '../../src/targets/ranges.js';
import { address, link as anyLink, ip } from '../support/fake-addon.js';

const noFields = checkFrameFields({});

const link = (name: string, ...addresses: NativeAddress[]) => anyLink(name, addresses) as EthernetLink;

const chosen = (device: EthernetLink, more: Partial<ChosenLink> = {}): ChosenLink => ({
  namespace: null,
  device,
  tags: [],
  holder: device,
  name: device.name,
  ...more,
});

function plan(
  links: (EthernetLink | ChosenLink)[],
  targets: string | null,
  options: Partial<PlanInput['options']> & { exclude?: string; expected?: readonly string[] } = {},
) {
  const { exclude, expected = [], ...rest } = options;
  return planSweep({
    links: links.map((one) => ('device' in one ? one : chosen(one))),
    allLinks: links.map((one) => ('device' in one ? one.device : one)),
    targets: targets === null ? null : parseTargets(targets.split(' ')),
    expected: expected.map(ip),
    exclude: exclude === undefined ? [] : parseTargets(exclude).ranges,
    options: { sourceIp: null, sourceMac: null, offLink: false, fields: noFields, ...rest },
  }).map((one) => ({
    link: one.link.name,
    from: formatAddress(one.sourceIp),
    prefixLength: one.prefixLength,
    targets: formatRanges(one.targets).join(' '),
    named: one.named.map(formatAddress).join(' '),
    own: one.own.map(formatAddress).join(' '),
    mac: one.sourceMac,
  }));
}

function refusal(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  throw new Error('it was planned');
}

const eth0 = link('eth0', address('10.0.0.2/24'));
const eth1 = link('eth1', address('10.0.1.2/24'));

describe('with a tag', () => {
  const tags = [{ id: 100, priority: 0, protocol: '802.1Q' }] as const;
  const name = 'eth0@100';

  it('the subnet and the addresses are those of the VLAN interface, and so is its MAC', () => {
    const vlan = anyLink('eth0.100', [address('10.100.0.2/24')]);
    expect(plan([chosen(eth0, { tags, name, holder: vlan }), eth0], null)).toMatchObject([
      { link: 'eth0', from: '10.100.0.2', targets: '10.100.0.0/24', own: '10.100.0.2', mac: vlan.mac },
      { link: 'eth0', from: '10.0.0.2', targets: '10.0.0.0/24', own: '10.0.0.2', mac: eth0.mac },
    ]);
  });

  it('and no VLAN interface, everything is asked from no address, and there is no subnet', () => {
    const holder = { mac: null, addresses: [], index: 0 };
    const bare = chosen(eth0, { tags, name, holder });
    expect(plan([bare], '10.0.0.2 10.9.0.0/30')).toMatchObject([
      { from: '0.0.0.0', prefixLength: null, targets: '10.0.0.2 10.9.0.0/30', own: '', mac: eth0.mac },
    ]);
    expect(refusal(() => plan([bare], null))).toMatchObject({ message: expect.stringContaining(name) });
    expect(refusal(() => plan([bare], '10.0.0.2', { sourceIp: ip('10.0.0.2') }))).toMatchObject({
      message: expect.stringContaining(name),
    });
  });
});

describe('a sender address that is set by hand', () => {
  it('may be any at all, and is that of every subnet', () => {
    const two = link('two', address('10.0.0.2/24'), address('10.9.0.1/24'));
    const foreign = { fields: checkFrameFields({ spa: '10.0.0.99' }) };
    expect(plan([two], '10.0.0.0/24 10.9.0.7', foreign)).toMatchObject([
      { from: '10.0.0.99', prefixLength: null, targets: '10.0.0.0/24 10.9.0.7', own: '10.0.0.2' },
    ]);
    const each = { fields: checkFrameFields({ spa: 'target' }) };
    expect(plan([two], '10.0.0.7', each)).toMatchObject([{ from: '0.0.0.0', targets: '10.0.0.7' }]);
  });
});

describe('without a target', () => {
  it('each link asks its own subnets, each from the primary address there', () => {
    const two = link(
      'two',
      address('10.0.0.2/24'),
      address('10.0.0.3/24', { secondary: true }),
      address('10.9.0.1/30'),
    );
    expect(plan([two, eth1], null)).toMatchObject([
      { link: 'two', from: '10.9.0.1', prefixLength: 30, targets: '10.9.0.0/30', own: '10.9.0.1' },
      { link: 'two', from: '10.0.0.2', prefixLength: 24, targets: '10.0.0.0/24', own: '10.0.0.2 10.0.0.3' },
      { link: 'eth1', from: '10.0.1.2', targets: '10.0.1.0/24' },
    ]);
  });

  it('nothing above a /20 is asked, unless it is named', () => {
    const large = link('large', address('10.0.0.1/19'));
    const error = refusal(() => plan([large], null));
    expect(error).toBeInstanceOf(OptionError);
    expect(error).toMatchObject({ option: 'targets' });
    expect((error as OptionError).remedy).toContain('10.0.0.0/19');
    expect(plan([large], '10.0.0.0/19')).toHaveLength(1);
    expect(plan([link('fits', address('10.0.0.1/20'))], null)).toHaveLength(1);
  });

  it.each([
    ['no address', link('bare')],
    ['only a /32', link('pod', address('10.0.0.1/32'))],
  ])('a link with %s is refused', (_, bare) => {
    expect(refusal(() => plan([bare], null))).toBeInstanceOf(InterfaceError);
  });
});

describe('the sender address', () => {
  it('is a primary one though a secondary comes first', () => {
    const swapped = link('x', address('10.0.0.9/24', { secondary: true }), address('10.0.0.2/24'));
    expect(plan([swapped], '10.0.0.7')).toMatchObject([{ from: '10.0.0.2' }]);
  });

  it('is never a service address, be it a /32 or of host scope', () => {
    const service = link(
      'x',
      address('10.0.0.100/32'),
      address('10.0.0.101/24', { scope: 'host' }),
      address('10.0.0.2/24'),
    );
    expect(plan([service], '10.0.0.0/24 10.8.0.1', { offLink: true })).toEqual([
      expect.objectContaining({ from: '10.0.0.2', own: '10.0.0.2 10.0.0.100 10.0.0.101' }),
    ]);
  });

  it('is that of the narrowest subnet that has the target', () => {
    const nested = link('x', address('10.0.0.1/8'), address('10.5.5.1/24'));
    expect(plan([nested], '10.5.0.0/16')).toMatchObject([
      { from: '10.5.5.1', targets: '10.5.5.0/24' },
      { from: '10.0.0.1', targets: '10.5.0.0-10.5.4.255 10.5.6.0-10.5.255.255' },
    ]);
  });

  it('is none on a link without IPv4, which takes every target', () => {
    expect(plan([link('trunk')], '10.0.0.0/24')).toMatchObject([
      { from: '0.0.0.0', prefixLength: null, targets: '10.0.0.0/24', own: '' },
    ]);
  });

  it('is probed for, though it is not among the targets', () => {
    expect(plan([eth0], '10.0.0.7')).toMatchObject([{ own: '10.0.0.2', named: '10.0.0.7' }]);
  });

  it('may be chosen among those of the link', () => {
    const two = link('x', address('10.0.0.2/24'), address('10.0.0.3/24', { secondary: true }));
    const sourceIp = 0x0a000003;
    expect(plan([two], null, { sourceIp })).toMatchObject([{ from: '10.0.0.3', prefixLength: 24 }]);
  });

  it('of another machine is refused', () => {
    const error = refusal(() => plan([eth0], null, { sourceIp: 0x0a000063 }));
    expect(error).toBeInstanceOf(OptionError);
    expect(error).toMatchObject({ option: 'sourceIp' });
    expect((error as OptionError).message).toContain('10.0.0.99');
    expect((error as OptionError).remedy).toContain('10.0.0.2');
  });

  it('may be 0.0.0.0, which makes one run of all subnets', () => {
    const two = link('x', address('10.0.0.2/24'), address('10.9.0.1/24'));
    expect(plan([two], null, { sourceIp: 0, sourceMac: '02:00:00:00:00:aa' })).toMatchObject([
      { from: '0.0.0.0', prefixLength: null, mac: '02:00:00:00:00:aa', own: '10.0.0.2 10.9.0.1' },
    ]);
  });
});

describe('targets', () => {
  it('go to the links whose subnets have them', () => {
    expect(plan([eth0, eth1], '10.0.0.200-10.0.1.9')).toMatchObject([
      { link: 'eth0', targets: '10.0.0.200-10.0.0.255' },
      { link: 'eth1', targets: '10.0.1.0-10.0.1.9' },
    ]);
  });

  it('of a subnet that two links have are asked on both', () => {
    const twin = link('twin', address('10.0.0.3/24'));
    expect(plan([eth0, twin], '10.0.0.0/24').map((one) => one.link)).toEqual(['eth0', 'twin']);
  });

  it('that no chosen link has are refused, with the link that does have them', () => {
    const input: PlanInput = {
      links: [chosen(eth0)],
      allLinks: [eth0, eth1],
      targets: parseTargets(['10.0.0.5', '10.0.1.7']),
      exclude: [],
      expected: [],
      options: { sourceIp: null, sourceMac: null, offLink: false, fields: noFields },
    };
    const error = refusal(() => planSweep(input)) as InterfaceError;
    expect(error).toBeInstanceOf(InterfaceError);
    expect(error.message).toContain('10.0.1.7');
    expect(error.message).not.toContain('10.0.0.5');
    expect(error.message).toContain('eth0 (10.0.0.0/24)');
    expect(error.remedy).toContain('eth1');
    expect(error.remedy).toContain('--off-link');
  });

  it('that no link has are asked from the primary address where one insists', () => {
    expect(plan([eth0], '10.0.0.5 192.168.1.1', { offLink: true })).toMatchObject([
      { from: '10.0.0.2', targets: '10.0.0.5 192.168.1.1' },
    ]);
  });

  it('of a link with but a /32 are all off-link, and asked from it where one insists', () => {
    const pod = link('pod', address('10.0.0.1/32'));
    expect(refusal(() => plan([pod], '10.0.0.5'))).toBeInstanceOf(InterfaceError);
    expect(plan([pod], '10.0.0.5', { offLink: true })).toMatchObject([
      { from: '10.0.0.1', prefixLength: 32 },
    ]);
  });

  it('that are excluded are not asked, nor refused as off-link', () => {
    expect(plan([eth0], '10.0.0.0/30 10.9.9.9', { exclude: '10.9.9.9' })).toMatchObject([
      { targets: '10.0.0.0/30' },
    ]);
    expect(plan([eth0], null, { exclude: '10.0.0.0/25' })).toMatchObject([{ targets: '10.0.0.128/25' }]);
  });

  it('must leave something, and not too much, to ask', () => {
    expect(refusal(() => plan([eth0], '10.0.0.5', { exclude: '10.0.0.0/24' }))).toBeInstanceOf(OptionError);
    expect(refusal(() => plan([link('trunk')], '0.0.0.0/0'))).toBeInstanceOf(OptionError);
  });
});
