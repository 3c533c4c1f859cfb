import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { OptionError } from '../../../../src/errors.js';
import type { WatchState } from '../../../../src/generated/watch-state-types.js';
import { openStateFile } from '../../../../src/watch/state/state-file.js';
import { stateText } from '../../../../src/watch/state/state-text.js';
import { watchState } from '../../../support/watch-states.js';

let directory: string;
let path: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'arpsweep-'));
  path = join(directory, 'state.json');
});
afterEach(() => rmSync(directory, { recursive: true }));

const textOf = (state: WatchState): Buffer => Buffer.concat([...stateText(state)]);

/** Leaves a state as a watch does. */
async function leave(state: WatchState): Promise<void> {
  const file = await openStateFile(path);
  await file.replace(state);
  await file.release();
}

/** What the file holds for a watch that begins now. */
async function knownFrom(at: string): Promise<WatchState | null> {
  const file = await openStateFile(at);
  await file.release();
  return file.known;
}

/** Asserts that a file is refused with a sentence, and that nothing was done to it or beside it. */
async function expectRefused(message: RegExp): Promise<void> {
  const before = readFileSync(path);
  const { mtimeMs, ino } = statSync(path);
  const error = await openStateFile(path).catch((thrown) => thrown);
  expect(error).toBeInstanceOf(OptionError);
  expect(error.message).toMatch(message);
  expect(readFileSync(path).equals(before)).toBe(true);
  expect(statSync(path)).toMatchObject({ mtimeMs, ino });
  expect(readdirSync(directory)).toEqual([basename(path)]);
}

describe('a state', () => {
  test('is read as it was left, and nothing is beside it', async () => {
    expect(await knownFrom(path)).toBeNull();
    expect(readdirSync(directory)).toEqual([]);
    await leave(watchState(1));
    await leave(watchState(2));
    expect(await knownFrom(path)).toEqual(watchState(2));
    expect(readdirSync(directory)).toEqual(['state.json']);
  });

  test('is JSON of its schema, an address in each line, and its checksum can be made by hand', async () => {
    await leave(watchState(1, 2000));
    const schemaIn = (name: string) =>
      JSON.parse(readFileSync(new URL(`../../../../schema/${name}`, import.meta.url), 'utf8'));
    const ajv = new Ajv({ allowUnionTypes: true }).addSchema(schemaIn('report-v1.schema.json'));
    addFormats.default(ajv);
    const validate = ajv.compile(schemaIn('watch-state-v1.schema.json'));
    const document = JSON.parse(readFileSync(path, 'utf8'));
    validate(document);
    expect(validate.errors).toBeNull();
    expect(readFileSync(path, 'utf8').match(/^\{"link":"eth0","ip":.*$/gm)).toHaveLength(2000);
    const sum = execFileSync('sh', ['-c', 'head -n -1 "$1" | sha256sum', 'sh', path], { encoding: 'utf8' });
    expect(sum.split(' ')[0]).toBe(document.sha256);
  });

  test('of a /16 is made in pieces, which leave room for other work', () => {
    let total = 0;
    for (const { length } of stateText(watchState(1, 65_536))) {
      expect(length).toBeLessThan(80_000);
      total += length;
    }
    expect(total).toBeGreaterThan(10_000_000);
  });

  test('keeps the mode of its file, and goes through symbolic links', async () => {
    const target = join(directory, 'target.json');
    symlinkSync(target, path);
    await leave(watchState(1));
    chmodSync(target, 0o640);
    await leave(watchState(2));
    expect(readdirSync(directory)).toEqual(['state.json', 'target.json']);
    expect(statSync(target).mode & 0o777).toBe(0o640);
    expect(await knownFrom(target)).toEqual(watchState(2));
  });

  test('may begin behind a symbolic link that leads nowhere yet, which stays', async () => {
    symlinkSync(join(directory, 'target.json'), path);
    expect(await knownFrom(path)).toBeNull();
    expect(readdirSync(directory)).toEqual(['state.json']);
    await leave(watchState(1));
    expect(await knownFrom(join(directory, 'target.json'))).toEqual(watchState(1));
    expect(lstatSync(path).isSymbolicLink()).toBe(true);
  });

  test('may begin with an empty file, as mktemp makes it', async () => {
    writeFileSync(path, '', { mode: 0o600 });
    expect(await knownFrom(path)).toBeNull();
    await leave(watchState(1));
    expect(await knownFrom(path)).toEqual(watchState(1));
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });
});

describe('a file is refused and left as it is', () => {
  test('at whatever length it was cut off', async () => {
    const whole = textOf(watchState(1, 1));
    for (let length = 1; length < whole.length; length++) {
      writeFileSync(path, whole.subarray(0, length));
      await expectRefused(/^The state file ".*state\.json" is torn: its end is missing\.$/);
    }
  });

  test('whichever bit of it is another', async () => {
    const whole = textOf(watchState(1, 1));
    for (let at = 0; at < whole.length; at++) {
      const changed = Buffer.from(whole);
      changed.writeUInt8(whole.readUInt8(at) ^ (1 << (at % 8)), at);
      writeFileSync(path, changed);
      await expectRefused(/^The state file ".*state\.json" (is torn|is not one that a watch wrote)/);
    }
  });

  const one = textOf(watchState(1, 40));
  const other = textOf(watchState(2, 40));
  test.each<[string, Buffer | string, RegExp]>([
    ['blocks of zeros', Buffer.concat([one.subarray(0, 4096), Buffer.alloc(one.length - 4096)]), /is torn/],
    ['zeros alone', Buffer.alloc(4096), /is not one that a watch wrote/],
    ['two halves', Buffer.concat([one.subarray(0, 4096), other.subarray(4096)]), /its checksum is not that/],
    ['another line after it', Buffer.concat([one, Buffer.from('\n')]), /is torn/],
    [
      'the same state in another form',
      JSON.stringify(JSON.parse(String(one)), null, 2),
      /not one that a watch/,
    ],
    ['a report', '{"schemaVersion":1,"tool":{"name":"arpsweep","version":"0.1.0"},"hosts":[]}', /not one/],
    [
      'a report of listening',
      '{"schemaVersion":1,"command":"listen","tool":{}}',
      /not one that a watch wrote/,
    ],
    ['something else', 'root:x:0:0:root:/root:/bin/bash\n', /not one that a watch wrote/],
    ['a picture', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), /not one that a watch wrote/],
  ])('that holds %s', async (_, content, message) => {
    writeFileSync(path, content);
    await expectRefused(message);
  });

  const changed = (change: object): Buffer => textOf({ ...watchState(1), ...change } as WatchState);
  const [address] = watchState(1, 1).addresses;
  const holder = {
    mac: '02:00:00:00:00:01',
    firstAt: '2026-01-01T00:00:00.000Z',
    lastAt: '2026-01-01T00:00:00.000Z',
  };
  test.each<[object, RegExp]>([
    [{ schemaVersion: 2 }, / is of version 2, and arpsweep .* knows version 1 only\.$/],
    [{ savedAt: 'yesterday' }, / is wrong at savedAt: here should be a time such as /],
    [{ savedAt: '2026-02-30T00:00:00.000Z' }, / at savedAt: /],
    [
      { addresses: [{ ...address, ip: '010.0.0.1' }] },
      / at addresses\[0\]\.ip: .* IPv4 address, not "010\.0\.0\.1"/,
    ],
    [
      { addresses: [{ ...address, state: 'down' }] },
      / at addresses\[0\]\.state: here should be up, conflict, /,
    ],
    [{ addresses: [address, address] }, / at addresses\[1\]: the address comes twice on its link/],
    [
      { addresses: [{ ...address, holders: [holder, holder] }] },
      / at addresses\[0\]\.holders\[1\]: .* comes twice/,
    ],
    [
      { addresses: [{ ...address, holders: [{ ...holder, mac: '02-00-00-00-00-01' }] }] },
      /holders\[0\]\.mac: /,
    ],
    [{ addresses: [{ ...address, more: 1 }] }, / at addresses\[0\]\.more: there is no such member/],
    [{ findings: [{}] }, / at findings\[0\]\.link: here should be a text, not nothing/],
  ])('that is whole but wrong: %j', async (change, message) => {
    writeFileSync(path, changed(change));
    await expectRefused(message);
  });

  test.each([
    ['a directory', '.', /it is a directory/],
    ['a device', '/dev/null', /it is a device/],
    ['below a file', 'file/state.json', /not a directory \(ENOTDIR\)/],
    ['in no directory', 'nowhere/state.json', /no such file or directory \(ENOENT\)/],
    ['standard output', '-', /takes a file/],
  ])('that is %s', async (_, name, message) => {
    writeFileSync(join(directory, 'file'), '');
    const place = name === '-' || name.startsWith('/') ? name : join(directory, name);
    await expect(openStateFile(place)).rejects.toMatchObject({
      code: 'ERR_OPTION',
      message: expect.stringMatching(message),
    });
    expect(readdirSync(directory)).toEqual(['file']);
  });

  test('that is a pipe, without waiting for whoever reads it', async () => {
    execFileSync('sh', ['-c', 'mkfifo "$1"', 'sh', path]);
    await expect(openStateFile(path)).rejects.toThrow(/it is a pipe/);
  });
});

