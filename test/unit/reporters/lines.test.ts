import { describe, expect, test } from 'vitest';
import { csvReporter } from '../../../src/reporters/csv.js';
import { ndjsonReporter } from '../../../src/reporters/ndjson.js';
import { plainReporter } from '../../../src/reporters/plain.js';
import { conflict, example, heard, recorder, rendered, responder, troubled } from './example-report.js';

describe('plain', () => {
  test('writes a line for each responder as it is heard', () => {
    const { output, text } = recorder();
    const { responder: hear } = plainReporter(output);
    hear?.(heard('10.0.0.5', '00:50:56:ab:47:53', { vendor: 'VMware, Inc.', name: 'db-1' }));
    expect(text()).toBe('10.0.0.5\t00:50:56:ab:47:53\t0.695\teth0\tdb-1\n');
    hear?.(
      heard('10.0.0.5', '00:1b:21:00:00:01', {
        rttMs: null,
        vendor: 'Intel Corporate',
        netns: 'blue',
        vlan: 7,
      }),
    );
    hear?.(heard('10.0.0.5', '02:00:00:00:00:05', { rttMs: 12 }));
    expect(text().split('\n').slice(1)).toEqual([
      '10.0.0.5\t00:1b:21:00:00:01\t-\tblue:eth0@7\tIntel Corporate',
      '10.0.0.5\t02:00:00:00:00:05\t12.000\teth0\t(random or local MAC)',
      '',
    ]);
  });

  test('keeps a line a line, whatever a name holds', () => {
    const { output, text } = recorder();
    plainReporter(output).responder?.(heard('10.0.0.5', '02:00:00:00:00:05', { name: 'a\tb\r\nc\x1b[0m' }));
    expect(text()).toBe('10.0.0.5\t02:00:00:00:00:05\t0.695\teth0\tabc[0m\n');
  });

  test('says at the end on standard error, and only there, what was found wrong and not tested', async () => {
    expect(await rendered(plainReporter, example)).toEqual({
      text: '',
      notes: [`error: duplicate-address: ${conflict.message}`],
    });
    expect((await rendered(plainReporter, troubled)).notes).toEqual([
      'untested: 10.0.0.128-10.0.0.255 on eth0 (send-blocked: nothing could be sent for a second)',
      'warning: the kernel dropped 1,200 frames before they could be read',
      'warning: 1 reply could not be recorded: too many responders',
    ]);
  });

  test('passes on that its reader wants no more for now', () => {
    const busy = Promise.resolve();
    const { output } = recorder({ write: () => busy });
    expect(plainReporter(output).responder?.(heard('10.0.0.5', '02:00:00:00:00:05'))).toBe(busy);
  });
});

describe('csv', () => {
  test('has a header and a row for each responder', async () => {
    const { text, notes } = await rendered(csvReporter, example);
    expect(text).toBe(
      [
        'ip,mac,rtt_ms,replies,confirmed,interface,netns,vlan,vendor,name,first_at',
        '10.0.0.5,00:50:56:ab:47:53,0.695,2,true,eth0,,,"VMware, Inc.",db-1.example.net,2026-03-01T12:00:00.100Z',
        '10.0.0.5,02:00:00:00:00:05,12.250,2,,eth0,,,,,2026-03-01T12:00:00.100Z',
        '10.0.0.120,00:1b:21:00:00:01,,2,false,eth0,,,Intel Corporate,,2026-03-01T12:00:00.100Z',
        '',
      ].join('\n'),
    );
    expect(notes).toEqual([`error: duplicate-address: ${conflict.message}`]);
  });

  test('quotes what RFC 4180 wants quoted', async () => {
    const odd = responder('02:00:00:00:00:05', { vendor: 'The "Best", Ltd.', name: 'two\nlines' });
    const hosts = [{ ip: '10.0.0.5', link: 0, self: false, asked: 2, responders: [odd] }];
    const { text } = await rendered(csvReporter, { ...example, hosts });
    expect(text).toContain(',"The ""Best"", Ltd.","two\nlines",');
  });
});

describe('ndjson', () => {
  test('writes an object in a line for each responder, each finding, and the rest of the report', async () => {
    const { output, text } = recorder();
    const reporter = ndjsonReporter(output);
    const first = heard('10.0.0.5', '00:50:56:ab:47:53');
    reporter.responder?.(first);
    await reporter.report(example);
    const { hosts: _, ...rest } = example;
    expect(
      text()
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([
      { type: 'responder', ...first },
      { type: 'finding', ...conflict },
      { type: 'summary', ...rest },
    ]);
  });
});
