/** What there is to say of a kind of finding: docs/findings/KIND.md, for people at a terminal. */
import { readFileSync } from 'node:fs';
import type { FindingKind } from '../generated/report-types.js';
import type { Paint } from '../reporters/colour.js';
import { wrapped } from '../reporters/text.js';

/** One path serves both the compiled module in dist/ and its source in src/. */
const fileOf = (kind: FindingKind): URL => new URL(`../../docs/findings/${kind}.md`, import.meta.url);

export interface Explanation {
  /** `error`, `warning` or `info`, and where it is another. */
  readonly severity: string;
  /** What the finding says, in one sentence. */
  readonly summary: string;
  /** Everything below, in Markdown. */
  readonly body: string;
}

export function explanationOf(kind: FindingKind): Explanation {
  const [heading = '', summary = '', ...rest] = readFileSync(fileOf(kind), 'utf8').split('\n\n');
  const severity = /\((.*)\)$/.exec(heading)?.[1] ?? '';
  return { severity, summary: summary.replaceAll('\n', ' '), body: rest.join('\n\n') };
}

/**
 * The lines of an explanation: paragraphs and lists are broken anew at `columns`; commands stay as they are, to be
 * copied. Of Markdown it knows what docs/findings uses: headings, paragraphs, lists and fenced code.
 */
export function* explanationLines(kind: FindingKind, columns: number, paint: Paint): Generator<string> {
  const { severity, summary, body } = explanationOf(kind);
  yield paint(`${kind} (${severity})`, 'strong');
  yield '';
  yield* wrapped(summary, columns, '');
  for (const block of blocksOf(body)) {
    yield '';
    yield* linesOf(block, columns, paint);
  }
}

/** Blocks are parted by empty lines, but for those within code. */
function blocksOf(body: string): string[] {
  return body.match(/```[\s\S]*?\n```|[^\n]+(?:\n(?!\n|```)[^\n]+)*/g) ?? [];
}

function* linesOf(block: string, columns: number, paint: Paint): Generator<string> {
  if (block.startsWith('```')) {
    for (const line of block.split('\n').slice(1, -1)) yield line === '' ? '' : `    ${line}`;
  } else if (block.startsWith('#')) {
    yield paint(block.replace(/^#+ /, ''), 'strong');
  } else if (block.startsWith('- ')) {
    for (const item of block.split(/\n(?=- )/)) yield* wrapped(oneLine(item), columns);
  } else {
    yield* wrapped(oneLine(block), columns, '');
  }
}

const oneLine = (text: string): string => text.replace(/\n */g, ' ');
