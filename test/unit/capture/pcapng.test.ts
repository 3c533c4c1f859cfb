import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pcapngWriter } from '../../../src/capture/pcapng-writer.js';
import type {
  RecordedFrame,
  RecordedInterface,
  RecordedName,
  RecordedStatistics,
} from '../../../src/capture/recorded.js';
import { Blocks, frameOf, readAll, unnamed } from '../../support/recordings.js';

const SENT = 4;

const mac = fc.stringMatching(/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/);
const name = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
  .filter((text) => !text.includes('\0'));
const maybe = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: null });

const recordedInterface: fc.Arbitrary<RecordedInterface> = fc.record({
  name: maybe(name),
  description: maybe(name),
  hardware: maybe(name),
  linkType: fc.nat(0xffff),
  mac: maybe(mac),
  addresses: fc.array(fc.record({ ip: fc.nat(0xffff_ffff), prefixLength: fc.nat(32) }), { maxLength: 3 }),
});

const recordedName: fc.Arbitrary<RecordedName> = fc.record({
  mac,
  names: fc.array(name, { minLength: 1, maxLength: 3 }),
});

const frame: fc.Arbitrary<RecordedFrame> = fc.record({
  link: fc.nat(2),
  timeNs: fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }),
  packetType: fc.constantFrom(0, 1, 2, 3, SENT, 255),
  length: fc.nat(0xffff),
  bytes: fc.uint8Array({ maxLength: 150 }),
});

const statistics: fc.Arbitrary<RecordedStatistics> = fc.record({
  link: fc.nat(2),
  received: fc.integer({ min: 1000, max: 2 ** 50 }),
  dropped: fc.nat(1000),
  comment: maybe(name),
});

/** A recording of three interfaces. */
const recording = fc.record({
  interfaces: fc.array(recordedInterface, { minLength: 3, maxLength: 3 }),
  names: fc.array(recordedName, { maxLength: 3 }),
  frames: fc.array(fc.tuple(frame, fc.array(name, { maxLength: 2 })), { maxLength: 20 }),
  statistics: fc.array(statistics, { maxLength: 3 }),
});

type Written = typeof recording extends fc.Arbitrary<infer T> ? T : never;

function write(from: Written): Uint8Array {
  const writer = pcapngWriter();
  writer.section('a program 1.0');
  for (const each of from.interfaces) writer.interface(each, 116);
  writer.names(from.names);
  for (const [each, comments] of from.frames) writer.frame(each, comments);
  for (const each of from.statistics) writer.statistics(each, 1n, 2n);
  return Uint8Array.from(writer.take());
}

