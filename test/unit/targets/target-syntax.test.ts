import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TargetSyntaxError } from '../../../src/errors.js';
import { parseTargets, parseTargetsFile } from '../../../src/targets/parse.js';

function errorOf(read: () => unknown): TargetSyntaxError {
  try {
    read();
  } catch (error) {
    if (error instanceof TargetSyntaxError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

/** Each row: the text with `^` before the offending character, what is said about it, and the form advised. */
const refused: readonly (readonly [marked: string, problem: string, remedy: RegExp])[] = [
  // Octets.
  ['^010.0.0.1', 'The octet has a leading zero', /octal is not read/],
  ['10.0.0.^01', 'The octet has a leading zero', /octal is not read/],
  ['10.0.^00.1', 'The octet has a leading zero', /octal is not read/],
  ['10.0.0.^256', 'The octet is above 255', /from 0 to 255/],
  ['10.^1000.0.1', 'The octet is above 255', /from 0 to 255/],
  ['^99999999999999999999.0.0.1', 'The octet is above 255', /from 0 to 255/],
  ['10.^.0.1', 'The octet is missing', /four decimal octets/],
  ['^.0.0.1', 'The octet is missing', /four decimal octets/],
  ['10.0.0.^', 'The octet is missing', /four decimal octets/],
  ['10.0.0.^-5', 'The octet is missing', /four decimal octets/],
  ['10.0.0.^/24', 'The octet is missing', /four decimal octets/],
  ['^-', 'The octet is missing', /four decimal octets/],
  ['^/24', 'The octet is missing', /four decimal octets/],
  ['^:80', 'The octet is missing', /four decimal octets/],
  // Short and long forms.
  ['10^', 'The address ends after 1 of its four octets', /four decimal octets/],
  ['10.1^', 'The address ends after 2 of its four octets', /four decimal octets/],
  ['10.0.1^', 'The address ends after 3 of its four octets', /four decimal octets/],
  ['10.1^/16', 'The address ends after 2 of its four octets', /four decimal octets/],
  ['^167772161', 'The octet is above 255', /four decimal octets/],
  ['10.0.0.1^.5', '"." is out of place', /10\.0\.0\.0\/24/],
  ['10.0.0.1^.', '"." is out of place', /10\.0\.0\.0\/24/],
  // Hexadecimal, signs and junk.
  ['0^x0a.0.0.1', 'A hexadecimal number is given', /four decimal octets/],
  ['0^x0a000001', 'A hexadecimal number is given', /four decimal octets/],
  ['10.0.0.0^X1f', 'A hexadecimal number is given', /four decimal octets/],
  ['^a.b.c.0x1f', '"a" is out of place', /10\.0\.0\.0\/24/],
  ['^+10.0.0.1', '"+" is out of place', /10\.0\.0\.0\/24/],
  ['10.0.0.^+1', '"+" is out of place', /10\.0\.0\.0\/24/],
  ['10.0.0.7^x', '"x" is out of place', /10\.0\.0\.0\/24/],
  ['10.0.0.^x', '"x" is out of place', /10\.0\.0\.0\/24/],
  ['10.0.0.^*', '"*" is out of place', /10\.0\.0\.0\/24/],
  ['10.^O.0.7', '"O" is out of place', /10\.0\.0\.0\/24/],
  ['10.0.0.7^;', '";" is out of place', /10\.0\.0\.0\/24/],
  ['10.0.0.7-90^x', '"x" is out of place', /10\.0\.0\.0\/24/],
  ['10.0.0.1-10.0.0.9^x', '"x" is out of place', /10\.0\.0\.0\/24/],
  ['10.0.0.7^😀', '"😀" is out of place', /10\.0\.0\.0\/24/],
  ['10.0.0.7^\0', '"\\u0000" is out of place', /10\.0\.0\.0\/24/],
  // Prefix lengths and masks.
  ['10.0.0.0/^33', 'The prefix length is above 32', /from 0 to 32/],
  ['10.0.0.0/^1000', 'The prefix length is above 32', /from 0 to 32/],
  ['10.0.0.0/^', 'The prefix length is missing', /from 0 to 32/],
  ['10.0.0.0/^-1', 'The prefix length is missing', /from 0 to 32/],
  ['10.0.0.0/^08', 'The prefix length has a leading zero', /without leading zeros/],
  ['10.0.0.0/^x', '"x" is out of place', /10\.0\.0\.0\/24/],
  ['10.0.0.0/24^/24', '"/" is out of place', /10\.0\.0\.0\/24/],
  ['10.0.0.0/24^-30', '"-" is out of place', /10\.0\.0\.0\/24/],
  ['10.0.0.0/^255.255.255.0', 'A mask stands after a slash', /10\.0\.0\.0:255\.255\.255\.0/],
  ['10.0.0.0:^255.0.255.0', 'The mask is not contiguous', /ones followed by zeros/],
  ['10.0.0.0:^0.0.0.255', 'The mask is not contiguous', /ones followed by zeros/],
  ['10.0.0.0:255.255.^256.0', 'The octet is above 255', /from 0 to 255/],
  ['10.0.0.0:255.255^', 'The address ends after 2 of its four octets', /four decimal octets/],
  ['10.0.0.0:^', 'The octet is missing', /four decimal octets/],
  ['10.0.0.0:255.255.255.0^/24', '"/" is out of place', /10\.0\.0\.0\/24/],
  // Ranges.
  ['10.0.0.90-^7', 'The range of octets 90-7 is reversed', /lower end first/],
  ['10.3-^0.0.7', 'The range of octets 3-0 is reversed', /lower end first/],
  ['10.0.0.90-^10.0.0.7', 'The range 10.0.0.90-10.0.0.7 is reversed', /lower end first/],
  ['10.0.0.7-^', 'The octet is missing', /lower end first/],
  ['10.0.0.7-^256', 'The octet is above 255', /lower end first/],
  ['10.0.0.7-^010', 'The octet has a leading zero', /octal is not read/],
  ['10.0.0.7-9^-11', '"-" is out of place', /10\.0\.0\.0\/24/],
  ['10.0.0.7-10.0.0.^', 'The octet is missing', /four decimal octets/],
  ['10.0.0.7-10.0^', 'The address ends after 2 of its four octets', /four decimal octets/],
  ['10.0.0.7-10.0.0.9^-11', '"-" is out of place', /10\.0\.0\.0\/24/],
  ['10.0.0.7-10.0.0.9^/24', '"/" is out of place', /10\.0\.0\.0\/24/],
  ['10.0.0-3.1^-10.0.3.254', 'A second address follows a range of octets', /10\.0\.0-3\.1-254/],
  ['10.0.0.0-3^/24', 'A prefix length follows a range of octets', /10\.0\.0-3\.1-254/],
  ['10.0.0-3.0^:255.255.255.0', 'A mask follows a range of octets', /10\.0\.0-3\.1-254/],
  ['10.0.0.0-3^:255.255.255.0', 'A mask follows a range of octets', /10\.0\.0-3\.1-254/],
  // Spaces inside.
  ['10.0.0.^ 7', 'The octet is missing', /four decimal octets/],
  ['10.0.0.7-^ 10.0.0.9', 'The octet is missing', /lower end first/],
  ['10.0.0.7 ^- 10.0.0.9', 'The octet is missing', /four decimal octets/],
  ['10.0.0.1,5^', 'The address ends after 1 of its four octets', /four decimal octets/],
  // Other worlds.
  ['^::1', 'An IPv6 address is given', /ARP serves IPv4 only/],
  ['^2001:db8::/32', 'An IPv6 address is given', /ARP serves IPv4 only/],
  ['^fe80::1%eth0', 'An IPv6 address is given', /ARP serves IPv4 only/],
  ['^[2001:db8::1]:80', 'An IPv6 address is given', /ARP serves IPv4 only/],
  ['^::ffff:10.0.0.1', 'An IPv6 address is given', /ARP serves IPv4 only/],
  ['^00:50:56:ab:47:53', 'A MAC address is given', /IPv4/],
  ['^http://10.0.0.1/', 'A URL is given', /host alone/],
  ['^https://printer.example.net', 'A URL is given', /host alone/],
  ['10.0.0.1^:80', 'A port is given', /ARP asks for addresses/],
  ['printer.example.net^:80', 'A port follows a host name', /host name alone/],
  ['printer.example.net^/24', 'A prefix length follows a host name', /host name alone/],
  // Host names that no resolver could know, or that inet_aton(3) would read as numbers.
  ['printer.^.example', 'A part of the host name is empty', /host name of letters/],
  ['^.example', 'A part of the host name is empty', /host name of letters/],
  ['^-printer', 'A part of the host name begins with a hyphen', /host name of letters/],
  ['printer^-.example', 'A part of the host name ends with a hyphen', /host name of letters/],
  ['b^ücher.example', '"ü" is out of place in a host name', /xn--/],
  ['root^@printer', '"@" is out of place in a host name', /host name of letters/],
  [`${'a'.repeat(63)}^a.example`, 'A part of the host name is longer than 63 characters', /host name/],
  [`${'abc.'.repeat(63)}a^bcd`, 'The host name is longer than 253 characters', /host name/],
  ['^printer.10', '"p" is out of place', /10\.0\.0\.0\/24/],
  ['^printer.0x0a.', '"p" is out of place', /10\.0\.0\.0\/24/],
  // Nothing.
  ['^', 'No address is given', /10\.0\.0\.0\/24/],
  ['^ ,\t', 'No address is given', /10\.0\.0\.0\/24/],
];

describe('a target that cannot be right', () => {
  test.each(refused.map(([marked, problem, remedy]) => ({ marked, problem, remedy })))(
    '$marked: $problem',
    ({ marked, problem, remedy }) => {
      const offset = marked.indexOf('^');
      const input = marked.replace('^', '');
      const error = errorOf(() => parseTargets(input));
      expect(error).toMatchObject({ code: 'ERR_TARGET_SYNTAX', input, origin: null });
      expect(error.message).toBe(`${problem} in target ${JSON.stringify(input)} at position ${offset + 1}`);
      expect(error.offset).toBe(offset);
      expect(error.remedy).toMatch(remedy);
    },
  );

  test('is shown in part where it is long, as of a file that holds something else', () => {
    const error = errorOf(() => parseTargets('a'.repeat(1_000_000)));
    expect(error.message).toContain(` in target "${'a'.repeat(300)}…" at position 254`);
    expect(error.input).toHaveLength(1_000_000);
  });

  test('is found among right ones, in its own text of a list', () => {
    expect(errorOf(() => parseTargets('10.0.0.1,  10.0.0.256 10.0.0.3'))).toMatchObject({ offset: 18 });
    expect(errorOf(() => parseTargets(['10.0.0.1', 'printer 10.1', '10.0.0.300']))).toMatchObject({
      input: 'printer 10.1',
      offset: 12,
    });
    expect(errorOf(() => parseTargets(['10.0.0.1', '']))).toMatchObject({ input: '', offset: 0 });
  });
});

/** Pieces of targets, so that fuzzing gets past the first character. */
const pieces = [
  ...['10', '0', '255', '256', '010', '0x1', '.', '.', '.', '-', '/', ':', '/24', '/33', ':255.255.255.0'],
  ...[
    '10.0.0.',
    '10.0.0.1',
    '10.0.0-3.',
    'printer',
    'example.net',
    '::',
    '://',
    '[',
    '_',
    '#',
    ',',
    ' ',
    '\r\n',
  ],
  ...['ü', '😀', '\ud800', '\0', '\u00a0', '\ufeff'],
];
const jumbled = fc.array(fc.constantFrom(...pieces), { maxLength: 12 }).map((parts) => parts.join(''));
const anyText = fc.oneof(jumbled, fc.string(), fc.string({ unit: 'binary' }));

describe('any text whatever', () => {
  test('is read, or refused with an offset inside it', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        try {
          const { ranges, named, hostNames } = parseTargets(text);
          expect(ranges.length + hostNames.length).toBeGreaterThan(0);
          expect(ranges.length).toBeGreaterThanOrEqual(Math.min(1, named.length));
          for (const { name, offset } of hostNames) expect(text.startsWith(name, offset)).toBe(true);
        } catch (error) {
          if (!(error instanceof TargetSyntaxError)) throw error;
          expect(error.input).toBe(text);
          expect(error.offset).toBeGreaterThanOrEqual(0);
          expect(error.offset).toBeLessThanOrEqual(text.length);
          expect(error.remedy).not.toBe('');
        }
      }),
      { numRuns: 3000 },
    );
  });

  test('in a file is read, or refused with its line and an offset inside that', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        try {
          parseTargetsFile(text, 'f');
        } catch (error) {
          if (!(error instanceof TargetSyntaxError)) throw error;
          expect(error.offset).toBeGreaterThanOrEqual(0);
          expect(error.offset).toBeLessThanOrEqual(error.input.length);
          expect(error.origin).toMatch(/^f( line \d+)?$/);
          expect(text).toContain(error.input);
        }
      }),
      { numRuns: 2000 },
    );
  });

  test('of a megabyte is refused as quickly', () => {
    for (const text of ['9', '.', '-', 'a.', 'a', '0x', '10.0.0.1-', '[', ':'].map((part) =>
      part.repeat(1e6),
    )) {
      expect(errorOf(() => parseTargets(text)).offset).toBeLessThanOrEqual(text.length);
    }
  });
});
