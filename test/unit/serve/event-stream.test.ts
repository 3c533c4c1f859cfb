/** `/events`: server-sent events. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createBacklog } from '../../../src/serve/backlog.js';
import { change } from '../../support/fake-watch.js';
import { ask, type ServedWatch, serveWatch, type Talk, talk } from '../../support/served-watch.js';
import { waitFor } from '../../support/wait-for.js';
import { example } from '../reporters/example-report.js';

let served: ServedWatch;
beforeEach(async () => {
  served = await serveWatch();
});
afterEach(() => served.end());

interface Message {
  readonly id?: string;
  readonly event?: string;
  readonly data?: string;
}

/** As the HTML standard reads a stream: blocks of fields, parted by empty lines; what begins with a colon is none. */
function messagesIn(text: string): Message[] {
  const [, ...blocks] = text.replace(/\r\n[0-9a-f]+\r\n|^[0-9a-f]+\r\n/gm, '').split('\n\n');
  return blocks
    .slice(0, -1)
    .map((block) => Object.fromEntries(block.split('\n').map((line) => line.split(/: (.*)/s))));
}

async function listen(words = ''): Promise<Talk> {
  const reader = talk(served.port, `GET /events HTTP/1.1\r\nHost: localhost\r\n${words}\r\n`);
  await waitFor(() => reader.text().includes('retry: '), { what: 'the stream to begin' });
  return reader;
}

const told = (reader: Talk) => messagesIn(reader.text());
const ips = (reader: Talk) =>
  told(reader).flatMap(({ event, data = '' }) => (event === 'change' ? JSON.parse(data).ip : []));

test('tells each change and each sweep as it comes', async () => {
  const reader = await listen();
  served.watch.tell(change('10.0.0.5'));
  served.sweep(example);
  await waitFor(() => told(reader).length === 2, { what: 'both messages' });
  const bodies = told(reader).map(({ event, data = '' }) => [event, JSON.parse(data)]);
  expect(Object.fromEntries(bodies)).toEqual({
    change: change('10.0.0.5'),
    sweep: expect.objectContaining({ outcome: 'complete', findings: { error: 1, warning: 0, info: 0 } }),
  });
  expect(reader.text()).toMatch(/^HTTP\/1\.1 200 OK\r\n.*Content-Type: text\/event-stream/s);
  expect(served.heard).toEqual([change('10.0.0.5')]);
});

test('goes on behind the last message that a reader had, and says where some are missed', async () => {
  const first = await listen();
  for (const ip of ['10.0.0.1', '10.0.0.2', '10.0.0.3']) served.watch.tell(change(ip));
  await waitFor(() => ips(first).length === 3, { what: 'three changes' });
  first.socket.destroy();
  const again = await listen(`Last-Event-ID: ${told(first)[0]?.id}\r\n`);
  await waitFor(() => ips(again).length === 2, { what: 'the two that it did not have' });
  expect(ips(again)).toEqual(['10.0.0.2', '10.0.0.3']);
  const stranger = await listen('Last-Event-ID: elsewhere.7\r\n');
  await waitFor(() => ips(stranger).length === 3, { what: 'all that is kept' });
  expect(told(stranger)[0]).toEqual({ event: 'missed', data: '{}' });
});

test('gives one who reads on all of a flood, and lets one who does not cost nothing', async () => {
  const stuck = await listen();
  stuck.socket.pause();
  const reader = await listen();
  const long = 'x'.repeat(16_000);
  const newest = 1500;
  for (let i = 1; i <= newest; i++) {
    served.watch.tell(change('10.0.0.5', { gapMs: i, message: long }));
    if (i % 10 === 0) await new Promise(setImmediate);
  }
  const hasNewest = ({ text }: Talk) => text().includes(`"gapMs":${newest},`);
  // What a reader could not take in time it is told that it missed; the newest it always gets.
  await waitFor(() => hasNewest(reader), { what: 'the newest change' });
  expect(stuck.socket.bytesRead).toBeLessThan(1 << 20);
  stuck.socket.resume();
  await waitFor(() => hasNewest(stuck), { what: 'the newest change for the slow one' });
  expect(told(stuck).filter(({ event }) => event === 'missed').length).toBeGreaterThan(0);
  expect(ips(stuck).length).toBeLessThan(newest);
});

test('takes 64 readers, and room that one leaves is given to the next', async () => {
  const readers = await Promise.all(Array.from({ length: 64 }, () => listen()));
  expect(await ask(served.port, '/events')).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
  expect((await ask(served.port, '/events', { method: 'HEAD' })).status).toBe(200);
  readers[7]?.socket.destroy();
  await waitFor(
    async () => {
      const next = talk(served.port, 'GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n');
      await waitFor(() => next.text() !== '', { what: 'an answer' });
      return next.text().startsWith('HTTP/1.1 200');
    },
    { what: 'room for one more' },
  );
});

test('ends with the watch, so that nobody waits in vain', async () => {
  const reader = await listen();
  await served.end();
  await reader.closed;
  expect(reader.text()).toMatch(/\r\n0\r\n\r\n$/);
});

test('the backlog keeps the newest, in number and in size', () => {
  const backlog = createBacklog(4, 100);
  for (let i = 0; i < 6; i++) backlog.add(`m${i}`);
  expect([backlog.oldest, backlog.next]).toEqual([2, 6]);
  backlog.add('x'.repeat(97));
  expect([backlog.oldest, backlog.at(5), backlog.at(6).length]).toEqual([5, 'm5', 97]);
  backlog.add('y'.repeat(200));
  expect([backlog.oldest, backlog.next]).toEqual([7, 8]);
});
