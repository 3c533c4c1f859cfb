import { Writable } from 'node:stream';
import { describe, expect, test, vi } from 'vitest';
import { standardOutput } from '../../../src/cli/standard-output.js';

/** A stream whose reader takes a piece only when it is told to. */
function slowStream(): { stream: Writable; pieces: string[]; take: () => void } {
  const pieces: string[] = [];
  let taken: (() => void) | undefined;
  const stream = new Writable({
    highWaterMark: 4,
    decodeStrings: false,
    write(text: string, _, callback) {
      pieces.push(text);
      if (text === '') callback();
      else taken = callback;
    },
  });
  return { stream, pieces, take: () => taken?.() };
}

function failingStream(code: string): Writable {
  return new Writable({
    write(_chunk, _encoding, callback) {
      callback(Object.assign(new Error(`${code}: it failed, write`), { code }));
    },
  });
}

describe('standard output', () => {
  test('lets lines that are written together leave together, and finishes once they are gone', async () => {
    const { stream, pieces, take } = slowStream();
    const beforeWrite = vi.fn();
    const output = standardOutput({ stream, beforeWrite, onReaderGone: () => {} });
    expect(output.write('one\n')).toBeUndefined();
    output.write('two\n');
    await vi.waitFor(() => expect(pieces).toEqual(['one\ntwo\n']));
    expect(beforeWrite).toHaveBeenCalledTimes(1);

    let finished = false;
    const finish = output.finish().then(() => {
      finished = true;
    });
    await new Promise(setImmediate);
    expect(finished).toBe(false);
    take();
    await finish;
  });

  test('asks for patience while its reader does not read', async () => {
    const { stream, pieces, take } = slowStream();
    const output = standardOutput({ stream, beforeWrite: () => {}, onReaderGone: () => {} });
    const large = 'x'.repeat(100_000);
    let welcome = false;
    const written = output.write(large)?.then(() => {
      welcome = true;
    });
    expect(pieces).toEqual([large]);
    await new Promise(setImmediate);
    expect(welcome).toBe(false);
    take();
    await written;
    expect(welcome).toBe(true);
  });

  test('goes quiet when its reader has gone, and says so once', async () => {
    const onReaderGone = vi.fn();
    const output = standardOutput({ stream: failingStream('EPIPE'), beforeWrite: () => {}, onReaderGone });
    await output.write('x'.repeat(100_000));
    await vi.waitFor(() => expect(onReaderGone).toHaveBeenCalledTimes(1));
    await output.write('more'.repeat(100_000));
    await expect(output.finish()).resolves.toBeUndefined();
    expect(onReaderGone).toHaveBeenCalledTimes(1);
  });

  test('fails where the disk is full', async () => {
    const output = standardOutput({
      stream: failingStream('ENOSPC'),
      beforeWrite: () => {},
      onReaderGone: () => {},
    });
    await output.write('x'.repeat(100_000));
    await expect(output.finish()).rejects.toMatchObject({ code: 'ENOSPC' });
  });
});
