/** `arpsweep explain [KIND]`: what a finding means, why it happens, how to confirm it by hand and how to fix it. */
import { OptionError } from '../errors.js';
import { painter } from '../reporters/colour.js';
import { wrapped } from '../reporters/text.js';
import { explanationLines, explanationOf } from './explanation.js';
import { findingKinds, isFindingKind } from './finding-kinds.js';
import { print } from './print.js';
import { columnsOf, wantsColour } from './terminal.js';

export interface ExplainFlags {
  readonly color: boolean;
}

/** Longer lines of prose are hard to read, and a file or pipe has no width of its own. */
const widest = 100;
const unknownWidth = 80;

const footnote =
  'Commands that begin with "show" are a switch\'s, in the words of Cisco; arping is that of iputils. IP, MAC and the like stand for yours, eth0 for the interface that you sweep on.';

/**
 * Without a kind, lists them all with a sentence each.
 * @throws OptionError where there is no such kind
 */
export async function runExplainCommand(kind: string | undefined, flags: ExplainFlags): Promise<number> {
  const { stdout } = process;
  const columns = Math.min(columnsOf(stdout) ?? unknownWidth, widest);
  const paint = painter(wantsColour(stdout, flags.color));
  const lines =
    kind === undefined
      ? listLines(columns)
      : [...explanationLines(known(kind), columns, paint), '', ...wrapped(footnote, columns, '')];
  await print(`${lines.join('\n')}\n`);
  return 0;
}

function known(kind: string) {
  if (isFindingKind(kind)) return kind;
  throw new OptionError(
    'kind',
    `There is no kind of finding ${JSON.stringify(kind)}.`,
    `There are: ${findingKinds.join(', ')}.`,
  );
}

function listLines(columns: number): string[] {
  const width = Math.max(...findingKinds.map((kind) => kind.length)) + 2;
  return findingKinds.flatMap((kind) =>
    wrapped(kind.padEnd(width) + explanationOf(kind).summary, columns, ' '.repeat(width)),
  );
}
