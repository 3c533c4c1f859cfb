import { describe, expect, test } from 'vitest';
import { TargetSyntaxError } from '../../../src/errors.js';
import { parseTargets, parseTargetsFile } from '../../../src/targets/parse.js';
import { formatRanges } from '../../../src/targets/ranges.js';
import { type Lookup, resolveTargets } from '../../../src/targets/resolve.js';

interface HostEntry {
  readonly 4?: readonly string[];
  readonly 6?: readonly string[];
  /** What getaddrinfo(3) fails with, by the name that Node gives it. */
  readonly fails?: string;
}

function failure(code: string): Error {
  return Object.assign(new Error(`getaddrinfo ${code}`), { code });
}

/** A resolver that knows these hosts, and remembers what it was asked. */
function resolverOf(hosts: Readonly<Record<string, HostEntry>>) {
  const asked: string[] = [];
  const lookup: Lookup = async (name, { family }) => {
    asked.push(`${name} ${family}`);
    const host = hosts[name];
    if (host?.fails) throw failure(host.fails);
    const addresses = host?.[family];
    if (!addresses) throw failure('ENOTFOUND');
    return addresses.map((address) => ({ address, family }));
  };
  return { lookup, asked };
}

describe('a host name among targets', () => {
  test('becomes all the IPv4 addresses it has, each of them named', async () => {
    const { lookup } = resolverOf({ service: { 4: ['10.0.0.9', '10.0.0.5'] }, printer: { 4: ['10.0.0.5'] } });
    const set = await resolveTargets(parseTargets('10.0.0.4 service 10.0.1.0/24 printer'), lookup);
    expect(formatRanges(set.ranges)).toEqual(['10.0.0.4/31', '10.0.0.9', '10.0.1.0/24']);
    expect(set.named).toEqual([0x0a00_0004, 0x0a00_0005, 0x0a00_0009]);
    expect(set.hostNames).toEqual([]);
  });

  test('is asked for once, however often it is given', async () => {
    const { lookup, asked } = resolverOf({ printer: { 4: ['10.0.0.5'] } });
    await resolveTargets(parseTargets('printer printer printer'), lookup);
    expect(asked).toEqual(['printer 4']);
  });

  test('that is absent costs no question', async () => {
    const { lookup, asked } = resolverOf({});
    const set = parseTargets('10.0.0.0/24');
    expect(await resolveTargets(set, lookup)).toEqual(set);
    expect(asked).toEqual([]);
  });

  test('that nobody knows is an error where it stands', async () => {
    const { lookup } = resolverOf({});
    const error = await resolveTargets(parseTargets('10.0.0.4, pritner'), lookup).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(TargetSyntaxError);
    expect(error).toMatchObject({
      code: 'ERR_TARGET_SYNTAX',
      input: '10.0.0.4, pritner',
      offset: 10,
      message:
        'The host name "pritner" does not resolve (ENOTFOUND) in target "10.0.0.4, pritner" at position 11',
      remedy: expect.stringContaining('spelling'),
    });
  });

  test('with IPv6 addresses only is told from an unknown one', async () => {
    const { lookup } = resolverOf({ six: { 6: ['2001:db8::1'] } });
    await expect(resolveTargets(parseTargets('six'), lookup)).rejects.toMatchObject({
      message: expect.stringContaining('The host name "six" has no IPv4 address'),
      remedy: expect.stringContaining('ARP serves IPv4 only'),
    });
  });

  test('with an answer that holds no IPv4 address has none', async () => {
    const { lookup } = resolverOf({ none: { 4: [] }, odd: { 4: ['::ffff:10.0.0.1'] } });
    for (const name of ['none', 'odd']) {
      await expect(resolveTargets(parseTargets(name), lookup)).rejects.toThrow('has no IPv4 address');
    }
  });

  test('that no server answers for is not taken for an unknown one', async () => {
    const { lookup, asked } = resolverOf({ slow: { fails: 'EAI_AGAIN' } });
    await expect(resolveTargets(parseTargets('slow'), lookup)).rejects.toThrow(
      'does not resolve (EAI_AGAIN)',
    );
    expect(asked).toEqual(['slow 4']);
  });

  test('in a file is blamed with file and line', async () => {
    const { lookup } = resolverOf({});
    const set = parseTargetsFile('10.0.0.1\n  pritner\n', 'targets.txt');
    await expect(resolveTargets(set, lookup)).rejects.toMatchObject({
      origin: 'targets.txt line 2',
      offset: 2,
      message: expect.stringContaining('of targets.txt line 2'),
    });
  });

  test('is blamed in the order given, not in that of the answers', async () => {
    let answerFirst = (): void => {};
    const slow = new Promise<void>((resolve) => {
      answerFirst = resolve;
    });
    const lookup: Lookup = async (name) => {
      if (name === 'first') await slow;
      else answerFirst();
      throw failure('ENOTFOUND');
    };
    await expect(resolveTargets(parseTargets('first second'), lookup)).rejects.toThrow('"first"');
  });

  test('is looked up by the system where no resolver is given', async () => {
    const set = await resolveTargets(parseTargets('localhost'));
    expect(formatRanges(set.ranges)).toEqual(['127.0.0.1']);
  });
});
