import fc from 'fast-check';
import { Address4 } from 'ip-address';
import { describe, expect, test } from 'vitest';
import { TargetSyntaxError } from '../../../src/errors.js';
import {
  mergeTargets,
  mostIntervals,
  parseTargets,
  parseTargetsFile,
  type TargetSet,
} from '../../../src/targets/parse.js';
import { countAddresses, formatRanges } from '../../../src/targets/ranges.js';

const shown = ({ ranges, named, hostNames }: TargetSet) => ({
  ranges: formatRanges(ranges),
  named: formatRanges(named.map((address) => ({ first: address, last: address }))),
  names: hostNames.map(({ name }) => name),
});

describe('a target', () => {
  test.each<[string, string[], number]>([
    ['10.0.0.0/24', ['10.0.0.0/24'], 256],
    ['10.0.0.7/24', ['10.0.0.0/24'], 256],
    ['10.0.0.7', ['10.0.0.7'], 1],
    ['10.0.0.7-10.0.0.90', ['10.0.0.7-10.0.0.90'], 84],
    ['10.0.0.7-90', ['10.0.0.7-10.0.0.90'], 84],
    ['10.0.0.7-10.0.1.6', ['10.0.0.7-10.0.1.6'], 256],
    ['10.0.0.0-255', ['10.0.0.0/24'], 256],
    ['10.0.0-1.1-254', ['10.0.0.1-10.0.0.254', '10.0.1.1-10.0.1.254'], 508],
    ['10.0.0-3.0-255', ['10.0.0.0/22'], 1024],
    ['10.0-1.0.5', ['10.0.0.5', '10.1.0.5'], 2],
    ['9-10.0.0.5-6', ['9.0.0.5-9.0.0.6', '10.0.0.5-10.0.0.6'], 4],
    ['10.0.0.0:255.255.255.0', ['10.0.0.0/24'], 256],
    ['10.0.0.9:255.255.255.252', ['10.0.0.8/30'], 4],
    ['10.0.0.9:0.0.0.0', ['0.0.0.0/0'], 4_294_967_296],
    ['0.0.0.0/0', ['0.0.0.0/0'], 4_294_967_296],
    ['255.255.255.255/0', ['0.0.0.0/0'], 4_294_967_296],
    ['0-255.0-255.0-255.0-255', ['0.0.0.0/0'], 4_294_967_296],
    ['0.0.0.0-255.255.255.255', ['0.0.0.0/0'], 4_294_967_296],
    ['0.0.0.0', ['0.0.0.0'], 1],
    ['255.255.255.255', ['255.255.255.255'], 1],
    ['255.255.255.254-255', ['255.255.255.254/31'], 2],
  ])('%s stands for %j', (text, ranges, count) => {
    const set = parseTargets(text);
    expect(formatRanges(set.ranges)).toEqual(ranges);
    expect(countAddresses(set.ranges)).toBe(count);
    expect(set.hostNames).toEqual([]);
  });

  test('in CIDR form covers what ip-address says', () => {
    const address = fc.integer({ min: 0, max: 0xffff_ffff });
    fc.assert(
      fc.property(address, fc.integer({ min: 0, max: 32 }), (bits, prefixLength) => {
        const text = `${Address4.fromInteger(bits).correctForm()}/${prefixLength}`;
        const oracle = new Address4(text);
        const block = {
          first: Number(oracle.startAddress().bigInt()),
          last: Number(oracle.endAddress().bigInt()),
        };
        expect(parseTargets(text).ranges).toEqual([block]);
        const masked = `${oracle.correctForm()}:${new Address4(`255.255.255.255/${prefixLength}`).startAddress().correctForm()}`;
        expect(parseTargets(masked).ranges).toEqual([block]);
      }),
    );
  });

  test.each(['10.0.0.7', '10.0.0.7/32', '10.0.0.7:255.255.255.255', '10.0.0.7-7', '10.0.0.7-10.0.0.7'])(
    'that stands for one address alone is named: %s',
    (text) => {
      expect(shown(parseTargets(text))).toEqual({ ranges: ['10.0.0.7'], named: ['10.0.0.7'], names: [] });
    },
  );

  test('of several addresses names none of them', () => {
    expect(parseTargets(['10.0.0.0/31', '10.0.0.2-3', '10.0.0.4-10.0.0.5']).named).toEqual([]);
  });

  test.each([
    'printer',
    'localhost',
    'printer.example.net',
    'printer.example.net.',
    'PRINTER.Example.NET',
    'my_service',
    '3com.com',
    '7zip',
    '10.example.com',
    '10-0-0-7.ns.pod.cluster.local',
    '10.0.0.7.nip.io',
    '7.0.0.10.in-addr.arpa',
    'xn--bcher-kva.example',
    'node-1',
    'a'.repeat(63),
  ])('may be the host name %s', (name) => {
    expect(parseTargets(name)).toEqual({
      ranges: [],
      named: [],
      hostNames: [{ name, input: name, offset: 0, origin: null }],
    });
  });

  test('made of digits, dots, dashes, slashes and colons is never a host name', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9./:-]{1,20}$/), (text) => {
        try {
          expect(parseTargets(text).hostNames).toEqual([]);
        } catch (error) {
          expect(error).toBeInstanceOf(TargetSyntaxError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('several targets', () => {
  test('may share a text, parted by white space or commas', () => {
    const set = parseTargets('10.0.0.7, 10.0.1.0/30,printer\t10.0.0.8-9\n 10.0.0.3');
    expect(shown(set)).toEqual({
      ranges: ['10.0.0.3', '10.0.0.7-10.0.0.9', '10.0.1.0/30'],
      named: ['10.0.0.3', '10.0.0.7'],
      names: ['printer'],
    });
    expect(set.hostNames[0]?.offset).toBe(22);
  });

  test('may come as a list of texts', () => {
    expect(shown(parseTargets(['10.0.0.7 10.0.0.9', '10.0.0.8', 'printer', 'camera']))).toEqual({
      ranges: ['10.0.0.7-10.0.0.9'],
      named: ['10.0.0.7', '10.0.0.8', '10.0.0.9'],
      names: ['printer', 'camera'],
    });
  });

  test('that overlap count once, and a name keeps its rank inside a block', () => {
    expect(shown(parseTargets('10.0.0.0/24 10.0.0.7 10.0.0.7 10.0.0.128-10.0.1.0'))).toEqual({
      ranges: ['10.0.0.0-10.0.1.0'],
      named: ['10.0.0.7'],
      names: [],
    });
  });

  test('may be none at all in a list', () => {
    expect(parseTargets([])).toEqual({ ranges: [], named: [], hostNames: [] });
  });

  test('of several sets are merged', () => {
    const merged = mergeTargets([parseTargets('10.0.0.9 printer'), parseTargets('10.0.0.8 10.0.0.9 camera')]);
    expect(shown(merged)).toEqual({
      ranges: ['10.0.0.8/31'],
      named: ['10.0.0.8', '10.0.0.9'],
      names: ['printer', 'camera'],
    });
  });
});

describe('ranges of octets that multiply', () => {
  test('are read where they stay below the bound', () => {
    const { ranges } = parseTargets('10.0-255.0-255.1-254');
    expect(ranges).toHaveLength(65_536);
    expect(countAddresses(ranges)).toBe(65_536 * 254);
  });

  test.each(['0-255.0-254.0-254.0-254', '10-25.0-255.0-255.1-254', '10.0.0.1 0-255.0-255.0-255.1'])(
    'are refused beyond it: %s',
    (text) => {
      const start = text.lastIndexOf(' ') + 1;
      expect(() => parseTargets(text)).toThrow(
        expect.objectContaining({
          offset: start,
          message: expect.stringContaining('More than 1,000,000 separate ranges'),
        }),
      );
    },
  );

  describe('and come in several targets', () => {
    // 65536 rows each, and no two of them alike.
    const lines = Array.from({ length: 16 }, (_, i) => `${i + 1}.0-255.0-255.1-254`);
    const fitting = lines.slice(1);

    test('are read where all of them stay below it', () => {
      expect(65_536 * lines.length).toBeGreaterThan(mostIntervals);
      expect(parseTargets(fitting).ranges).toHaveLength(65_536 * 15);
    });

    test('are blamed on the one that passes it, whatever follows', () => {
      expect(() => parseTargets([...lines, '10.0.0.1'])).toThrow(
        expect.objectContaining({ input: lines[15], offset: 0 }),
      );
    });

    test('are refused also where some came twice before', () => {
      expect(() => parseTargets([...fitting, '2.0-255.0-255.1-254', '1.0-255.0-255.1-254'])).toThrow(
        expect.objectContaining({ input: '1.0-255.0-255.1-254', offset: 0 }),
      );
    });
  });

  test('are read however often the same ones are given', () => {
    const again = Array.from({ length: 18 }, () => '10.0-255.0-255.1-254');
    expect(again.length * 65_536).toBeGreaterThan(mostIntervals);
    expect(parseTargets(again).ranges).toHaveLength(65_536);
  });
});

describe('a targets file', () => {
  test('holds targets, comments and blank lines, with any line ends', () => {
    const text =
      '\ufeff# printers\r\n10.0.0.7\r\n\r\n  10.0.0.8, 10.0.0.9 # both\n#10.9.9.9\r10.0.1.0/24#all\n\tcamera';
    const set = parseTargetsFile(text, 'targets.txt');
    expect(shown(set)).toEqual({
      ranges: ['10.0.0.7-10.0.0.9', '10.0.1.0/24'],
      named: ['10.0.0.7', '10.0.0.8', '10.0.0.9'],
      names: ['camera'],
    });
    expect(set.hostNames).toEqual([
      { name: 'camera', input: '\tcamera', offset: 1, origin: 'targets.txt line 7' },
    ]);
  });

  test('with an error names the file and the line', () => {
    expect(() => parseTargetsFile('10.0.0.1\r\n# none\r\n 10.0.0.2 10.0.0.256\r\n', 'targets.txt')).toThrow(
      expect.objectContaining({
        code: 'ERR_TARGET_SYNTAX',
        origin: 'targets.txt line 3',
        input: ' 10.0.0.2 10.0.0.256',
        offset: 17,
        message:
          'The octet is above 255 in target " 10.0.0.2 10.0.0.256" at position 18 of targets.txt line 3',
      }),
    );
  });

  test.each(['', '\n\n', '# nothing\n', ' , \r\n'])('without a target is an error: %j', (text) => {
    expect(() => parseTargetsFile(text, 'targets.txt')).toThrow(
      expect.objectContaining({ origin: 'targets.txt', input: '', offset: 0 }),
    );
  });

  test('may be long', () => {
    const lines = Array.from({ length: 200_000 }, (_, i) => `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`);
    const set = parseTargetsFile(lines.join('\n'), 'long.txt');
    expect(formatRanges(set.ranges)).toEqual(['10.0.0.0-10.3.13.63']);
    expect(set.named).toHaveLength(200_000);
  });
});
