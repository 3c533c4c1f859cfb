import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { describe, expect, test } from 'vitest';
import type { Report } from '../../../src/generated/report-types.js';
import { jsonReporter } from '../../../src/reporters/json.js';
import { example, rendered, responder, troubled } from './example-report.js';

const schema = JSON.parse(
  readFileSync(new URL('../../../schema/report-v1.schema.json', import.meta.url), 'utf8'),
);
const ajv = new Ajv({ allErrors: true, allowUnionTypes: true });
addFormats.default(ajv);
const validate = ajv.compile<Report>(schema);

describe('json', () => {
  test.each([
    ['with hosts', example],
    ['without hosts', { ...example, hosts: [] }],
    ['that was cut short', troubled],
  ])('is the pretty-printed document of a report %s, and fits the schema', async (_, report) => {
    const { text } = await rendered(jsonReporter, report);
    expect(text).toBe(`${JSON.stringify(report, null, 2)}\n`);
    validate(JSON.parse(text));
    expect(validate.errors).toBeNull();
  });

  test('is written in pieces, so that a large report never is one string', async () => {
    const hosts = Array.from({ length: 20_000 }, (_, i) => ({
      ip: `10.1.${i >> 8}.${i & 255}`,
      link: 0,
      self: false,
      asked: 2,
      responders: [responder('02:00:00:00:00:05')],
    }));
    const pieces: string[] = [];
    let pending = 0;
    const write = async (text: string): Promise<void> => {
      expect(pending++).toBe(0);
      pieces.push(text);
      await Promise.resolve();
      pending--;
    };
    await rendered(jsonReporter, { ...example, hosts }, { write });
    expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThan(100_000);
    expect(JSON.parse(pieces.join(''))).toEqual({ ...example, hosts });
  });
});
