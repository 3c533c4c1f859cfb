import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseControls } from '../../../src/check/controls.js';
import type { EthernetLink } from '../../../src/links/links.js';
import { subnetsOf } from '../../../src/links/subnets.js';
import { formatAddress } from '../../../src/targets/address.js';
import { contains } from '../../../src/targets/ranges.js';
import { address, ip, link } from '../../support/fake-addon.js';

const controls = (cidrs: readonly string[], expected: readonly string[]) => {
  const eth0 = link(
    'eth0',
    cidrs.map((each) => address(each)),
  ) as EthernetLink;
  const taken = eth0.addresses.map((own) => own.ip);
  return chooseControls(subnetsOf(eth0), expected.map(ip), taken).map(formatAddress);
};

describe('controls', () => {
  it('are spread over the subnets of what is expected, and over no others', () => {
    expect(controls(['10.0.0.2/24', '10.0.1.2/24'], ['10.0.0.5'])).toEqual([
      '10.0.0.43',
      '10.0.0.85',
      '10.0.0.128',
      '10.0.0.170',
      '10.0.0.213',
    ]);
    expect(controls(['10.0.0.2/24'], ['10.0.1.5'])).toEqual([]);
    expect(controls(['10.0.0.2/32'], ['10.0.0.5'])).toEqual([]);
  });

  it('are few or none where there is no room', () => {
    expect(controls(['10.0.0.1/29'], ['10.0.0.2', '10.0.0.3'])).toEqual(['10.0.0.4', '10.0.0.5', '10.0.0.6']);
    expect(controls(['10.0.0.1/30'], ['10.0.0.2'])).toEqual([]);
  });

  it('are never expected, our own, or the first or last address of a subnet', () => {
    const prefix = fc.integer({ min: 20, max: 31 });
    const hosts = fc.array(fc.nat(4095), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(prefix, hosts, (length, offsets) => {
        const eth0 = link('eth0', [address(`10.0.0.1/${length}`)]) as EthernetLink;
        const [subnet] = subnetsOf(eth0);
        if (!subnet) throw new Error('it has a subnet');
        const expected = offsets.map((offset) => subnet.first + (offset % (subnet.last - subnet.first + 1)));
        const chosen = chooseControls([subnet], expected, [ip('10.0.0.1')]);
        expect(chosen.length).toBeLessThanOrEqual(5);
        expect(new Set(chosen).size).toBe(chosen.length);
        for (const control of chosen) {
          expect(contains([{ first: subnet.first + 1, last: subnet.last - 1 }], control)).toBe(true);
          expect([...expected, ip('10.0.0.1')]).not.toContain(control);
        }
      }),
    );
  });
});
