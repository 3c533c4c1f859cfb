import { expect, test } from 'vitest';
import { aligned, counted, cut, duration, grouped, shortList, wrapped } from '../../../src/reporters/text.js';

test.each([
  [0, '0 ms'],
  [612.4, '612 ms'],
  [1000, '1 s'],
  [4230, '4.2 s'],
  [9960, '10 s'],
  [99_000, '99 s'],
  [1_048_576, '17 min'],
  [12_600_000, '3.5 h'],
  [400 * 86_400_000, '400 days'],
])('%d ms read as %s', (ms, text) => {
  expect(duration(ms)).toBe(text);
});

test.each([
  [0, '0'],
  [999, '999'],
  [1000, '1,000'],
  [1_048_576, '1,048,576'],
])('%d is grouped as %s', (count, text) => {
  expect(grouped(count)).toBe(text);
});

test('counts say one or many', () => {
  expect(counted(1, 'pass', 'passes')).toBe('1 pass');
  expect(counted(0, 'pass', 'passes')).toBe('0 passes');
  expect(counted(2000, 'frame')).toBe('2,000 frames');
});

test('text is cut by characters, not within one', () => {
  expect(cut('Café 🏠🏠🏠', 7)).toBe('Café 🏠…');
  expect(cut('short', 5)).toBe('short');
  expect(cut('any', 0)).toBe('');
});

test('a list names as many as it may and counts the rest', () => {
  expect(shortList(['a', 'b', 'c'], 3)).toBe('a, b, c');
  expect(shortList(['a', 'b', 'c'], 2)).toBe('a, b and 1 more');
  expect(shortList(['a', 'b', 'c'], 2, 'range')).toBe('a, b and 1 more range');
  expect(shortList(['a', 'b', 'c'], 1, 'range')).toBe('a and 2 more ranges');
});

test('columns are as wide as their widest cell, and lines do not end in blanks', () => {
  expect(
    aligned([
      ['a', 'bb', 'c'],
      ['aaa', 'b', ''],
    ]),
  ).toEqual(['a    bb  c', 'aaa  b']);
});

test('lines are broken between words, and what follows is indented', () => {
  expect(wrapped('error: one two three', 11)).toEqual(['error: one', '  two three']);
  expect(wrapped('error: one two three', 20)).toEqual(['error: one two three']);
  expect(wrapped('error: one two three', null)).toEqual(['error: one two three']);
  expect(wrapped('    sent  1,000 frames', 16)).toEqual(['    sent  1,000', '  frames']);
});

test('a word that is longer than the line stays whole', () => {
  expect(wrapped('see 00:00:00:00:00:01 there', 10)).toEqual(['see', '  00:00:00:00:00:01', '  there']);
});

test('colours take no room in a line', () => {
  expect(wrapped('\x1b[31merror:\x1b[0m one two', 10)).toEqual(['\x1b[31merror:\x1b[0m one', '  two']);
});
