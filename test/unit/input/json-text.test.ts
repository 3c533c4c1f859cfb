import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OptionError } from '../../../src/errors.js';
import type { InputFile } from '../../../src/input/input-file.js';
import { parseJsonDocuments } from '../../../src/input/json-text.js';

const file: InputFile = { option: 'names', what: 'names file', path: 'n.json', remedy: 'Give JSON.' };

function refusal(text: string): OptionError {
  try {
    parseJsonDocuments(text, file);
  } catch (error) {
    if (error instanceof OptionError) return error;
  }
  throw new Error('it was taken');
}

describe('documents of JSON', () => {
  it('are read one after the other, whatever they hold', () => {
    fc.assert(
      fc.property(
        fc.array(fc.jsonValue(), { minLength: 1, maxLength: 5 }),
        fc.boolean(),
        (values, pretty) => {
          const text = values.map((value) => JSON.stringify(value, null, pretty ? 2 : undefined)).join('\n');
          // As text they lose what JSON cannot say, such as -0.
          const written = values.map((value) => JSON.parse(JSON.stringify(value)));
          expect(parseJsonDocuments(text, file)).toEqual(written);
        },
      ),
    );
  });

  it.each([
    ['{\n  "a": 1,\n}', 'at line 3, column 1: this is not JSON'],
    ['{"a": 1} x', 'at line 1, column 10: this is not JSON'],
    ['{"a": [1, 2', 'at line 1, column 12: the JSON ends too early'],
    ['', 'at line 1, column 1: the JSON ends too early'],
    ['{"a" 1}', 'at line 1, column 6: this is not JSON'],
    ["{'a': 1}", 'at line 1, column 2: this is not JSON'],
    ['{"a": 01}', 'at line 1, column 8: this is not JSON'],
    ['[1 2]', 'at line 1, column 4: this is not JSON'],
    ['{"a": "tab\there"}', 'at line 1, column 7: this is not JSON'],
    ['[}', 'at line 1, column 2: this is not JSON'],
    ['{"a": ]', 'at line 1, column 7: this is not JSON'],
  ])('%j are refused %s', (text, message) => {
    const error = refusal(text);
    expect(error.message).toBe(`The names file "n.json" is wrong ${message}.`);
    expect(error).toMatchObject({ code: 'ERR_OPTION', option: 'names', remedy: 'Give JSON.' });
  });

  it('are refused wherever JSON.parse refuses them, and nowhere else', () => {
    const one = fc
      .json()
      .chain((text) =>
        fc.tuple(
          fc.constant(text),
          fc.nat(text.length),
          fc.constantFrom('', ',', '}', ']', '"', '1', '\\', ' '),
        ),
      );
    fc.assert(
      fc.property(one, ([text, at, stray]) => {
        const broken = text.slice(0, at) + stray + text.slice(at + 1);
        let parsed: unknown;
        try {
          parsed = JSON.parse(broken);
        } catch {
          // It may still be several documents in a row.
          try {
            parseJsonDocuments(broken, file);
          } catch (error) {
            expect(error).toBeInstanceOf(OptionError);
          }
          return;
        }
        expect(parseJsonDocuments(broken, file)).toEqual([parsed]);
      }),
    );
  });
});
