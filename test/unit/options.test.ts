import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OptionError } from '../../src/errors.js';
import {
  checkOptions,
  parseCooldown,
  parseDuration,
  parsePasses,
  parseRate,
  parseSeed,
  parseSourceMac,
} from '../../src/sweep/options.js';
import { paceOf, passPlanOf, regulationOf, tempoOf } from '../../src/sweep/pace.js';
import type { SweepOptions } from '../../src/sweep/sweep-api.js';

/** The error must name the option, show what was given and say what would be right. */
function expectRefused(call: () => unknown, option: string, shown: string): void {
  let error: unknown;
  try {
    call();
  } catch (thrown) {
    error = thrown;
  }
  expect(error, `${option} ${shown} was taken`).toBeInstanceOf(OptionError);
  const refused = error as OptionError;
  expect(refused.option).toBe(option);
  expect(refused.message).toContain(shown);
  expect(refused.remedy).toMatch(/^Give /);
}

describe('a rate', () => {
  it.each([
    ['1000', 1000],
    ['10k', 10_000],
    ['1.5M', 1_500_000],
    ['0.5', 0.5],
    [250, 250],
    ['max', 'max'],
    ['auto', 'auto'],
    ['auto:max', 'auto:max'],
    ['auto:1M', 'auto:1000000'],
  ])('%j is read as %j', (text, rate) => {
    expect(parseRate(text)).toBe(rate);
  });

  it.each([
    '',
    '0',
    '-1',
    '1e3',
    '10 k',
    '1g',
    '10kk',
    'fast',
    'auto:',
    'auto:0',
    'auto:-1',
    '1000M',
    'Infinity',
    'NaN',
    '.5',
    '٣',
  ])('%j is refused', (text) => {
    expectRefused(() => parseRate(text), 'rate', JSON.stringify(text));
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, 1e9])('%d is refused', (rate) => {
    expectRefused(() => parseRate(rate), 'rate', String(rate));
  });

  it('that was read is taken as an option again', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.1, max: 1e8, noNaN: true }), (rate) => {
        expect(parseRate(parseRate(rate))).toBe(rate);
      }),
    );
  });
});

describe('a duration', () => {
  it.each([
    ['350ms', 350],
    ['2s', 2000],
    ['1.5s', 1500],
    ['1m', 60_000],
    ['1h', 3_600_000],
    ['0', 0],
    ['0s', 0],
  ])('%j is %d ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each(['', '350', '-1s', '1 s', '1d', 's', '2h', '1e3ms', 'auto'])('%j is refused', (text) => {
    expectRefused(() => parseDuration(text), 'cooldownMs', JSON.stringify(text));
  });

  it('may be auto where it is a cooldown', () => {
    expect(parseCooldown('auto')).toBe('auto');
    expect(parseCooldown('2s')).toBe(2000);
  });
});

describe('a number of passes', () => {
  it.each([
    ['1', 1],
    ['30', 30],
    [255, 255],
    ['auto', 'auto'],
  ])('%j is read as %j', (text, passes) => {
    expect(parsePasses(text)).toBe(passes);
  });

  it.each(['', '0', '-1', '1.5', '256', 'all'])('%j is refused', (text) => {
    expectRefused(() => parsePasses(text), 'passes', JSON.stringify(text));
  });

  it('is exact, and a single pass is followed by nothing', () => {
    expect(passPlanOf(1)).toEqual({ passes: 1, adaptivePasses: false, census: false });
    expect(passPlanOf(2)).toEqual({ passes: 2, adaptivePasses: false, census: true });
    expect(passPlanOf('auto')).toEqual({ passes: 30, adaptivePasses: true, census: true });
  });
});

describe('a seed', () => {
  it.each(['', '-1', '4294967296', '1.5', 'x'])('%j is refused', (text) => {
    expectRefused(() => parseSeed(text), 'seed', JSON.stringify(text));
  });

  it('is drawn anew where none is given', () => {
    const seeds = new Set(Array.from({ length: 8 }, () => checkOptions({}).course.seed));
    expect(seeds.size).toBeGreaterThan(1);
  });
});

describe('a source MAC', () => {
  it('is normalised, and implies that everything is asked by probe', () => {
    expect(checkOptions({ sourceMac: '02-00-00-00-00-AB' })).toMatchObject({
      sourceMac: '02:00:00:00:00:ab',
      sourceIp: 0,
    });
  });

  it('may be given with a source IP', () => {
    expect(checkOptions({ sourceMac: '02:00:00:00:00:ab', sourceIp: '10.0.0.2' }).sourceIp).toBe(0x0a000002);
  });

  it.each([
    'ff:ff:ff:ff:ff:ff',
    '01:00:5e:00:00:01',
    '00:00:00:00:00:00',
    '02:00:00:00:00',
    '02:00-00:00:00:00',
    '020000000000',
    '',
  ])('%j is refused', (text) => {
    expectRefused(() => parseSourceMac(text), 'sourceMac', JSON.stringify(text));
  });
});

