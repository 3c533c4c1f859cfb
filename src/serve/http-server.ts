/** The listening socket, and limits on what a client may cost. */

import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getSystemErrorName } from 'node:util';
import { SystemError } from '../errors.js';
import { limitConnections } from './admission.js';
import { type ListenAddress, urlOf } from './listen-address.js';

export interface HttpServer {
  /** With the port that it really has. */
  readonly url: string;
  /** Accepts nobody any more, and ends the rest after a moment in which they may be told. */
  close(): Promise<void>;
}

const limits = {
  maxHeaderSize: 8192,
  headersTimeout: 3000,
  requestTimeout: 10_000,
  keepAliveTimeout: 5000,
  // How often the three above are looked at.
  connectionsCheckingInterval: 1000,
} as const;

/** Pipelined requests are all taken at once, up to this many. */
const mostRequestsPerConnection = 100;

/** A connection on which so long nothing can be written or read. */
const stalledMs = 30_000;

const farewellMs = 250;

/** @throws SystemError where the address cannot be listened on */
export async function openServer(address: ListenAddress, listener: RequestListener): Promise<HttpServer> {
  const server = createServer(limits, listener);
  server.maxRequestsPerSocket = mostRequestsPerConnection;
  server.timeout = stalledMs;
  // Nothing that is asked here has a body: whoever wants to be told to go on gets the answer instead.
  server.on('checkContinue', listener);
  // By itself Node goes on to refuse whatever a client sends beyond what it was told is the last.
  server.on('dropRequest', (_, socket) => socket.destroy());
  const cutOff = limitConnections(server);
  const { host, port } = address;
  try {
    server.listen({ port, ...(host !== null && { host }) });
    await once(server, 'listening');
  } catch (error) {
    throw cannotListen(address, error as NodeJS.ErrnoException);
  }
  // Out of descriptors for a moment, say: those who are connected are served on.
  server.on('error', () => {});

  return {
    url: urlOf(server.address() as AddressInfo),
    async close() {
      const closed = once(server, 'close');
      server.close();
      const farewell = setTimeout(cutOff, farewellMs);
      await closed;
      clearTimeout(farewell);
    },
  };
}

const causes: Readonly<Record<string, readonly [problem: string, remedy: string]>> = {
  EADDRINUSE: [
    'something else listens there already',
    'Find it with "ss -ltnp", or give another port with --listen; port 0 takes any.',
  ],
  EADDRNOTAVAIL: [
    'this machine does not have that address',
    'Give one of its addresses with --listen, or :PORT for all of them.',
  ],
  EACCES: ['this process may not open that port', 'Give a port from 1024 on with --listen.'],
};

function cannotListen({ host, port }: ListenAddress, error: NodeJS.ErrnoException): Error {
  const { errno = 0, syscall = 'listen' } = error;
  const code = error.code ?? getSystemErrorName(errno);
  const [problem, remedy] = causes[code] ?? [code, 'Give another address with --listen.'];
  const place = `${host ?? ''}:${port}`;
  return new SystemError(code, -errno, syscall, `HTTP cannot be served on ${place}: ${problem}.`, remedy);
}
