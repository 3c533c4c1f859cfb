import { describe, expect, test } from 'vitest';
import { tableReporter } from '../../../src/reporters/table.js';
import { conflict, example, rendered, responder, troubled } from './example-report.js';

const rowsOf = (text: string): string[] => text.split('\n\n')[0]?.split('\n') ?? [];

describe('the table', () => {
  test('lists every responder, our own address, the findings and what may be missed', async () => {
    const { text, notes } = await rendered(tableReporter, example);
    expect(text).toBe(
      [
        'IP          MAC                RTT ms  Vendor',
        '10.0.0.2    02:00:00:00:00:02          this machine',
        '10.0.0.5    00:50:56:ab:47:53   0.695  db-1.example.net (VMware, Inc.)',
        '            02:00:00:00:00:05  12.250  (random or local MAC)',
        '10.0.0.120  00:1b:21:00:00:01       -  unconfirmed Intel Corporate',
        '',
        'error: duplicate-address: 10.0.0.5 is answered by 2 machines on eth0: 00:50:56:ab:47:53 and 02:00:00:00:00:05.',
        '256 addresses: 2 answered, 1 of this machine, 253 silent; 519 frames in 612 ms; 0.0 % of the questions lost, no host expected to be missed',
        '',
      ].join('\n'),
    );
    expect(notes).toEqual([]);
  });

  test('says what was not tested, what was lost, and how many hosts that may have cost', async () => {
    const { text } = await rendered(tableReporter, troubled);
    expect(text.split('\n').slice(-5)).toEqual([
      'untested: 10.0.0.128-10.0.0.255 on eth0 (send-blocked: nothing could be sent for a second)',
      'warning: the kernel dropped 1,200 frames before they could be read',
      'warning: 1 reply could not be recorded: too many responders',
      'Inconclusive. 256 addresses: 2 answered, 1 of this machine, 125 silent, 128 untested; 519 frames in 612 ms; 3.1 % of the questions lost, at least 1.3 hosts expected to be missed among the addresses asked',
      '',
    ]);
  });

  test('cuts the vendor, and nothing else, to the width of the terminal', async () => {
    const { text } = await rendered(tableReporter, example, { columns: 56 });
    expect(rowsOf(text)[2]).toBe('10.0.0.5    00:50:56:ab:47:53   0.695  db-1.example.net…');
    const narrow = await rendered(tableReporter, example, { columns: 20 });
    expect(rowsOf(narrow.text)[2]).toBe('10.0.0.5    00:50:56:ab:47:53   0.695');
  });

  test('breaks findings and summary between words, and the hosts not at all', async () => {
    const { text } = await rendered(tableReporter, example, { columns: 60 });
    const lines = text.split('\n');
    expect(lines.filter((line) => line.length > 60)).toEqual([]);
    expect(lines.map((line) => line.trim()).join(' ')).toContain(
      `error: duplicate-address: ${conflict.message}`,
    );
  });

  test('says where it asked without an address of its own', async () => {
    const [link] = example.links;
    if (!link) throw new Error('the example has a link');
    const { text } = await rendered(tableReporter, {
      ...example,
      links: [{ ...link, ip: null, prefixLength: null }],
    });
    expect(text).toContain('\neth0: asked without a sender address (SPA 0)\n');
  });

  test('names the link of each host where there are several', async () => {
    const [link] = example.links;
    if (!link) throw new Error('the example has a link');
    const links = [link, { ...link, interface: 'eth1', netns: 'blue', vlan: 7 }];
    const hosts = [
      ...example.hosts,
      { ip: '10.0.0.5', link: 1, self: false, asked: 2, responders: [responder('02:00:00:00:00:99')] },
    ];
    const { text } = await rendered(tableReporter, { ...example, links, hosts });
    expect(rowsOf(text)[0]).toBe('IP          MAC                RTT ms  Link         Vendor');
    expect(rowsOf(text).at(-1)).toBe(
      '10.0.0.5    02:00:00:00:00:99   0.695  blue:eth1@7  (random or local MAC)',
    );
  });

  test('shows those who claim our own address under it', async () => {
    const [own] = example.hosts;
    if (!own) throw new Error('the example has our own address');
    const hosts = [{ ...own, responders: [responder('02:00:00:00:00:66')] }];
    const { text } = await rendered(tableReporter, { ...example, hosts });
    expect(rowsOf(text).slice(1)).toEqual([
      '10.0.0.2  02:00:00:00:00:02          this machine',
      '          02:00:00:00:00:66   0.695  (random or local MAC)',
    ]);
  });

  test('is sorted line by line, each with its address, this machine where its MAC belongs', async () => {
    const { text } = await rendered(tableReporter, example, { sort: 'mac' });
    expect(rowsOf(text).map((row) => row.slice(0, 29).trimEnd())).toEqual([
      'IP          MAC',
      '10.0.0.120  00:1b:21:00:00:01',
      '10.0.0.5    00:50:56:ab:47:53',
      '10.0.0.2    02:00:00:00:00:02',
      '10.0.0.5    02:00:00:00:00:05',
    ]);
    const byIp = await rendered(tableReporter, example, { sort: 'ip' });
    expect(byIp.text).toBe((await rendered(tableReporter, example)).text);
  });

  test('leaves the summary out when quiet, but not the findings', async () => {
    const { text } = await rendered(tableReporter, example, { quiet: true });
    expect(text.trimEnd().split('\n').at(-1)).toBe(`error: duplicate-address: ${conflict.message}`);
  });

  test('emphasises by colour what is in a finding, and aligns as it does without', async () => {
    const plain = await rendered(tableReporter, example);
    const { text } = await rendered(tableReporter, example, { colour: true });
    expect(text).toContain('\x1b[31m10.0.0.5    00:50:56:ab:47:53');
    expect(text).toContain('\n10.0.0.120  00:1b:21:00:00:01');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what colour consists of
    expect(text.replace(/\x1b\[\d+m/g, '')).toBe(plain.text);
  });

  test('lets nothing from outside control the terminal', async () => {
    const name = 'evil\x1b[2J\u009b31m\u202e\nhost';
    const hosts = [
      {
        ip: '10.0.0.5',
        link: 0,
        self: false,
        asked: 2,
        responders: [responder('02:00:00:00:00:05', { name })],
      },
    ];
    const { text } = await rendered(tableReporter, { ...example, hosts, findings: [] });
    expect(rowsOf(text)[1]).toBe('10.0.0.5  02:00:00:00:00:05   0.695  evil[2J31mhost');
  });

  test('is only the summary where nobody answered', async () => {
    const { text } = await rendered(tableReporter, {
      ...example,
      counts: { targets: 1, answered: 0, self: 0, silent: 1, untested: 0 },
      hosts: [],
      findings: [],
      statistics: { ...example.statistics, lossEstimate: null, expectedMissedAtLeast: null },
    });
    expect(text).toBe(
      '1 address: 0 answered, 1 silent; 519 frames in 612 ms; too few answered to tell how many questions were lost\n',
    );
  });

  test('lists the addresses of a finding that its message only counts', async () => {
    const ips = Array.from({ length: 20 }, (_, i) => `10.0.0.${i + 1}`);
    const many = {
      ...conflict,
      ips,
      message: '20 addresses (10.0.0.1 and 19 more) are answered by two machines.',
    };
    const { text } = await rendered(tableReporter, { ...example, findings: [many] });
    expect(text).toContain(`\n  IP   ${ips.slice(0, 16).join(', ')} and 4 more\n`);
  });
});
