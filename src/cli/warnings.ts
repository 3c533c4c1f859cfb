/** What a person must know that no report tells, on standard error. */
import { wrapped } from '../reporters/text.js';
import { columnsOf } from './terminal.js';

/** @param sentences in lower case, without the full stop */
export function printWarnings(sentences: readonly string[]): void {
  const { stderr } = process;
  for (const sentence of sentences) {
    for (const line of wrapped(`warning: ${sentence}`, columnsOf(stderr))) stderr.write(`${line}\n`);
  }
}
