/** Clients that mean no good, or are very many: whoever asks plainly is answered all the same. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ask, type ServedWatch, serveWatch, type Talk, talk } from '../../support/served-watch.js';
import { waitFor } from '../../support/wait-for.js';
import { example } from '../reporters/example-report.js';

let served: ServedWatch;
let talks: Talk[];
beforeEach(async () => {
  talks = [];
  served = await serveWatch();
});
afterEach(async () => {
  for (const { socket } of talks) socket.destroy();
  await served.end();
});

function say(words: string): Talk {
  const one = talk(served.port, words);
  talks.push(one);
  return one;
}

const statusOf = ({ text }: Talk): number => Number(/^HTTP\/1\.1 (\d+)/.exec(text())?.[1]);

async function expectAlive(): Promise<void> {
  expect(await ask(served.port, '/healthz')).toMatchObject({ status: 200, text: 'ok\n' });
}

test('a thousand connections that ask nothing, or never to the end, keep nobody out', async () => {
  for (let i = 0; i < 1000; i++)
    say(i % 2 === 0 ? '' : 'GET /metrics HTTP/1.1\r\nHost: localhost\r\nX-Slow: ');
  for (let i = 0; i < 20; i++) await expectAlive();
  const isClosed = ({ socket }: Talk) => socket.destroyed;
  await waitFor(() => talks.filter(isClosed).length >= 1000 - 256, { what: 'the rest to be let go' });
});

test('a request that does not come to its end is given up', async () => {
  const slow = say('GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ');
  const drip = setInterval(() => slow.socket.write('x'), 100);
  await slow.closed;
  clearInterval(drip);
  expect(statusOf(slow)).toBe(408);
}, 15_000);

test.each([
  ['a huge address', `GET /${'a'.repeat(100_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`, 431],
  ['huge headers', `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'a'.repeat(100_000)}\r\n\r\n`, 431],
  ['no HTTP', '\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03', 400],
  ['a method of no protocol', 'FROBNICATE / HTTP/1.1\r\nHost: localhost\r\n\r\n', 400],
  ['two lengths', 'GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n', 400],
  ['no host', 'GET / HTTP/1.1\r\n\r\n', 400],
  ['another version', 'GET / HTTP/3.0\r\nHost: localhost\r\n\r\n', 400],
])('%s is refused', async (_, words, status) => {
  const odd = say(words);
  await odd.closed;
  expect(statusOf(odd)).toBe(status);
  await expectAlive();
});

test('a body is not waited for, however long it says it will be', async () => {
  for (const head of [
    'Content-Length: 1000000000',
    'Transfer-Encoding: chunked',
    'Content-Length: 9\r\nExpect: 100-continue',
  ]) {
    const upload = say(`POST /report HTTP/1.1\r\nHost: localhost\r\n${head}\r\n\r\n`);
    await upload.closed;
    expect([head, statusOf(upload)]).toEqual([head, 405]);
  }
});

test('of requests that come all at once no more than a hundred are answered', async () => {
  const pipelined = say('GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(5000));
  await pipelined.closed;
  expect((pipelined.text().match(/^HTTP\/1\.1 /gm) ?? []).length).toBeLessThanOrEqual(100);
  await expectAlive();
});

test('whoever leaves in the middle leaves nothing behind', async () => {
  const host = example.hosts[1] as (typeof example.hosts)[number];
  served.sweep({ ...example, hosts: Array.from({ length: 20_000 }, () => host) });
  // The answer is long enough for only a few to be given at once.
  for (let i = 0; i < 30; i++) {
    const { socket } = say('GET /report HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(3));
    if (i % 2 === 0) await new Promise((resolve) => socket.once('data', resolve));
    socket.resetAndDestroy();
  }
  await waitFor(async () => (await ask(served.port, '/report')).status === 200, { what: 'the report' });
  await expectAlive();
});

test('those who do not read what they asked for hold no more than a few long answers', async () => {
  const host = example.hosts[1] as (typeof example.hosts)[number];
  served.sweep({ ...example, hosts: Array.from({ length: 40_000 }, () => host) });
  for (let i = 0; i < 20; i++) say('GET /report HTTP/1.1\r\nHost: localhost\r\n\r\n').socket.pause();
  const refused = await waitFor(
    async () => {
      const answered = await ask(served.port, '/report');
      return answered.status === 503 && answered;
    },
    { what: 'the refusal of one more' },
  );
  expect(refused).toMatchObject({ headers: { 'retry-after': '1' } });
  await expectAlive();
});
