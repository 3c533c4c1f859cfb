/** Where HTTP is served: `ADDR:PORT`, as `--listen` takes it. */

import { isIPv4, isIPv6 } from 'node:net';
import { OptionError } from '../errors.js';

export interface ListenAddress {
  /** An IP address; null for all addresses of this machine. */
  readonly host: string | null;
  /** 0 takes any that is free. */
  readonly port: number;
}

export const defaultListen = '127.0.0.1:9617';

const form = /^(?:\[(?<six>[^\]]*)\]|(?<four>[^:]*)):(?<port>\d{1,5})$/;

/** @throws OptionError */
export function parseListenAddress(text: string): ListenAddress {
  const { six, four = '', port = '' } = form.exec(text)?.groups ?? {};
  const host = six ?? four;
  const isAddress = six === undefined ? four === '' || isIPv4(four) : isIPv6(six);
  if (port === '' || Number(port) > 65_535 || !isAddress) {
    throw new OptionError(
      'listen',
      `The address ${JSON.stringify(text)} cannot be listened on.`,
      `Give an IP address and a port, as in ${defaultListen} or [::1]:9617, or :9617 for all addresses; port 0 takes any.`,
    );
  }
  return { host: host === '' ? null : host, port: Number(port) };
}

/** Whether only programs on this machine can reach it. */
export function isLoopback(host: string | null): boolean {
  return host !== null && (host === '::1' || /^127\./.test(host));
}

/** What a browser is given. */
export function urlOf(address: { readonly address: string; readonly port: number }): string {
  const host = isIPv6(address.address) ? `[${address.address}]` : address.address;
  return `http://${host}:${address.port}/`;
}
