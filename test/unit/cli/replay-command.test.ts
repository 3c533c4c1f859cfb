import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { exitCodeOf } from '../../../src/cli/failure.js';
import { runSweepCommand } from '../../../src/cli/sweep-command.js';
import type { SweepFlags } from '../../../src/cli/sweep-flags.js';

const thisFile = fileURLToPath(import.meta.url);
const flags = (more: Partial<SweepFlags>): SweepFlags => ({
  read: thisFile,
  progress: true,
  color: true,
  ...more,
});

describe('--read refuses with a sentence', () => {
  test.each<[string, Partial<SweepFlags>, string[], RegExp]>([
    [
      'a file that is not there',
      { read: '/nowhere/run' },
      [],
      /"\/nowhere\/run" cannot be read: no such file/,
    ],
    ['a folder', { read: '/' }, [], /"\/" cannot be read: .*directory/],
    ['what is no recording', {}, [], /is wrong: it is neither pcapng nor pcap/],
    ['nothing', { read: '/dev/null' }, [], /"\/dev\/null" is wrong: it is empty/],
    ['a rate', { rate: '5' }, [], /--rate says what a sweep sends/],
    ['passes', { passes: '5' }, [], /--passes says what a sweep sends/],
    ['a link', { interface: ['eth0'] }, [], /-I says what a sweep sends/],
    ['to record what it reads', { write: 'copy' }, [], /--write says what a sweep sends/],
    ['standard input for recording and targets', { read: '-' }, ['-'], /cannot hold both/],
    ['a MAC that is none', { sourceMac: 'ours' }, [], /source MAC "ours" cannot be right/],
    ['a target that is none', {}, ['10.0.0.256'], /in target "10.0.0.256"/],
    ['a kind of finding that there is not', { failOn: 'trouble' }, [], /"trouble"/],
  ])('%s', async (_, more, words, sentence) => {
    const error = await runSweepCommand(words, flags(more)).then(
      () => null,
      (thrown: Error) => thrown,
    );
    expect(error?.message).toMatch(sentence);
    expect(error).toMatchObject({ remedy: expect.stringMatching(/[.)]$/) });
    expect(exitCodeOf(error)).toBe(2);
  });
});
