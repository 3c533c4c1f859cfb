/** The lines of a service on standard output. */
import { PassThrough, Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { createEventLog } from '../../../src/cli/event-log.js';

test('a reader who stops reading loses lines, is told how many, and holds nobody up', async () => {
  const stream = new PassThrough();
  const losses: number[] = [];
  const log = createEventLog(stream, (lines) => losses.push(lines));
  const line = 'x'.repeat(1023);
  for (let i = 0; i < 5000; i++) log.write(line);
  await log.finish(10);
  expect(stream.writableLength + stream.readableLength).toBeLessThan(3 << 20);
  let read = 0;
  stream.on('data', (chunk: Buffer) => {
    read += chunk.length;
  });
  await log.finish(5000);
  expect(losses).toHaveLength(1);
  expect(read / 1024 + (losses[0] ?? 0)).toBe(5000);
});

test('a reader who goes away is no failure', async () => {
  const stream = new Writable({
    write: (_, __, done) => done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })),
  });
  const log = createEventLog(stream, () => {});
  log.write('one');
  await new Promise(setImmediate);
  log.write('two');
  await log.finish(5000);
  expect(stream.destroyed).toBe(true);
});
