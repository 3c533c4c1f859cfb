/**
 * The text of a state file: JSON with a line for each item, and as its last line the SHA-256 of all lines before, by which
 * a file that was torn is told from a whole one. By hand: `head -n -1 FILE | sha256sum`.
 */

import { createHash } from 'node:crypto';
import { listNames, type StateInParts } from './state-parts.js';

/** Bytes of one piece: few enough to be made in a millisecond, enough for a write to be worth its while. */
const pieceLength = 1 << 16;

/** The text in pieces. Other work may be done between two of them. */
export function* stateText(state: StateInParts): Generator<Buffer> {
  const hash = createHash('sha256');
  let pending = '';
  for (const text of linesOf(state)) {
    pending += text;
    if (pending.length < pieceLength) continue;
    const piece = Buffer.from(pending);
    hash.update(piece);
    pending = '';
    yield piece;
  }
  hash.update(pending);
  yield Buffer.from(`${pending}"sha256":"${hash.digest('hex')}"}\n`);
}

function* linesOf({ schemaVersion, command, tool, savedAt, ...lists }: StateInParts): Generator<string> {
  // In this order: see headForm.
  yield `${JSON.stringify({ schemaVersion, command, tool, savedAt }).slice(0, -1)},\n`;
  for (const name of listNames) {
    yield `"${name}":[`;
    let separator = '\n';
    for (const item of lists[name]) {
      yield separator + JSON.stringify(item);
      separator = ',\n';
    }
    yield '],\n';
  }
}

/** What every version of the file begins and ends with. */
const headForm = /^\{"schemaVersion":\d+,"command":"watch","tool":\{/;
const headOfOne = '{"schemaVersion":1,"command":"watch","tool":{';
const lastLineForm = /^"sha256":"([0-9a-f]{64})"\}\n$/;
const lastLineLength = '"sha256":""}\n'.length + 64;

/** `cut`: it is ours, and its end is missing. `changed`: its checksum is not that of what it holds. */
export type Wholeness = 'whole' | 'cut' | 'changed' | 'foreign';

/** Tells whether bytes are the text of a state, all of it and nothing else. */
export async function wholenessOf(pieces: AsyncIterable<Buffer>, size: number): Promise<Wholeness> {
  const hash = createHash('sha256');
  const end = size - lastLineLength;
  let at = 0;
  let head = '';
  let lastLine = '';
  for await (const piece of pieces) {
    head ||= piece.toString('latin1', 0, 64);
    hash.update(piece.subarray(0, Math.max(0, end - at)));
    lastLine += piece.toString('latin1', Math.max(0, end - at));
    at += piece.length;
  }
  if (!headForm.test(head)) return isBeginningOfHead(head) ? 'cut' : 'foreign';
  const checksum = lastLineForm.exec(lastLine)?.[1];
  if (checksum === undefined) return 'cut';
  return hash.digest('hex') === checksum ? 'whole' : 'changed';
}

function isBeginningOfHead(text: string): boolean {
  return headOfOne.startsWith(text.replace(/\d+/, '1'));
}
