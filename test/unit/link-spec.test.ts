import { describe, expect, it } from 'vitest';
import { OptionError } from '../../src/errors.js';
import { parseLinkSpec } from '../../src/links/link-spec.js';

describe('a link as people name it', () => {
  it.each([
    ['eth0', null, 'eth0', null],
    ['eth0@100', null, 'eth0', 100],
    ['eth0.100', null, 'eth0.100', null],
    ['qdhcp-7:tap0', 'qdhcp-7', 'tap0', null],
    ['4711:eth0@4094', '4711', 'eth0', 4094],
    ['/run/netns/a:b:eth0@1', '/run/netns/a:b', 'eth0', 1],
  ])('%s', (text, netns, name, vlan) => {
    expect(parseLinkSpec(text, 'at')).toEqual({ netns, interface: name, vlan });
  });

  it.each([
    '',
    ':eth0',
    'ns:',
    'ns:@5',
    '@5',
    'eth0@',
    'eth0@0',
    'eth0@4095',
    'eth0@if5',
    'eth0@1.2',
    'a b',
    'a/b',
  ])('refuses %j, with the form that is right', (text) => {
    expect(() => parseLinkSpec(text, 'at')).toThrow(OptionError);
    expect(() => parseLinkSpec(text, 'at')).toThrow(
      expect.objectContaining({
        option: 'at',
        message: expect.stringContaining(JSON.stringify(text)),
        remedy: expect.stringContaining('[NETNS:]IFACE[@VID]'),
      }),
    );
  });
});
