/** What HTTP answers to whom. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { InterfaceError, PermissionError } from '../../../src/errors.js';
import { ask, type ServedWatch, serveWatch } from '../../support/served-watch.js';
import { example, troubled } from '../reporters/example-report.js';

let served: ServedWatch;
beforeEach(async () => {
  served = await serveWatch();
});
afterEach(() => served.end().catch(() => {}));

describe('before the first sweep', () => {
  test('it is alive, not ready, and has no report', async () => {
    expect(await ask(served.port, '/healthz')).toMatchObject({ status: 200, text: 'ok\n' });
    for (const path of ['/readyz', '/report']) {
      expect(await ask(served.port, path)).toMatchObject({
        status: 503,
        text: 'Not ready: no sweep has ended yet.\n',
      });
    }
    expect(JSON.parse((await ask(served.port, '/state')).text)).toMatchObject({
      command: 'watch',
      addresses: [],
    });
  });

  test('it waits for a link that is not there, and says so', async () => {
    served.trouble(new InterfaceError('ERR_INTERFACE_NOT_FOUND', 'There is no interface eth9.', 'Make it.'));
    const { status, text } = await ask(served.port, '/readyz');
    expect({ status, text }).toEqual({
      status: 503,
      text: 'Not ready: no sweep can be made: There is no interface eth9.\n',
    });
  });

  test('it ends with what no waiting mends', async () => {
    const refused = new PermissionError('The process may not open a packet socket.', 'Run it as root.');
    served.trouble(refused);
    await expect(served.ended).rejects.toBe(refused);
    await expect(ask(served.port, '/healthz')).rejects.toThrow(/ECONNREFUSED/);
  });
});

describe('after a sweep', () => {
  test('it is ready, and gives the report as the program prints it', async () => {
    served.sweep(example);
    expect((await ask(served.port, '/readyz')).status).toBe(200);
    const { status, headers, text } = await ask(served.port, '/report');
    expect({ status, report: JSON.parse(text) }).toEqual({ status: 200, report: example });
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'content-length': String(text.length),
      'last-modified': 'Sun, 01 Mar 2026 12:00:00 GMT',
      'cache-control': 'no-cache',
    });
    const again = await ask(served.port, '/report', { headers: { 'If-None-Match': headers.etag } });
    expect(again).toMatchObject({ status: 304, text: '' });
    served.sweep({ ...troubled, startedAt: '2026-03-01T12:01:00.000Z' });
    const next = await ask(served.port, '/report', { headers: { 'If-None-Match': headers.etag } });
    expect([next.status, JSON.parse(next.text).outcome]).toEqual([200, 'inconclusive']);
  });
});

test.each([
  ['/', 'text/html; charset=utf-8'],
  ['/metrics', 'text/plain; version=0.0.4; charset=utf-8'],
  ['/healthz', 'text/plain; charset=utf-8'],
  ['/state', 'application/json'],
  ['/metrics?name[]=up', 'text/plain; version=0.0.4; charset=utf-8'],
])('%s has its type, cannot be taken for another, and answers HEAD without a body', async (path, type) => {
  const got = await ask(served.port, path);
  expect(got.status).toBe(200);
  expect(got.headers).toMatchObject({
    'content-type': type,
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
    'content-security-policy': expect.stringContaining("default-src 'none'"),
  });
  expect(got.headers).not.toHaveProperty('access-control-allow-origin');
  const { status, headers, text } = await ask(served.port, path, { method: 'HEAD' });
  expect({ status, type: headers['content-type'], text }).toEqual({ status: 200, type, text: '' });
});

test('what is not there is not found, and nothing can be written', async () => {
  for (const path of ['/nothing', '/metrics/', '//', '/constructor', '/%2e%2e/etc/passwd']) {
    const { status, text } = await ask(served.port, path);
    expect([status, text]).toEqual([404, expect.stringMatching(/^Nothing is here; there are \/ \/metrics /)]);
  }
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND']) {
    const { status, headers } = await ask(served.port, '/report', { method });
    expect([method, status, headers.allow]).toEqual([method, 405, 'GET, HEAD']);
  }
});

test('on loopback it answers to this machine’s own names alone, against DNS rebinding', async () => {
  const asked = (host: string) => ask(served.port, '/healthz', { headers: { Host: host } });
  for (const host of ['localhost', 'LOCALHOST:9617', '127.0.0.1:9617', '127.1.2.3', '[::1]:9617']) {
    expect([host, (await asked(host)).status]).toEqual([host, 200]);
  }
  for (const host of ['evil.example', 'localhost.evil.example:9617', '127.0.0.1.evil.example', '10.0.0.1']) {
    expect([host, (await asked(host)).status]).toEqual([host, 421]);
  }
  const open = await serveWatch('0.0.0.0');
  expect((await ask(open.port, '/healthz', { headers: { Host: 'node-1:9617' } })).status).toBe(200);
  await open.end();
});

test('the port of another is told from an address of another machine', async () => {
  const { runServe } = await import('../../../src/serve/run-serve.js');
  const serve = (host: string, port: number) => {
    const never = () => {
      throw new Error('nothing may be sent');
    };
    const silent = { onListening: never, onEvent: never, onSweep: never, onTrouble: never, begin: never };
    const { signal } = new AbortController();
    const rest = { version: '', maxResponders: 1, expectation: null, intervalMs: 1, signal };
    return runServe({ ...silent, ...rest, listen: { host, port } });
  };
  await expect(serve('127.0.0.1', served.port)).rejects.toMatchObject({
    code: 'EADDRINUSE',
    message: `HTTP cannot be served on 127.0.0.1:${served.port}: something else listens there already.`,
  });
  await expect(serve('192.0.2.1', 0)).rejects.toMatchObject({ code: 'EADDRNOTAVAIL', syscall: 'listen' });
});
