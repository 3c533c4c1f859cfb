/** How anything is answered: with a length, for so long at the most, and so that a browser makes no more of it than it is. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string | readonly Buffer[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** Whoever takes longer to read an answer does so in order to hold it. */
const longestAnswerMs = 60_000;

const guards: Readonly<Record<string, string>> = {
  'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'Cache-Control': 'no-store',
};

export const plainText = 'text/plain; charset=utf-8';

/** One sentence for people. */
export function sentence(
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return { status, type: plainText, body: `${text}\n`, headers };
}

export function head(
  response: ServerResponse,
  { status, type, headers = {} }: Omit<Answer, 'body'>,
  length?: number,
): void {
  for (const [name, value] of Object.entries({ ...guards, ...headers })) response.setHeader(name, value);
  if (status !== 304) response.setHeader('Content-Type', type);
  if (length !== undefined && status !== 304) response.setHeader('Content-Length', length);
  response.writeHead(status);
}

/** Calls back when an answer is over, however it ended: also one that waited behind another when the connection broke. */
export function whenOver({ socket }: IncomingMessage, response: ServerResponse, done: () => void): void {
  const over = (): void => {
    response.off('close', over);
    socket.off('close', over);
    done();
  };
  if (socket.destroyed) {
    done();
    return;
  }
  response.once('close', over);
  socket.once('close', over);
}

/** Resolves when it is written, or when the client has gone. */
export async function send(
  request: IncomingMessage,
  response: ServerResponse,
  answer: Answer,
): Promise<void> {
  const { body } = answer;
  const chunks = typeof body === 'string' ? [Buffer.from(body)] : body;
  const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  head(response, answer, length);
  if (request.method === 'HEAD' || answer.status === 304) {
    response.end();
    return;
  }
  const [only = Buffer.alloc(0)] = chunks;
  const deadline = setTimeout(() => response.destroy(), longestAnswerMs);
  whenOver(request, response, () => clearTimeout(deadline));
  if (chunks.length <= 1) response.end(only);
  // Rejects where the client goes away, which is its own affair.
  else await pipeline(Readable.from(chunks), response).catch(() => undefined);
}
