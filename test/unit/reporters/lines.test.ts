import { describe, expect, test } from 'vitest';
import type { Report } from '../../../src/generated/report-types.js';
import { csvReporter } from '../../../src/reporters/csv.js';
import { type FieldName, fieldNames } from '../../../src/reporters/field-names.js';
import { ndjsonReporter } from '../../../src/reporters/ndjson.js';
import { type SortKey, sortKeys } from '../../../src/reporters/order.js';
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

describe('lines in order', () => {
  const at = (second: number) => `2026-03-01T12:00:0${second}.000Z`;
  /** Four machines, each first, last or unknown in something of its own. */
  const mixed: Report = {
    ...example,
    findings: [],
    hosts: [
      { ip: '10.0.0.9', mac: '02:00:00:00:00:0d', rttMs: 5, vendor: 'acme', firstAt: at(3) },
      { ip: '10.0.0.10', mac: '02:00:00:00:00:0a', rttMs: null, vendor: null, firstAt: at(1) },
      { ip: '10.0.0.11', mac: '02:00:00:00:00:0c', rttMs: 40, vendor: 'Zebra', firstAt: at(2) },
      { ip: '10.0.0.12', mac: '02:00:00:00:00:0b', rttMs: 0.5, vendor: 'Bull', firstAt: at(2) },
    ].map(({ ip, mac, ...rest }) => ({
      ip,
      link: 0,
      self: false,
      asked: 2,
      responders: [responder(mac, rest)],
    })),
  };
  const expected: Record<SortKey, readonly number[]> = {
    ip: [9, 10, 11, 12],
    mac: [10, 12, 11, 9],
    rtt: [12, 9, 11, 10],
    vendor: [9, 12, 11, 10],
    first: [10, 11, 12, 9],
  };

  test.each(sortKeys)('by %s, what is not known last and what is equal by address', async (sort) => {
    const addresses = expected[sort].map((last) => `10.0.0.${last}`);
    const firstFields = (text: string) =>
      text
        .trimEnd()
        .split('\n')
        .map((line) => /^[\d.]+/.exec(line)?.[0])
        .filter((ip) => ip !== undefined);
    expect(firstFields((await rendered(plainReporter, mixed, { sort })).text)).toEqual(addresses);
    expect(firstFields((await rendered(csvReporter, mixed, { sort })).text)).toEqual(addresses);
  });

  test('wait for the end, in plain as well', () => {
    expect(plainReporter(recorder({ sort: 'ip' }).output).responder).toBeUndefined();
    expect(plainReporter(recorder().output).responder).toBeDefined();
  });
});

describe('chosen fields', () => {
  const fields: readonly FieldName[] = ['vendor', 'ip', 'confirmed', 'netns', 'rtt', 'first'];

  test('are the columns of csv, headed by name and unit', async () => {
    const { text } = await rendered(csvReporter, example, { fields });
    expect(text.split('\n')).toEqual([
      'vendor,ip,confirmed,netns,rtt_ms,first_at',
      '"VMware, Inc.",10.0.0.5,true,,0.695,2026-03-01T12:00:00.100Z',
      ',10.0.0.5,,,12.250,2026-03-01T12:00:00.100Z',
      'Intel Corporate,10.0.0.120,false,,,2026-03-01T12:00:00.100Z',
      '',
    ]);
  });

  test('are the columns of plain, and wait for the end where one is known only then', async () => {
    const { text } = await rendered(plainReporter, example, { fields });
    expect(text.split('\n')).toEqual([
      'VMware, Inc.\t10.0.0.5\ttrue\t-\t0.695\t2026-03-01T12:00:00.100Z',
      '-\t10.0.0.5\t-\t-\t12.250\t2026-03-01T12:00:00.100Z',
      'Intel Corporate\t10.0.0.120\tfalse\t-\t-\t2026-03-01T12:00:00.100Z',
      '',
    ]);
    expect(plainReporter(recorder({ fields }).output).responder).toBeUndefined();
  });

  test('are printed as they are heard where that is possible', async () => {
    const { output, text } = recorder({ fields: ['mac', 'ip'] });
    const reporter = plainReporter(output);
    reporter.responder?.(heard('10.0.0.5', '02:00:00:00:00:05'));
    await reporter.report(example);
    expect(text()).toBe('02:00:00:00:00:05\t10.0.0.5\n');
  });

  test('may be all there are', async () => {
    const { text } = await rendered(csvReporter, example, { fields: fieldNames });
    const [header, first] = text.split('\n');
    expect(header).toBe(
      'ip,mac,rtt_ms,link,who,replies,confirmed,interface,netns,vlan,vendor,name,first_at,fingerprint',
    );
    expect(first).toBe(
      '10.0.0.5,00:50:56:ab:47:53,0.695,eth0,db-1.example.net,2,true,eth0,,,"VMware, Inc.",db-1.example.net,2026-03-01T12:00:00.100Z,',
    );
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
