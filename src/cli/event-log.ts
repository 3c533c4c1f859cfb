/**
 * The lines of a service on standard output: whoever has stopped reading them loses lines, and never holds up what the service is
 * there for.
 */
import type { Writable } from 'node:stream';

/** Waiting for a reader who will perhaps read on. */
const mostWaitingBytes = 1 << 20;

export interface EventLog {
  write(line: string): void;
  /** Resolves when what was taken is written, or nobody reads it any more within so many ms. */
  finish(patienceMs: number): Promise<void>;
}

/** @param onLoss told how many lines were lost, once the reader reads on */
export function createEventLog(stream: Writable, onLoss: (lines: number) => void): EventLog {
  let lost = 0;
  let isGone = false;
  stream.on('error', () => {
    isGone = true;
  });
  stream.on('drain', () => {
    if (lost === 0) return;
    onLoss(lost);
    lost = 0;
  });

  return {
    write(line) {
      if (isGone) return;
      if (stream.writableLength > mostWaitingBytes) lost++;
      else stream.write(`${line}\n`);
    },
    finish(patienceMs) {
      return new Promise((resolve) => {
        const timer = setTimeout(resolve, isGone ? 0 : patienceMs);
        if (!isGone) {
          stream.write('', () => {
            clearTimeout(timer);
            resolve();
          });
        }
      });
    },
  };
}
