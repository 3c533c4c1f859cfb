import { describe, expect, test } from 'vitest';
import { type LayoutFlags, layoutOf } from '../../../src/cli/layout.js';
import { fieldNames } from '../../../src/reporters/field-names.js';

describe('the layout of results', () => {
  test.each<[LayoutFlags, Awaited<ReturnType<typeof layoutOf>>]>([
    [{}, { format: null, sort: null, fields: null }],
    [{ sort: 'rtt' }, { format: null, sort: 'rtt', fields: null }],
    [{ fields: 'ip' }, { format: 'plain', sort: null, fields: ['ip'] }],
    [
      { format: 'csv', sort: 'mac', fields: 'mac, ip,rtt' },
      { format: 'csv', sort: 'mac', fields: ['mac', 'ip', 'rtt'] },
    ],
  ])('of %j', async (flags, layout) => {
    expect(await layoutOf(flags)).toEqual(layout);
  });

  test.each<[LayoutFlags, string, string]>([
    [{ fields: 'ip,color' }, '"color"', fieldNames.join(', ')],
    [{ fields: '' }, '""', fieldNames.join(', ')],
    [{ fields: 'ip,' }, '""', fieldNames.join(', ')],
    [{ fields: 'toString' }, '"toString"', fieldNames.join(', ')],
    [{ format: 'json', fields: 'ip' }, 'json', 'plain, csv'],
    [{ format: 'table', fields: 'ip' }, 'table', 'plain, csv'],
    [{ format: 'json', sort: 'ip' }, 'json', 'table, plain, csv'],
    [{ format: 'ndjson', sort: 'first' }, 'ndjson', 'table, plain, csv'],
  ])('refuses %j in a sentence that names what would do', async (flags, quoted, remedy) => {
    await expect(layoutOf(flags)).rejects.toMatchObject({
      code: 'ERR_OPTION',
      message: expect.stringContaining(quoted),
      remedy: expect.stringContaining(remedy),
    });
  });
});
