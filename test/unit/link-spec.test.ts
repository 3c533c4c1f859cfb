import { describe, expect, it } from 'vitest';
import { OptionError } from '../../src/errors.js';
import { parseLinkSpec, parseTags } from '../../src/links/link-spec.js';

describe('a link as people name it', () => {
  it.each([
    ['eth0', null, 'eth0', null],
    ['eth0@100', null, 'eth0', [[100, 0]]],
    ['eth0@100.5', null, 'eth0', [[100, 5]]],
    [
      'eth0@100.5@7.1',
      null,
      'eth0',
      [
        [100, 5],
        [7, 1],
      ],
    ],
    ['eth0@0', null, 'eth0', []],
    ['eth0@0.6', null, 'eth0', [[0, 6]]],
    ['eth0.100', null, 'eth0.100', null],
    ['qdhcp-7:tap0', 'qdhcp-7', 'tap0', null],
    ['qdhcp-*:tap?@3', 'qdhcp-*', 'tap?', [[3, 0]]],
    ['4711:eth0@4094', '4711', 'eth0', [[4094, 0]]],
    ['/run/netns/a:b:eth0@1', '/run/netns/a:b', 'eth0', [[1, 0]]],
  ] as const)('%s', (text, netns, name, tags) => {
    const read = tags?.map(([id, priority]) => ({ id, priority })) ?? null;
    expect(parseLinkSpec(text, 'at')).toEqual({ netns, interface: name, tags: read });
  });

  it.each([
    '',
    ':eth0',
    'ns:',
    'ns:@5',
    '@5',
    'eth0@',
    'eth0@4095',
    'eth0@if5',
    'eth0@1.8',
    'eth0@1.',
    'eth0@1@',
    'eth0@1@0',
    'eth0@1@2@3',
    'a b',
    'a/b',
  ])('refuses %j, with the form that is right', (text) => {
    expect(() => parseLinkSpec(text, 'at')).toThrow(OptionError);
    expect(() => parseLinkSpec(text, 'at')).toThrow(
      expect.objectContaining({
        option: 'at',
        message: expect.stringContaining(JSON.stringify(text)),
        remedy: expect.stringContaining('[NETNS:]IFACE[@VID[.PRIO]]'),
      }),
    );
  });
});

it('tags alone are read in the same form', () => {
  expect(parseTags('100.5@7', 'vlan')).toEqual([
    { id: 100, priority: 5 },
    { id: 7, priority: 0 },
  ]);
  expect(parseTags('0', 'vlan')).toEqual([]);
  expect(() => parseTags('4095', 'vlan')).toThrow(OptionError);
});
