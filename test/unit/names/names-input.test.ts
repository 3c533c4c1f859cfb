import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OptionError } from '../../../src/errors.js';
import { describeMachine } from '../../../src/links/links.js';
import { readNames } from '../../../src/names/names-input.js';
import { address, link } from '../../support/fake-addon.js';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'arpsweep-names-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

let files = 0;

function file(text: string, name = `file${files++}`): string {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
}

const eth0 = link('eth0', [address('10.0.0.5/24')]);
/** What `arpsweep interfaces -f json` prints. */
const machine = (name: string) => ({ ...describeMachine([eth0]), name });
const printed = (name: string) => `${JSON.stringify(machine(name), null, 2)}\n`;

async function refusal(path: string): Promise<OptionError> {
  const error = await readNames([path]).catch((thrown) => thrown);
  expect(error).toBeInstanceOf(OptionError);
  return error;
}

describe('names', () => {
  it('are read from what the command interfaces prints, one machine or several in a file', async () => {
    const one = file(printed('node-1'));
    const two = file(printed('node-2') + printed('node-3'));
    const machines = await readNames([one, two]);
    expect(machines.map(({ name }) => name)).toEqual(['node-1', 'node-2', 'node-3']);
    expect(machines[0]?.interfaces).toEqual([
      {
        name: 'eth0',
        netns: null,
        mac: eth0.mac,
        permanentMac: null,
        flags: eth0.flags,
        master: null,
        addresses: [{ ip: '10.0.0.5', prefixLength: 24 }],
      },
    ]);
  });

  it('are read from every file of a directory but hidden ones, by name', async () => {
    const fleet = join(directory, 'fleet');
    mkdirSync(join(fleet, 'old'), { recursive: true });
    file(printed('node-2'), 'fleet/b.json');
    file('02:00:00:00:00:09 printer\n', 'fleet/c');
    file(printed('node-1'), 'fleet/a.json');
    file('no names', 'fleet/.a.json.swp');
    expect((await readNames([fleet])).map(({ name }) => name)).toEqual(['node-1', 'node-2', 'printer']);
  });

  it('are read from lines of ethers(5), where a name stands for one machine', async () => {
    const machines = await readNames([
      file('# the rack\n8:0:20:1:2:3  sun # old\n\n00-50-56-AB-47-53\tweb\r\n0050.56ab.4754 web\n'),
    ]);
    expect(machines.map(({ name, interfaces }) => [name, ...interfaces.map(({ mac }) => mac)])).toEqual([
      ['sun', '08:00:20:01:02:03'],
      ['web', '00:50:56:ab:47:53', '00:50:56:ab:47:54'],
    ]);
  });

  it('are the same when what was read is given on, as the command line does', async () => {
    const machines = await readNames([file('02:00:00:00:00:09 printer\n'), file(printed('node-1'))]);
    expect(await readNames(machines)).toEqual(machines);
  });

  it('are taken from a program as they are, and checked', async () => {
    expect(await readNames([machine('node-1')])).toEqual(await readNames([file(printed('node-1'))]));
    const wrong = { name: 'node-1', interfaces: [{ name: 'eth0', addresses: [{ ip: '10.0.0' }] }] };
    await expect(readNames([wrong as never])).rejects.toThrow(
      'A machine of names is wrong at interfaces[0].addresses[0].ip: here should be an IPv4 address, not "10.0.0".',
    );
  });

  it.each([
    ['02:00:00:00:00:01 a\n02:00:00:00:00 b', 'at line 2: "02:00:00:00:00" is no MAC address'],
    ['02:00:00:00:00:01', 'at line 1: there is no name behind the MAC address'],
    ['02:00:00:00:00:01 node 3', 'at line 1: there is more than a MAC address and a name'],
    ['', ': it is empty'],
    ['{"name": "a", "interfaces": [}', 'at line 1, column 30: this is not JSON'],
    ['[]', ': here should be an object, not []'],
    ['{"interfaces": []}', 'at name: here should be a text, not nothing'],
    ['{"name": "a", "interfaces": 5}', 'at interfaces: here should be a list, not 5'],
    [
      '{"name": "a", "interfaces": [{"name": "e", "mac": "02:00", "addresses": []}]}',
      'at interfaces[0].mac: here should be a MAC address, not "02:00"',
    ],
    [
      '{"name": "a", "interfaces": []}\n{"name": 7, "interfaces": []}',
      'at document 2, name: here should be a text, not 7',
    ],
  ])('%j are refused %s', async (text, message) => {
    const path = file(text);
    const error = await refusal(path);
    const problem = message.startsWith(':') ? message : ` ${message}`;
    expect(error.message).toBe(`The names file "${path}" is wrong${problem}.`);
    expect(error.remedy).toContain('arpsweep interfaces -f json');
  });

  it('are refused where there is no file', async () => {
    const missing = join(directory, 'missing');
    expect((await refusal(missing)).message).toBe(
      `The names file "${missing}" cannot be read: no such file or directory (ENOENT).`,
    );
    const empty = join(directory, 'empty');
    mkdirSync(empty);
    expect((await refusal(empty)).message).toContain('a directory without a file');
  });
});
