import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLab, type Lab } from '../../src/lab/lab.js';
import { version } from '../../src/version.js';
import { type Capture, capture } from '../support/capture.js';
import { startCli, sweepCli } from '../support/sweep-cli.js';

const address = '10.77.0.1';
const neighbour = '10.77.0.2';

let lab: Lab;
let witness: Capture;
let directory: string;
beforeAll(async () => {
  lab = await createLab();
  const { link } = await lab.pair('wrong0', { address: `${address}/24` }, 'neighbour', {
    addresses: [`${neighbour}/24`],
  });
  witness = await capture(null, link.name);
  directory = mkdtempSync(join(tmpdir(), 'arpsweep-usage-'));
});
afterAll(async () => {
  rmSync(directory, { recursive: true });
  await lab.remove();
});

/** Words that cannot be right, what the message must quote, and what the remedy must name. */
const wrongUsage: [words: string[], quoted: string, form: string][] = [
  // Targets
  [['10.77.0.300'], '"10.77.0.300" at position 9', 'from 0 to 255'],
  [['10.77.0.0/33'], '"10.77.0.0/33" at position', '32'],
  [['10.77.1'], '"10.77.1" at position', 'four decimal octets'],
  [['010.77.0.1'], '"010.77.0.1" at position 1', 'decimal'],
  [['10.77.0.9-10.77.0.1'], '"10.77.0.9-10.77.0.1" at position', '10.0.0.7-90'],
  [['10.77.0.2', '10.77.0.0:255.0.255.0'], '"10.77.0.0:255.0.255.0" at position', '255.255.255.0'],
  [['fe80::1'], '"fe80::1" at position 1', 'IPv4'],
  [[''], '""', '10.0.0.0/24'],
  [['-x', '10.77.0.999', neighbour], '"10.77.0.999"', '10.0.0.7'],
  [['-x', neighbour, neighbour], 'No target is left', 'not excluded'],
  [['--targets-file', '/nonexistent/targets', neighbour], '"/nonexistent/targets"', 'a target in each line'],
  // Values of options
  [['-I', 'wrong0@4095', neighbour], '"wrong0@4095"', '[NETNS:]IFACE[@VID[.PRIO]]'],
  [['-I', 'wrong0@7.8', neighbour], '"wrong0@7.8"', 'PRIO up to 7'],
  [['-I', 'wrong0@7', '-I', 'wrong0@7.1', neighbour], 'wrong0@7', 'Give it once'],
  [['--vlan', 'blue', neighbour], '"blue"', 'VID[.PRIO]'],
  [['--netns', '', neighbour], '""', 'process id'],
  [['-r', 'fast', neighbour], '"fast"', 'frames per second'],
  [['-r', '0', neighbour], '"0"', 'frames per second'],
  [['-r', '-5', neighbour], '"-5"', 'frames per second'],
  [['--passes', '0', neighbour], '"0"', 'from 1'],
  [['--passes', '1.5', neighbour], '"1.5"', 'whole number'],
  [['--cooldown', '300', neighbour], '"300"', '350ms'],
  [['--source-ip', '10.77.0', neighbour], '"10.77.0"', 'IPv4 address'],
  [['--source-ip', neighbour, neighbour], neighbour, address],
  [['--source-mac', '01:00:5e:00:00:01', neighbour], '"01:00:5e:00:00:01"', 'unicast'],
  [['--ether-dst', 'all', neighbour], '"all"', 'hardware address'],
  [['--ether-src', '1:2', neighbour], '"1:2"', 'hardware address'],
  [['--ether-type', 'ipv6', neighbour], '"ipv6"', '0xffff'],
  [['--padding', 'abc', neighbour], '"abc"', 'hexadecimal'],
  [['--arp-hrd', '65536', neighbour], '"65536"', '65535'],
  [['--arp-pro', '0x10000', neighbour], '"0x10000"', '65535'],
  [['--arp-hln', '256', neighbour], '"256"', '255'],
  [['--arp-pln', '-1', neighbour], '"-1"', '255'],
  [['--arp-op', 'reply', neighbour], '"reply"', '65535'],
  [['--arp-sha', 'me', neighbour], '"me"', 'hardware address'],
  [['--arp-spa', 'dest', neighbour], '"dest"', '"target"'],
  [['--arp-spa', '1.2.3.4', '--source-ip', '0.0.0.0', neighbour], 'given twice', '--arp-spa'],
  [['--arp-tha', '', neighbour], '""', 'hardware address'],
  [['--seed', 'x', neighbour], '"x"', 'whole number'],
  [['--profile', 'fast', neighbour], "'fast'", 'lan, wifi, dai'],
  [['--order', 'up', neighbour], "'up'", 'random, sequential'],
  [['-f', 'xml', neighbour], "'xml'", 'table, plain, json, ndjson, csv'],
  [['--sort', 'size', neighbour], "'size'", 'ip, mac, rtt, vendor, first'],
  [['-f', 'json', '--sort', 'rtt', neighbour], '--sort rtt', 'table, plain, csv'],
  [['--fields', 'ip,size', neighbour], '"size"', 'ip, mac, rtt, link'],
  [['-f', 'table', '--fields', 'ip', neighbour], 'table', 'plain, csv'],
  [['--fail-on', 'duplicates', neighbour], '"duplicates"', 'duplicate-address'],
  [['--fail-on', '', neighbour], '""', 'duplicate-address'],
  [['-o', '/nonexistent/report', neighbour], '"/nonexistent/report"', 'directory that exists'],
  [['-o', '/', neighbour], '"/"', 'directory'],
  // Options and commands
  [['--frobnicate', neighbour], '--frobnicate', '--help'],
  [['--formt', 'json', neighbour], '--formt', '--format'],
  [[neighbour, '-I'], '-I, --interface <link>', '--help'],
  [['-q', 'doctor'], '"doctor"', 'arpsweep doctor'],
];

