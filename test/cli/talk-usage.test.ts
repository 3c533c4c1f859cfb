/** What cannot be right of `ping`, `dad` and `announce`, and that nothing is sent for it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLab, type Lab } from '../../src/lab/lab.js';
import { type Capture, capture } from '../support/capture.js';
import { commandLine } from '../support/command-line.js';

const there = '10.87.1.2';

let lab: Lab;
let witness: Capture;
beforeAll(async () => {
  lab = await createLab();
  await lab.pair('odd0', { address: '10.87.1.1/24' }, 'neighbour', { addresses: [`${there}/24`] });
  witness = await capture(null, 'odd0');
});
afterAll(() => lab.remove());

/** Words that cannot be right, what the message must quote, and what the remedy must name. */
const wrongUsage: [words: string[], quoted: string, form: string][] = [
  [['ping'], 'No target', '1 to 1024'],
  [['ping', '10.87.1.300'], '"10.87.1.300" at position 9', 'from 0 to 255'],
  [['ping', '10.0.0.0/8'], '16777216 addresses', '1 to 1024'],
  [['ping', '-i', '10ms', '10.87.1.0/24'], '25600 requests a second', 'at least 256 ms'],
  [['ping', '-c', '0', there], '"0"', 'whole number from 1'],
  [['ping', '-c', 'many', there], '"many"', 'whole number from 1'],
  [['ping', '-i', '1', there], '"1"', '350ms'],
  [['ping', '-i', '0.5ms', there], '"0.5 ms"', 'from 1 ms'],
  [['ping', '-w', '0', there], '"0 ms"', 'from 1 ms'],
  [['ping', '-w', 'soon', there], '"soon"', '2s'],
  [['ping', '--to', 'ff:ff:ff:ff:ff:ff', there], '"ff:ff:ff:ff:ff:ff"', 'one machine'],
  [['ping', '--to', there], `"${there}"`, 'one machine'],
  [['ping', '--unicast', '--broadcast', there], '--broadcast and --unicast', 'Leave one'],
  [['ping', '--source-ip', '10.87.1', there], '"10.87.1"', 'IPv4 address'],
  [['ping', '--source-ip', there, there], there, '10.87.1.1'],
  [['ping', '--source-mac', '01:00:5e:00:00:01', there], '"01:00:5e:00:00:01"', 'unicast'],
  [['ping', '-f', 'csv', there], "'csv'", 'plain, json, ndjson'],
  [['ping', '-I', 'odd0@4095', there], '"odd0@4095"', 'up to 4094'],
  [['ping', '--targets-file', '/nonexistent/targets'], '"/nonexistent/targets"', 'a target in each line'],
  [['dad'], 'No target', '1 to 1024'],
  [['dad', '10.87.0.0/21'], '2048 addresses', '1024'],
  [['dad', '-f', 'ndjson', there], "'ndjson'", 'plain, json'],
  [['dad', '-I', 'odd0:', there], '"odd0:"', '[NETNS:]IFACE'],
  [['dad', '--targets-file', '/nonexistent/targets'], '"/nonexistent/targets"', 'a target in each line'],
  [['announce'], "'ip'", '--help'],
  [['announce', '-c', '-1', '10.87.1.1'], '"-1"', 'whole number from 1'],
  [['announce', '-i', '2', '10.87.1.1'], '"2"', '2s'],
  [['announce', '-f', 'ndjson', '10.87.1.1'], "'ndjson'", 'plain, json'],
  [['announce', '--force', '255.255.255.255'], '255.255.255.255', 'a machine can have'],
  [['announce', '-I', 'odd0', there], there, '--force'],
];

describe('wrong usage', () => {
  test.each(wrongUsage)(
    '%j quotes what is wrong and says what would be right',
    async (words, quoted, form) => {
      const { status, stdout, stderr } = await commandLine(...words);
      expect(stderr).toMatch(/^arpsweep: /);
      const [problem = '', ...remedy] = stderr.split('\n');
      expect(problem).toContain(quoted);
      expect(remedy.join('\n')).toContain(form);
      expect(stderr).not.toMatch(/^\s+at /m);
      expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    },
  );

  // The last of all: it looks back on every case above.
  test('sends nothing, while right usage does', async () => {
    expect(await witness.stop()).toEqual([]);
    const control = await capture(null, 'odd0');
    const { status } = await commandLine('ping', '--until-answer', there);
    expect(status).toBe(0);
    expect(await control.stop()).not.toEqual([]);
  });
});

test.each([
  ['ping', '--until-answer'],
  ['dad', '--fast'],
  ['announce', '--reply'],
])('%s --help shows options, examples and exit codes', async (command, option) => {
  const { status, stdout, stderr } = await commandLine(command, '--help');
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  for (const word of [option, 'Examples:', 'Exit codes:']) expect(stdout).toContain(word);
});
