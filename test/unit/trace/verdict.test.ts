import { describe, expect, it } from 'vitest';
import { type Hop, lostAt } from '../../../src/trace/verdict.js';

/** A hop from its name and what it saw: `?` the request, `!` the reply. */
const hop = (text: string): Hop => ({
  link: text.replace(/[?!]+$/, ''),
  request: text.includes('?'),
  reply: text.includes('!'),
});

describe('where it was lost', () => {
  it.each([
    // asker, hops, request lost at, reply lost at
    ['eth0?!', 'port?! br0?! tap0?!', null, null],
    ['eth0?', 'port? br0 tap0', 'port', null],
    ['eth0?', 'port br0 tap0', 'eth0', null],
    // Passed unseen, as through hardware.
    ['eth0?', 'port? br0 tap0?', 'tap0', null],
    ['eth0?', 'port? br0? tap0?', 'tap0', null],
    ['eth0?', 'port? br0? tap0?!', null, 'tap0'],
    ['eth0?', 'port? br0?! tap0?!', null, 'br0'],
    ['eth0?', 'port?! br0?! tap0?!', null, 'port'],
    // A reply proves that the request arrived, whoever saw it.
    ['eth0?', 'port? br0 tap0!', null, 'tap0'],
    ['eth0?!', 'port? br0 tap0', null, null],
    ['eth0', 'port br0', null, null],
    ['eth0?', '', 'eth0', null],
  ])('%s asks, and of %s …', (asker, hops, request, reply) => {
    const way = hops === '' ? [] : hops.split(' ').map(hop);
    expect(lostAt(hop(asker), way)).toEqual({ request, reply });
  });
});