describe('pcapng', () => {
  test('is read as it was written, in pieces of any size', () => {
    fc.assert(
      fc.property(recording, fc.integer({ min: 1, max: 400 }), (written, pieces) => {
        expect(readAll(write(written), pieces)).toEqual({
          applications: ['a program 1.0'],
          interfaces: written.interfaces,
          names: written.names,
          frames: written.frames.map(([each]) => each),
          statistics: written.statistics,
          isWhole: true,
          error: null,
        });
      }),
    );
  });

  test('that is cut short is read as far as it goes', () => {
    fc.assert(
      fc.property(recording, fc.nat(), (written, anywhere) => {
        const file = write(written);
        const found = readAll(file.subarray(0, anywhere % file.length));
        const frames = written.frames.map(([each]) => each);
        expect(found.error).toBeNull();
        expect(found.frames).toEqual(frames.slice(0, found.frames.length));
        if (found.isWhole) return;
        // What is missing is no more than what was cut off.
        const rest = readAll(file).frames.length - found.frames.length;
        expect(rest).toBeLessThanOrEqual(file.length - (anywhere % file.length));
      }),
    );
  });

  test('that is damaged ends in one kind of error, or is read, and never goes on for ever', () => {
    fc.assert(
      fc.property(
        recording,
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 1, max: 400 }),
        (written, changes, pieces) => {
          const file = write(written);
          for (const [at, byte] of changes) file[at % file.length] = byte;
          const { frames, error } = readAll(file, pieces);
          // A block takes 28 bytes at the least.
          expect(frames.length).toBeLessThanOrEqual(file.length / 28);
          if (error) expect(error.offset).toBeLessThan(file.length);
        },
      ),
      { numRuns: 500 },
    );
  });

  test('is nothing that begins otherwise', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 4 }), (bytes) => {
        expect(readAll(bytes).frames).toEqual([]);
      }),
    );
    expect(readAll(Buffer.from('#!/bin/sh')).error?.message).toContain('neither pcapng nor pcap');
    expect(readAll(Buffer.from('1f8b0800', 'hex')).error?.message).toContain('compressed');
  });

  describe.each([
    ['little', true],
    ['big', false],
  ])('of %s byte order', (_, little) => {
    const blocks = new Blocks(little);
    const read = (...parts: Buffer[]) => readAll(Buffer.concat(parts), 7);
    const resolution = (value: number) => blocks.option(9, Buffer.of(value));

    test.each([
      ['the default, microseconds', [], 1_700_000_000_000_001n, 1_700_000_000_000_001_000n],
      ['milliseconds', [resolution(3)], 1_700_000_000_001n, 1_700_000_000_001_000_000n],
      ['nanoseconds', [resolution(9)], 1_700_000_000_000_000_001n, 1_700_000_000_000_000_001n],
      ['picoseconds', [resolution(12)], 1_700_000_000_000_001_999n, 1_700_000_000_000_001n],
      ['parts of a power of two', [resolution(0x80 | 10)], 1024n + 512n, 1_500_000_000n],
      ['an offset', [resolution(9), blocks.option(14, blocks.u64(1_000n))], 5n, 1_000_000_000_005n],
      ['an offset before the epoch', [blocks.option(14, blocks.u64(-1_000n))], 5n, 0n],
      ['more than there is time', [resolution(0)], 2n ** 64n - 1n, 2n ** 63n - 1n],
    ])('has times in %s', (_, options, time, ns) => {
      const { frames } = read(
        blocks.section(),
        blocks.interface(...options),
        blocks.packet(0, time, [1, 2, 3]),
      );
      expect(frames).toEqual([frameOf([1, 2, 3], { timeNs: ns })]);
    });

    test('may hold several sections, each with interfaces of its own', () => {
      const other = new Blocks(!little);
      const named = (of: Blocks, text: string) => of.interface(of.option(2, Buffer.from(text)));
      const found = read(
        blocks.section(),
        named(blocks, 'eth0'),
        named(blocks, 'eth1'),
        blocks.packet(1, 0n, [1]),
        other.section(),
        named(other, 'eth0'),
        other.packet(0, 0n, [2]),
      );
      expect(found.interfaces).toEqual([
        { ...unnamed, name: 'eth0' },
        { ...unnamed, name: 'eth1' },
        { ...unnamed, name: 'eth0' },
      ]);
      expect(found.frames).toEqual([frameOf([1], { link: 1 }), frameOf([2], { link: 2 })]);
    });

    test('passes over what it does not know, however long', () => {
      const found = read(
        blocks.section(),
        blocks.block(0x0bad, Buffer.alloc(3_000_000)),
        blocks.interface(blocks.option(0x8bad, Buffer.from('?'))),
        // Custom, and a frame that is none of ours.
        blocks.block(0xbad, blocks.u32(1)),
        blocks.packet(0, 0n, Array(2_000_000).fill(0)),
        blocks.packet(0, 0n, [1], blocks.option(0x8bad, Buffer.from('?'))),
      );
      expect(found.frames).toEqual([frameOf([1])]);
      expect(found.error).toBeNull();
    });

    test('may hold frames of older and simpler kinds', () => {
      const found = read(
        blocks.section(),
        blocks.interface(),
        blocks.block(2, blocks.u16(0, 0), blocks.u32(0, 7, 2, 60), Buffer.of(1, 2, 0, 0)),
        blocks.block(3, blocks.u32(60), Buffer.of(1, 2, 3, 4)),
      );
      expect(found.frames).toEqual([
        frameOf([1, 2], { timeNs: 7000n, length: 60 }),
        frameOf([1, 2, 3, 4], { length: 60 }),
      ]);
    });

    test.each([
      ['outbound', 2, SENT],
      ['inbound', 1, 0],
      ['broadcast', 1 | (3 << 2), 1],
      ['of others', 1 | (4 << 2), 3],
      ['of no direction', 3 << 2, 255],
      ['of a direction that there is not', 3, 255],
    ])('tells frames that are %s', (_, flags, packetType) => {
      const packet = blocks.packet(0, 0n, [1], blocks.option(2, blocks.u32(flags)));
      expect(read(blocks.section(), blocks.interface(), packet).frames).toEqual([
        frameOf([1], { packetType }),
      ]);
    });

    test.each([
      [
        'of a length that does not add up',
        Buffer.concat([blocks.u32(6, 40), Buffer.alloc(28), blocks.u32(44)]),
      ],
      ['of a length that is no multiple of four', Buffer.concat([blocks.u32(6, 41), Buffer.alloc(60)])],
      ['shorter than its header', blocks.u32(6, 8, 8)],
      [
        'with more data than it has room for',
        blocks.block(6, blocks.u32(0, 0, 0, 100, 100), Buffer.alloc(4)),
      ],
      ['of an interface that there is not', blocks.packet(1, 0n, [1])],
      ['that is an interface of a megabyte', blocks.interface(Buffer.alloc(2 ** 20))],
    ])('is damaged at a block %s', (_, block) => {
      const before = [blocks.section(), blocks.interface(), blocks.packet(0, 0n, [1])];
      const found = read(...before, block, Buffer.alloc(64));
      expect(found.frames).toEqual([frameOf([1])]);
      expect(found.error?.offset).toBe(Buffer.concat(before).length);
    });
  });
});
