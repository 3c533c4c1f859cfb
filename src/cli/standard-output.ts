/** Standard output with back-pressure, and what to do when its reader goes away. */
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { ArpsweepError } from '../errors.js';
import { fileProblem } from '../input/file-problem.js';
import type { Output } from './output.js';

/** Lines that are heard together leave together; more than this does not wait for company. */
const flushLength = 1 << 16;

export interface StandardOutputOptions {
  /** Called before text appears, to clear a progress line out of its way. */
  readonly beforeWrite: () => void;
  /** Called once when nothing more can be written; most often the reader has closed the pipe (`| head -1`). */
  readonly onReaderGone: () => void;
  readonly stream?: Writable;
}

/** What a user is told of an error that came of writing to standard output. */
export function unwritable(error: NodeJS.ErrnoException): ArpsweepError {
  return new ArpsweepError(
    error.code ?? 'EIO',
    `Standard output could not be written: ${fileProblem(error)}.`,
    'See where it is redirected to, or write to a file with --output.',
    { cause: error },
  );
}

export function standardOutput(options: StandardOutputOptions): Output {
  const { beforeWrite, onReaderGone, stream = process.stdout } = options;
  const gone = new AbortController();
  let pending = '';
  let scheduled = false;
  let failure: Error | null = null;

  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') failure ??= error;
    if (gone.signal.aborted) return;
    gone.abort();
    onReaderGone();
  });

  async function drained(): Promise<void> {
    // Rejects when the reader goes away, which the error handler above has seen to.
    await once(stream, 'drain', { signal: gone.signal }).catch(() => undefined);
  }

  function flush(): Promise<void> | undefined {
    scheduled = false;
    const text = pending;
    pending = '';
    if (text === '' || gone.signal.aborted) return undefined;
    beforeWrite();
    return stream.write(text) ? undefined : drained();
  }

  function write(text: string): Promise<void> | undefined {
    pending += text;
    if (pending.length >= flushLength || stream.writableNeedDrain) return flush();
    if (!scheduled) {
      scheduled = true;
      setImmediate(flush);
    }
    return undefined;
  }

  return {
    write,
    async finish() {
      await flush();
      if (!gone.signal.aborted) await new Promise<void>((resolve) => stream.write('', () => resolve()));
      if (failure) throw unwritable(failure);
    },
    async discard() {
      await flush();
    },
  };
}
