import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { OptionError } from '../../../src/errors.js';
import { type Continuation, fingerprint, formatToken, parseToken } from '../../../src/sweep/resume-token.js';
import { normalize } from '../../../src/targets/ranges.js';

const uint32 = fc.nat(0xffff_ffff);
const position = fc.nat(2 ** 26 - 1);
const slices = fc
  .array(fc.tuple(position, position), { maxLength: 8 })
  .map((pairs) => normalize(pairs.map(([a, b]) => ({ first: Math.min(a, b), last: Math.max(a, b) }))));
const continuations: fc.Arbitrary<Continuation> = fc.record({
  seed: uint32,
  sequential: fc.boolean(),
  shard: fc.option(
    fc
      .tuple(fc.integer({ min: 1, max: 65_536 }), fc.nat(99))
      .map(([index, more]) => ({ index, count: index + more })),
  ),
  targets: uint32,
  links: uint32,
  remaining: fc.array(slices, { minLength: 1, maxLength: 5 }),
});

const example: Continuation = {
  seed: 7,
  sequential: false,
  shard: { index: 2, count: 5 },
  targets: 0xdead_beef,
  links: 1,
  remaining: [[{ first: 100, last: 65_535 }]],
};

function withChecksum(bytes: Uint8Array): string {
  const sum = Buffer.alloc(4);
  sum.writeUInt32LE(fingerprint(bytes));
  return Buffer.concat([bytes, sum]).toString('base64url');
}

describe('a resume token', () => {
  test('brings back what it was made of', () => {
    fc.assert(
      fc.property(continuations, (continuation) => {
        expect(parseToken(formatToken(continuation))).toEqual(continuation);
      }),
    );
  });

  test('is one short word that no command line takes for an option', () => {
    fc.assert(
      fc.property(continuations, (continuation) => {
        expect(formatToken(continuation)).toMatch(/^[A-Za-z0-9][\w-]*$/);
      }),
    );
    expect(formatToken(example).length).toBeLessThan(48);
  });

  test('with any character missing, added or exchanged is refused', () => {
    const token = formatToken(example);
    const bad = [...token].flatMap((character, i) => [
      token.slice(0, i) + token.slice(i + 1),
      `${token.slice(0, i)}${character === 'x' ? 'y' : 'x'}${token.slice(i + 1)}`,
      `${token.slice(0, i)}A${token.slice(i)}`,
    ]);
    for (const each of bad) {
      if (each !== token) expect(() => parseToken(each), each).toThrow(/is not complete/);
    }
  });

  test.each(['', 'A', 'x'.repeat(40), '==', ' ', 'ä', '../../etc/passwd'])('is not %j', (text) => {
    expect(() => parseToken(text)).toThrow(OptionError);
  });

  test('that is no token is refused in a sentence, and in no other way', () => {
    // Of this version and with the right checksum, so that what lies between is read.
    const bytes = fc.uint8Array({ maxLength: 64 }).map((rest) => withChecksum(Uint8Array.of(1, ...rest)));
    fc.assert(
      fc.property(fc.oneof(fc.string(), bytes), (text) => {
        try {
          parseToken(text);
        } catch (error) {
          expect(error).toBeInstanceOf(OptionError);
        }
      }),
      { numRuns: 2000 },
    );
  });

  test('of another version says that it is of another release', () => {
    const bytes = Buffer.from(formatToken(example), 'base64url').subarray(0, -4);
    bytes[0] = 2;
    const later = withChecksum(bytes);
    expect(() => parseToken(later)).toThrow(/another release/);
  });
});
