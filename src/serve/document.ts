/** A long JSON text that is made once for all who ask for it, without holding up whatever else the process does. */

import { setImmediate as nextTurn } from 'node:timers/promises';

export interface Document {
  readonly chunks: readonly Buffer[];
  readonly length: number;
}

const chunkCharacters = 1 << 16;

/** Takes the lines from `lines` some at a time: making them may take a while. */
export async function documentOf(lines: Iterable<string>): Promise<Document> {
  const chunks: Buffer[] = [];
  let length = 0;
  let text = '';
  const close = (): void => {
    const chunk = Buffer.from(text);
    chunks.push(chunk);
    length += chunk.length;
    text = '';
  };
  for (const line of lines) {
    text += `${line}\n`;
    if (text.length < chunkCharacters) continue;
    close();
    await nextTurn();
  }
  if (text !== '') close();
  return { chunks, length };
}

/**
 * Makes a document anew when it is asked for, but so seldom that making it takes a twentieth of the time at the most.
 * @param now a monotonic clock, in ms
 */
export function refreshedDocument(make: () => Iterable<string>, now: () => number): () => Promise<Document> {
  let latest: Promise<Document> | null = null;
  let staleAtMs = 0;

  async function remake(): Promise<Document> {
    const startedAtMs = now();
    staleAtMs = Number.POSITIVE_INFINITY;
    try {
      return await documentOf(make());
    } finally {
      staleAtMs = now() + 20 * (now() - startedAtMs);
    }
  }

  return () => {
    if (latest === null || now() > staleAtMs) latest = remake();
    return latest;
  };
}
