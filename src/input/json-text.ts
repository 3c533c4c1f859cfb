/** JSON from people's files: where it is wrong is said by line and column, which `JSON.parse` does not in every Node. */

import { type InputFile, refuseInput } from './input-file.js';

/**
 * The documents of a text, one after the other, as `cat *.json` leaves them.
 * @throws OptionError that points at the first character that cannot stand where it does
 */
export function parseJsonDocuments(text: string, file: InputFile): unknown[] {
  try {
    return [JSON.parse(text)];
  } catch {
    return [...separateDocuments(text, file)];
  }
}

function* separateDocuments(text: string, file: InputFile): Generator<unknown> {
  let from = 0;
  do {
    const value = scanValue(text, from);
    if ('fault' in value) {
      const problem = value.fault === text.length ? 'the JSON ends too early' : 'this is not JSON';
      refuseInput(file, placeOf(text, value.fault), problem);
    }
    yield JSON.parse(text.slice(from, value.end));
    from = skipBlanks(text, value.end);
  } while (from < text.length);
}

/** `line 3, column 7`, both from 1. */
function placeOf(text: string, offset: number): string {
  const lines = text.slice(0, offset).split('\n');
  return `line ${lines.length}, column ${(lines.at(-1) ?? '').length + 1}`;
}

/** RFC 8259: a structural character, a string, a number or a literal name. */
const token =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what no string may hold
  /[[\]{}:,]|"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

const blanks = /[ \t\n\r]*/y;

function skipBlanks(text: string, from: number): number {
  blanks.lastIndex = from;
  blanks.test(text);
  return blanks.lastIndex;
}

/** What may come next; with a question mark, the end of what is open as well. */
type Wanted = 'value' | 'value?' | 'key' | 'key?' | ':' | ',?';

/** Finds where the value that begins at an offset ends, or where it stops being JSON. */
function scanValue(text: string, from: number): { readonly end: number } | { readonly fault: number } {
  const closers: ('}' | ']')[] = [];
  let wanted: Wanted = 'value';
  for (let at = skipBlanks(text, from); ; at = skipBlanks(text, at)) {
    token.lastIndex = at;
    const word = token.exec(text)?.[0];
    const next: Wanted | null = word === undefined ? null : follow(word, wanted, closers);
    if (word === undefined || next === null) return { fault: at };
    at += word.length;
    if (next === ',?' && closers.length === 0) return { end: at };
    wanted = next;
  }
}

/** What is wanted after a word, or null where the word is not what was wanted. Opens and closes what it says. */
function follow(word: string, wanted: Wanted, closers: ('}' | ']')[]): Wanted | null {
  if (wanted.endsWith('?') && word === closers.at(-1)) {
    closers.pop();
    return ',?';
  }
  switch (wanted) {
    case ',?':
      return word !== ',' ? null : closers.at(-1) === '}' ? 'key' : 'value';
    case ':':
      return word === ':' ? 'value' : null;
    case 'key':
    case 'key?':
      return word.startsWith('"') ? ':' : null;
    default:
      if (/^[\]}:,]/.test(word)) return null;
      if (word === '{') closers.push('}');
      if (word === '[') closers.push(']');
      return word === '{' ? 'key?' : word === '[' ? 'value?' : ',?';
  }
}
