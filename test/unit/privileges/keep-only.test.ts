import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { OptionError } from '../../../src/errors.js';
import { giveUpAllBut, keepOnly, type Needs, namesNamespaces } from '../../../src/privileges/keep-only.js';

const ownsProcess = vi.hoisted(() => vi.fn(() => true));
const keepOnlyCapabilities = vi.hoisted(() =>
  vi.fn((_kept: readonly number[], _limitsPrograms: boolean) => 11),
);
vi.mock('../../../src/native.js', () => ({ native: () => ({ keepOnlyCapabilities }) }));

vi.mock('../../../src/privileges/own-process.js', () => ({ ownsProcess }));

afterEach(() => vi.clearAllMocks());

test('a program that the command line is part of keeps what it has', () => {
  ownsProcess.mockReturnValueOnce(false);
  keepOnly({});
  expect(keepOnlyCapabilities).not.toHaveBeenCalled();
  keepOnly({});
  expect(keepOnlyCapabilities).toHaveBeenCalledOnce();
});

describe('of the capabilities are kept', () => {
  /** By linux/capability.h. */
  test.each<[string, Needs, number[], boolean]>([
    ['none for nothing', {}, [], true],
    ['CAP_NET_RAW for packet sockets', { rawSockets: true }, [13], true],
    ['three for namespaces', { namespaces: true }, [21, 19, 2], true],
    ['three for files', { files: true }, [1, 3, 0], true],
    ['those of several', { rawSockets: true, files: true, namespaces: false }, [13, 1, 3, 0], true],
    ['none for programs, which are left what they would have', { programs: true }, [], false],
  ])('%s', (_, needs, numbers, limitsPrograms) => {
    expect(giveUpAllBut({ keepOnlyCapabilities }, needs)).toBe(11);
    expect(keepOnlyCapabilities).toHaveBeenCalledExactlyOnceWith(numbers, limitsPrograms);
  });
});

describe('where privileges cannot be given up', () => {
  const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  beforeEach(() => {
    keepOnlyCapabilities.mockImplementationOnce(() => {
      throw new Error('capset in thread 7: Operation not permitted');
    });
  });
  afterEach(() => vi.unstubAllEnvs());

  test('a command goes on, and says nothing of it', () => {
    vi.stubEnv('ARPSWEEP_DEBUG', '');
    keepOnly({});
    expect(said).not.toHaveBeenCalled();
  });

  test('it says so to whoever wants to know', () => {
    vi.stubEnv('ARPSWEEP_DEBUG', '1');
    keepOnly({});
    expect(said).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('capset in thread 7'));
  });
});

describe('links in other network namespaces', () => {
  test.each([
    [{}, false],
    [{ links: ['eth0', 'eth1@100'] }, false],
    [{ links: ['eth0', 'blue:eth0'] }, true],
    [{ links: ['qdhcp-*:tap*'] }, true],
    [{ netns: '1234' }, true],
    [{ links: ['eth0'], netns: '/run/netns/blue' }, true],
  ])('are told of %j: %j', (options, expected) => {
    expect(namesNamespaces(options)).toBe(expected);
  });

  test('are none where an option cannot be right', () => {
    expect(() => namesNamespaces({ links: [':'] })).toThrow(OptionError);
  });
});
