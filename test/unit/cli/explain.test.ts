import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import schema from '../../../schema/report-v1.schema.json' with { type: 'json' };
import { explanationLines, explanationOf } from '../../../src/cli/explanation.js';
import { findingKinds } from '../../../src/cli/finding-kinds.js';
import { painter } from '../../../src/reporters/colour.js';

const directory = new URL('../../../docs/findings/', import.meta.url);
const sections = ['## What it means', '## Why it happens', '## Confirm it by hand', '## Fix it'];

it('every kind that a report may hold has its text, and there is no text without a kind', () => {
  const kinds = schema.definitions.FindingKind.enum;
  expect([...findingKinds].sort()).toEqual(kinds.toSorted());
  const files = readdirSync(directory).map((file) => file.replace(/\.md$/, ''));
  expect(files.sort()).toEqual(kinds.toSorted());
});

describe.each(findingKinds)('%s', (kind) => {
  const text = readFileSync(new URL(`${kind}.md`, directory), 'utf8');

  it('is explained in four steps, and confirmed by commands', () => {
    const { severity, summary, body } = explanationOf(kind);
    expect(text).toMatch(new RegExp(`^# ${kind} \\((error|warning|info)[^)]*\\)\\n\\n`));
    expect(severity).toMatch(/^(error|warning|info)/);
    expect(summary).toMatch(/^[A-Z].*\.$/);
    expect(body.match(/^## .*$/gm)).toEqual(sections);
    const parts = body.split(/^## .*\n\n/m).slice(1);
    expect(parts.every((part) => part.trim().length > 60)).toBe(true);
    const [, , confirm = ''] = parts;
    expect(confirm).toMatch(/^```sh\n(?:.+\n)+```$/m);
  });

  it('fits a terminal, and loses none of its words', () => {
    const lines = [...explanationLines(kind, 72, painter(false))];
    const isCode = (line: string) => line.startsWith('    ');
    for (const line of lines) if (!isCode(line)) expect(line.length).toBeLessThanOrEqual(72);
    const words = (of: string) =>
      of.split(/\s+/).filter((word) => word !== '' && !/^(#+|```(sh)?)$/.test(word));
    expect(words(lines.join('\n'))).toEqual(words(text));
  });
});