describe('options', () => {
  it('without any take the defaults', () => {
    expect(checkOptions({})).toMatchObject({
      links: [{ netns: null, interface: null, tags: null }],
      exclude: [],
      rate: 'auto',
      profile: null,
      passes: 'auto',
      cooldownMs: 'auto',
      sourceIp: null,
      sourceMac: null,
      course: { sequential: false, shard: null, resume: null },
      offLink: false,
    });
  });

  const wrong: [string, SweepOptions, string][] = [
    ['cooldownMs', { cooldownMs: -1 }, '-1'],
    ['cooldownMs', { cooldownMs: Number.NaN }, 'NaN'],
    ['sourceIp', { sourceIp: '10.0.0' }, '"10.0.0"'],
    ['sourceIp', { sourceIp: '' }, '""'],
    ['profile', { profile: 'office' as 'lan' }, '"office"'],
    ['order', { order: 'shuffled' as 'random' }, '"shuffled"'],
    ['links', { links: [] }, '[]'],
    ['links', { links: ['eth0', ''] }, '""'],
  ];
  it.each(wrong)('refuse a wrong %s: %j', (option, options, shown) => {
    expectRefused(() => checkOptions(options), option, shown);
  });

  it('take the namespace and the tag of links that do not say', () => {
    const { links } = checkOptions({ links: ['eth0', 'blue:eth1@7', 'eth2@0'], netns: 'red', vlan: '100.5' });
    expect(links).toEqual([
      { netns: 'red', interface: 'eth0', tags: [{ id: 100, priority: 5 }] },
      { netns: 'blue', interface: 'eth1', tags: [{ id: 7, priority: 0 }] },
      { netns: 'red', interface: 'eth2', tags: [] },
    ]);
    expect(checkOptions({ netns: 'red', vlan: 7 }).links).toEqual([
      { netns: 'red', interface: null, tags: [{ id: 7, priority: 0 }] },
    ]);
    for (const wrong of [{ netns: '' }, { vlan: 4095 }, { vlan: 'x' }, { links: ['eth0@x'] }]) {
      expect(() => checkOptions(wrong)).toThrow(OptionError);
    }
  });
});

describe('the pace of a link', () => {
  const unlimited = Number.POSITIVE_INFINITY;
  it.each([
    ['auto', null, false, { rate: 1000, burst: 512, ceiling: 5000 }],
    ['auto', null, true, { rate: 50, burst: 1, ceiling: 500 }],
    ['auto', 'lan', true, { rate: 1000, burst: 512, ceiling: 5000 }],
    ['auto', 'wifi', false, { rate: 50, burst: 1, ceiling: 500 }],
    ['auto', 'dai', false, { rate: 10, burst: 1, ceiling: 10 }],
    ['auto:max', null, false, { rate: 10_000, burst: 512, ceiling: unlimited }],
    ['auto:max', 'wifi', false, { rate: 500, burst: 1, ceiling: unlimited }],
    ['auto:2000', null, false, { rate: 1000, burst: 512, ceiling: 2000 }],
    ['auto:1000000', null, false, { rate: 10_000, burst: 512, ceiling: 1_000_000 }],
    ['auto:100', null, false, { rate: 100, burst: 1, ceiling: 100 }],
    [25, 'lan', false, { rate: 25, burst: 1, ceiling: 25 }],
    [20_000, 'dai', true, { rate: 20_000, burst: 1, ceiling: 20_000 }],
    ['max', null, true, { rate: unlimited, burst: 1, ceiling: unlimited }],
  ] as const)('rate %j, profile %j, wireless %j', (rate, profile, wireless, pace) => {
    expect(paceOf(rate, profile, wireless)).toEqual(pace);
  });

  it('stays at its start where nothing is asked twice', () => {
    const tempo = (passes: number | 'auto') => tempoOf({ rate: 'auto:max', profile: null, passes }, false);
    expect(tempo(1)).toMatchObject({ passes: 1, rate: 10_000, burst: 512, ceiling: 10_000 });
    expect(tempo(2)).toMatchObject({ passes: 2, rate: 10_000, burst: 512, ceiling: unlimited });
    expect(tempo('auto')).toMatchObject({ passes: 30, rate: 10_000, burst: 512, ceiling: unlimited });
  });

  it.each([
    ['auto', null, 'auto', 'auto'],
    ['auto:max', null, 2, 'auto'],
    ['auto:max', 'dai', 'auto', 'auto'],
    ['auto', 'dai', 'auto', 'fixed-low'],
    ['auto:100', null, 'auto', 'fixed-low'],
    ['auto', null, 1, 'fixed-low'],
    [1000, null, 'auto', 'fixed-low'],
    [1000, 'wifi', 'auto', 'fixed'],
    [1001, null, 'auto', 'fixed'],
    ['max', null, 'auto', 'fixed'],
  ] as const)('at rate %j, profile %j, passes %j is regulated as %j', (rate, profile, passes, regulation) => {
    expect(regulationOf(tempoOf({ rate, profile, passes }, false), profile, false)).toBe(regulation);
  });
});
