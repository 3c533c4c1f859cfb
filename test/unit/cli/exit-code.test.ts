import { describe, expect, test } from 'vitest';
import { exitCodeOfSweep } from '../../../src/cli/exit-code.js';
import { describeError, exitCodeOf } from '../../../src/cli/failure.js';
import { parseFindingKinds } from '../../../src/cli/finding-kinds.js';
import { InterfaceError, OptionError, TargetSyntaxError } from '../../../src/errors.js';
import { example, troubled } from '../reporters/example-report.js';

const nothing = { signalExit: null, readerGone: false, failOn: new Set<string>() };
const onConflict = new Set(['duplicate-address']);

describe('the exit code of a sweep', () => {
  test.each([
    [0, 'it ran cleanly, whatever it found', example, nothing],
    [1, 'a kind of --fail-on was found', example, { ...nothing, failOn: onConflict }],
    [0, 'another kind was', example, { ...nothing, failOn: new Set(['loss']) }],
    [3, 'addresses were not tested', troubled, nothing],
    [3, 'a link failed', { ...example, outcome: 'failed' as const }, nothing],
    [
      1,
      'it found what it must not and did not test all',
      { ...troubled, findings: example.findings },
      { ...nothing, failOn: onConflict },
    ],
    [
      130,
      'it was interrupted, before anything else',
      example,
      { ...nothing, signalExit: 130, failOn: onConflict },
    ],
    [
      0,
      'its reader had enough',
      { ...example, outcome: 'interrupted' as const },
      { ...nothing, readerGone: true, failOn: onConflict },
    ],
  ])('is %d where %s', (code, _, report, ending) => {
    expect(exitCodeOfSweep(report, ending)).toBe(code);
  });
});

describe('a failure', () => {
  test('is wrong usage where the words are at fault', () => {
    expect(exitCodeOf(new OptionError('rate', 'No.', 'Do.'))).toBe(2);
    expect(exitCodeOf(new TargetSyntaxError('x', 0, 'No', 'Do.'))).toBe(2);
    expect(exitCodeOf(new InterfaceError('ERR_INTERFACE_DOWN', 'Down.', 'Up.'))).toBe(3);
    expect(exitCodeOf(new TypeError('surprise'))).toBe(3);
  });

  test('is told in a sentence with its remedy, and with its origin only on demand', () => {
    const cause = new Error('below');
    const error = new InterfaceError('ERR_INTERFACE_DOWN', 'Interface eth0 is down.', 'Bring it up.');
    expect(describeError(error, false)).toBe('arpsweep: Interface eth0 is down.\nBring it up.\n');
    expect(describeError(new Error('surprise', { cause }), false)).toMatch(
      /^arpsweep: surprise\.\nThis is a defect.*\n$/,
    );
    const traced = describeError(new Error('surprise', { cause }), true);
    expect(traced).toContain('exit-code.test.ts');
    expect(traced).toContain('caused by Error: below');
  });
});

describe('--fail-on', () => {
  test('takes a list of kinds', () => {
    expect(parseFindingKinds('duplicate-address, loss')).toEqual(new Set(['duplicate-address', 'loss']));
  });

  test.each(['', 'duplicate', 'loss,,flapping', 'LOSS'])('refuses %j', (text) => {
    expect(() => parseFindingKinds(text)).toThrow(OptionError);
  });
});