describe('wrong usage', () => {
  test.each(wrongUsage)(
    '%j quotes what is wrong and says what would be right',
    async (words, quoted, form) => {
      const { status, stdout, stderr } = await sweepCli(['-I', 'wrong0', ...words]);
      expect(stderr).toMatch(/^arpsweep: /);
      const [problem = '', ...remedy] = stderr.split('\n');
      expect(problem).toContain(quoted);
      expect(remedy.join('\n')).toContain(form);
      expect(stderr).not.toMatch(/^\s+at /m);
      expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    },
  );

  test.each([
    ['interfaces', 'surprise'],
    ['doctor', '--rate', '5'],
    ['demo', 'unheard-of'],
  ])('of another command: %s %s', async (...words) => {
    const { status, stdout } = await sweepCli(words);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  });

  test('in a targets file is placed by file, line and position', async () => {
    const file = join(directory, 'targets');
    writeFileSync(file, `# ours\n${neighbour}\n10.77.0.1 10.77.0.256\n`);
    const { status, stderr } = await sweepCli(['-I', 'wrong0', '--targets-file', file]);
    expect(stderr).toContain(`at position 19 of ${file} line 3`);
    expect(status).toBe(2);
  });

  test.each([
    ['nothing', ''],
    ['comments alone', '# nobody\n\n'],
    ['what is no target', '10.77.0.0/24/8\n'],
  ])('on standard input: %s', async (_, input) => {
    const { status, stdout, stderr } = await sweepCli(['-I', 'wrong0', '-'], { input });
    expect(stderr).toContain('standard input');
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  });

  test('of a word that might be meant as a command says which there are', async () => {
    const { status, stderr } = await sweepCli(['intefaces']);
    expect(stderr).toMatch(/there are: sweep, (\w+, )*interfaces, (\w+, )*doctor/);
    expect(status).toBe(2);
  });

  test('shows where it was found with ARPSWEEP_DEBUG', async () => {
    const { stderr } = await sweepCli(['10.77.0.300'], { env: { ARPSWEEP_DEBUG: '1' } });
    expect(stderr).toMatch(/^\s+at /m);
  });

  test('leaves no draft of an output file behind', async () => {
    const output = join(directory, 'report');
    await sweepCli(['-I', 'wrong0', '-x', neighbour, '-o', output, neighbour]);
    expect(readdirSync(directory)).not.toContainEqual(expect.stringMatching(/^report/));
  });

  // The last of all: it looks back on every case above.
  test('sends nothing, while right usage does', async () => {
    expect(await witness.stop()).toEqual([]);
    const control = await capture(null, 'wrong0');
    const { status, stdout } = await sweepCli(['-I', 'wrong0', '--passes', '1', neighbour]);
    expect(stdout).toMatch(new RegExp(`^${neighbour}\t`));
    expect(status).toBe(0);
    expect(await control.stop()).not.toEqual([]);
  });
});

describe('asking for words instead of frames', () => {
  test('--version prints the version', async () => {
    expect(await sweepCli(['--version'])).toMatchObject({ status: 0, stdout: `${version}\n`, stderr: '' });
  });

  test.each([['--version'], ['--help']])('%s is no failure where its reader has gone', async (word) => {
    const { child, result } = startCli([word]);
    child.stdout?.destroy();
    expect(await result).toMatchObject({ status: 0, stderr: '' });
  });

  test.each([['explain'], ['--help']])('%s says where its words cannot be written', async (word) => {
    const through = ['sh', '-c', 'exec "$@" > /dev/full', 'full'];
    const { status, stderr } = await sweepCli([word], { through });
    expect(status).toBe(3);
    expect(stderr).toMatch(/^arpsweep: Standard output could not be written: .*\(ENOSPC\)\.\nSee where/);
  });

  test.each([['--help'], ['sweep', '--help']])(
    '%s %s shows options, examples and exit codes',
    async (...words) => {
      const { status, stdout, stderr } = await sweepCli(words);
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      for (const word of ['--rate', '--fail-on', 'Examples:', 'Exit codes:']) expect(stdout).toContain(word);
    },
  );
});
