import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OptionError } from '../../../src/errors.js';
import type { ExpectedHost } from '../../../src/expect/expectation.js';
import { readExpectation } from '../../../src/expect/expectation-input.js';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'arpsweep-expect-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

let files = 0;

function file(text: string): string {
  const path = join(directory, `file${files++}`);
  writeFileSync(path, text);
  return path;
}

const host = (address: string, rest: Partial<ExpectedHost> = {}) => ({
  ip: address,
  macs: [],
  name: null,
  several: false,
  ...rest,
});

const macA = '02:00:00:00:00:0a';
const macB = '02:00:00:00:00:0b';

describe('an expectation', () => {
  it('is read from JSON, what is left out by default', async () => {
    const groups = [
      {
        name: 'z2/doppler',
        min: 2,
        hosts: [{ ip: '10.0.0.5', macs: ['02-00-00-00-00-0A'] }, { ip: '10.0.0.6' }],
      },
      { name: 'vips', hosts: [{ ip: '10.0.0.9', name: 'api', several: true }] },
    ];
    const read = {
      groups: [
        { name: 'z2/doppler', min: 2, hosts: [host('10.0.0.5', { macs: [macA] }), host('10.0.0.6')] },
        { name: 'vips', min: 1, hosts: [host('10.0.0.9', { name: 'api', several: true })] },
      ],
    };
    expect(await readExpectation(file(JSON.stringify({ groups })))).toEqual(read);
    expect(await readExpectation({ groups })).toEqual(read);
    expect(await readExpectation(read)).toEqual(read);
  });

  it('is read from lines under headings; several MACs are several that may answer', async () => {
    const text = [
      '# the rack',
      '10.0.0.1',
      '[z1]   # first zone',
      `10.0.0.5 ${macA} doppler/0`,
      `10.0.0.6\tdoppler/1 spare`,
      '',
      '[ z2/router ]',
      `10.0.0.7 ${macA},${macB.replaceAll(':', '-')}`,
    ].join('\r\n');
    expect(await readExpectation(file(text))).toEqual({
      groups: [
        { name: null, min: 1, hosts: [host('10.0.0.1')] },
        {
          name: 'z1',
          min: 1,
          hosts: [
            host('10.0.0.5', { macs: [macA], name: 'doppler/0' }),
            host('10.0.0.6', { name: 'doppler/1 spare' }),
          ],
        },
        { name: 'z2/router', min: 1, hosts: [host('10.0.0.7', { macs: [macA, macB], several: true })] },
      ],
    });
  });

  it.each([
    ['', ': no address is expected'],
    ['# nothing\n', ': no address is expected'],
    ['[z1]\n10.0.0.5\n[z2]\n', ' at line 3: the group has no address'],
    ['10.0.0.5\n10.0.0\n', ' at line 2: here should be an IPv4 address, not "10.0.0"'],
    ['10.0.0.5\n[z1]\n10.0.0.6\n10.0.0.5\n', ' at line 4: 10.0.0.5 comes twice'],
    ['[z1]\n10.0.0.5\n[z1]\n10.0.0.6', ' at line 3: the group "z1" comes twice'],
    ['10.0.0.5 02:00:00:00:00', ' at line 1: "02:00:00:00:00" is no MAC address'],
    [`10.0.0.5 ${macA}, ${macB}`, ' at line 1: "" is no MAC address'],
    ['10.0.0.5 ff:ff:ff:ff:ff:ff', " at line 1: ff:ff:ff:ff:ff:ff is no machine's MAC address"],
    ['[]\n10.0.0.5', ' at line 1: the heading names no group'],
    ['{"groups": [}', ' at line 1, column 13: this is not JSON'],
    ['{"groups": []}', ' at groups: no address is expected'],
    ['{"groups": []} {}', ': it holds more than one JSON document'],
    ['{"hosts": []}', ' at hosts: there is no such member; there are groups'],
    [
      '{"groups": [{"name": "z1", "hosts": [{"ip": "10.0.0.5", "mac": "02:00:00:00:00:05"}]}]}',
      ' at groups[0].hosts[0].mac: there is no such member; there are ip, macs, name, several',
    ],
    [
      '{"groups": [{"min": 2, "hosts": [{"ip": "10.0.0.5"}]}]}',
      ' at groups[0].min: here should be a whole number from 0 to 1, not 2',
    ],
    [
      '{"groups": [{"hosts": [{"ip": "10.0.0.5", "several": "yes"}]}]}',
      ' at groups[0].hosts[0].several: here should be true or false, not "yes"',
    ],
  ])('%j is refused%s', async (text, message) => {
    const path = file(text);
    const error = await readExpectation(path).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(OptionError);
    expect(error.message).toBe(`The expectation file "${path}" is wrong${message}.`);
    expect(error.remedy).toContain('[group]');
  });

  it('that a program gives is refused as well', async () => {
    await expect(readExpectation({ groups: [{ hosts: [{ ip: '' }] }] })).rejects.toThrow(
      'What is expected is wrong at groups[0].hosts[0].ip: here should be an IPv4 address, not "".',
    );
  });
});