describe('one watch at a time', () => {
  test('has the file, from when it begins to when it ends, whichever name it goes by', async () => {
    const first = await openStateFile(path);
    const refusal = /^The state file ".*" cannot be used: another watch has it\.$/;
    await expect(openStateFile(path)).rejects.toThrow(refusal);
    await first.replace(watchState(1));
    const alias = join(directory, 'alias');
    symlinkSync(path, alias);
    await expect(openStateFile(alias)).rejects.toThrow(refusal);
    await first.replace(watchState(2));
    await expect(openStateFile(path)).rejects.toThrow(refusal);
    await first.release();
    expect(await knownFrom(path)).toEqual(watchState(2));
  });

  test('removes the drafts of dead ones, and nothing else', async () => {
    await leave(watchState(1));
    const own = `${path}.0123abcd.state.tmp`;
    const others = ['x.json.0123abcd.state.tmp', 'state.json.0123abcd.tmp', 'state.json.mine.state.tmp'];
    for (const name of others) writeFileSync(join(directory, name), 'kept');
    mkdirSync(join(directory, 'state.json.fedcba98.state.tmp'));
    writeFileSync(own, 'torn');
    expect(await knownFrom(path)).toEqual(watchState(1));
    expect(readdirSync(directory).sort()).toEqual(
      ['state.json', 'state.json.fedcba98.state.tmp', ...others].sort(),
    );
  });

  test('does not replace what somebody else put there meanwhile', async () => {
    const file = await openStateFile(path);
    await file.replace(watchState(1));
    writeFileSync(join(directory, 'mine'), 'precious');
    renameSync(join(directory, 'mine'), path);
    await expect(file.replace(watchState(2))).rejects.toThrow(/somebody put another file in the place of/);
    await file.release();
    expect(readFileSync(path, 'utf8')).toBe('precious');
    expect(readdirSync(directory)).toEqual(['state.json']);
  });

  test('writes its file again where somebody removed it', async () => {
    const file = await openStateFile(path);
    await file.replace(watchState(1));
    rmSync(path);
    await file.replace(watchState(2));
    await file.release();
    expect(await knownFrom(path)).toEqual(watchState(2));
  });
});
