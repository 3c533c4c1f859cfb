/** Where HTTP is served. */
import { describe, expect, test } from 'vitest';
import { isLoopback, parseListenAddress, urlOf } from '../../../src/serve/listen-address.js';

describe('--listen', () => {
  test.each([
    ['127.0.0.1:9617', '127.0.0.1', 9617, true],
    ['[::1]:0', '::1', 0, true],
    ['127.9.9.9:1', '127.9.9.9', 1, true],
    [':9617', null, 9617, false],
    ['0.0.0.0:65535', '0.0.0.0', 65_535, false],
    ['[fe80::1%eth0]:80', 'fe80::1%eth0', 80, false],
  ])('takes %s', (text, host, port, local) => {
    expect(parseListenAddress(text)).toEqual({ host, port });
    expect(isLoopback(host)).toBe(local);
  });

  test.each([
    '',
    '9617',
    '127.0.0.1',
    '::1:9617',
    '[127.0.0.1]:1',
    '[]:1',
    'localhost:1',
    '010.0.0.1:1',
    ':65536',
  ])('refuses %j with the forms that there are', (text) => {
    expect(() => parseListenAddress(text)).toThrow(
      expect.objectContaining({ code: 'ERR_OPTION', remedy: expect.stringContaining('127.0.0.1:9617') }),
    );
  });

  test('is shown as what a browser takes', () => {
    expect(urlOf({ address: '::', port: 9617 })).toBe('http://[::]:9617/');
    expect(urlOf({ address: '10.0.0.2', port: 80 })).toBe('http://10.0.0.2:80/');
  });
});
