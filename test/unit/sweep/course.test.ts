import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { EthernetLink } from '../../../src/links/links.js';
import type { LinkPlan } from '../../../src/links/plan.js';
import { courseOf, parseShard, partsOf, shardOf, tokenOf } from '../../../src/sweep/course.js';
import { checkFrameFields } from '../../../src/sweep/frame-fields.js';
import { checkOptions } from '../../../src/sweep/options.js';
import type { SweepOptions } from '../../../src/sweep/sweep-api.js';
import { countAddresses, normalize, type Ranges } from '../../../src/targets/ranges.js';
import { address, ip, link } from '../../support/fake-addon.js';

const nothingWished = { seed: null, sequential: null, shard: null };

const net: Ranges = [{ first: ip('10.0.0.0'), last: ip('10.0.0.255') }];

function plan(name: string, targets: Ranges = net, own = '10.0.0.2'): LinkPlan {
  const on = link(name, [address(`${own}/24`)]) as EthernetLink;
  const sourceIp = ip(own);
  return {
    link: on,
    namespace: null,
    tags: [],
    holderIndex: on.index,
    name,
    fields: checkFrameFields({}),
    sourceMac: on.mac,
    sourceIp,
    prefixLength: 24,
    targets,
    named: [],
    own: [sourceIp],
  };
}

describe('a shard', () => {
  test.each([
    ['1/1', 1, 1],
    ['2/5', 2, 5],
    ['65536/65536', 65_536, 65_536],
  ])('%s is read', (text, index, count) => {
    expect(parseShard(text)).toEqual({ index, count });
  });

  test.each(['', '2', '0/5', '6/5', '-1/5', '1/0', '2/5/7', ' 2/5', '1.5/5', '1/65537', '2 of 5'])(
    '%j is refused in a sentence',
    (text) => {
      expect(() => parseShard(text)).toThrow(`The shard ${JSON.stringify(text)} cannot be right.`);
    },
  );

  test('is disjoint from the others, as large as they are, and with them the whole', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 26), fc.integer({ min: 1, max: 300 }), (size, count) => {
        const shards = Array.from({ length: count }, (_, i) => shardOf(size, { index: i + 1, count }));
        const sizes = shards.map(countAddresses);
        expect(sizes.reduce((sum, each) => sum + each, 0)).toBe(size);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        expect(normalize(shards.flat())).toEqual(size === 0 ? [] : [{ first: 0, last: size - 1 }]);
      }),
    );
  });

  test('has the same seed as the others where none is given', () => {
    const course = (options: SweepOptions) => checkOptions(options).course;
    expect(course({ shard: '2/5' })).toEqual(course({ shard: '2/5' }));
    expect(course({ shard: '2/5' }).seed).toBe(course({ shard: '3/5' }).seed);
    expect(course({ shard: '2/5', seed: 9 }).seed).toBe(9);
  });
});

describe('what is left of a sweep', () => {
  const plans = [plan('eth0'), plan('eth1')];
  const shard = { index: 2, count: 5 };
  const course = { seed: 7, sequential: true, shard, resume: null };
  const remaining: Ranges[] = [[{ first: 60, last: 101 }], []];
  const token = tokenOf(plans, course, remaining) ?? '';

  test('is asked by the next one, in the same order', () => {
    const next = courseOf(nothingWished, token);
    expect(next).toMatchObject({ seed: 7, sequential: true, shard });
    expect(partsOf(plans, next)).toEqual(remaining);
    // And what that one leaves is as good.
    expect(tokenOf(plans, next, remaining)).toBe(token);
  });

  test('goes on elsewhere: on another machine with the same links, and after a new address', () => {
    const there = [plan('eth0', net, '10.0.0.77'), plan('eth1', net, '10.0.0.78')];
    expect(partsOf(there, courseOf(nothingWished, token))).toEqual(remaining);
  });

  test('may be named once more, but not otherwise', () => {
    expect(courseOf({ seed: 7, sequential: true, shard }, token).seed).toBe(7);
    expect(() => courseOf({ ...nothingWished, seed: 8 }, token)).toThrow(
      'with the seed 7, which --seed 8 contradicts',
    );
    expect(() => courseOf({ ...nothingWished, sequential: false }, token)).toThrow(
      'in sequential order, which --order random contradicts',
    );
    expect(() => courseOf({ ...nothingWished, shard: { index: 3, count: 5 } }, token)).toThrow(
      'of the shard 2/5, which --shard 3/5 contradicts',
    );
  });

  test.each<[string, LinkPlan[]]>([
    ['links', [plan('eth0'), plan('eth2')]],
    ['links', [plan('eth1'), plan('eth0')]],
    ['links', [plan('eth0')]],
    ['targets', [plan('eth0'), plan('eth1', [{ first: ip('10.0.0.0'), last: ip('10.0.0.254') }])]],
    ['targets', [plan('eth0', [{ first: ip('10.0.1.0'), last: ip('10.0.1.255') }]), plan('eth1')]],
  ])('of other %s is refused', (what, others) => {
    expect(() => partsOf(others, courseOf(nothingWished, token))).toThrow(`of other ${what}.`);
  });

  test('is nothing where all was asked', () => {
    expect(tokenOf(plans, course, [[], []])).toBeNull();
  });

  test('is all, or the shard, of a sweep that begins', () => {
    const begun = courseOf(nothingWished, undefined);
    expect(partsOf(plans, begun)).toEqual([[{ first: 0, last: 255 }], [{ first: 0, last: 255 }]]);
    expect(partsOf(plans, { ...begun, shard })[0]).toEqual([{ first: 51, last: 101 }]);
  });
});
