/**
 * How many may be connected at once. Where one more comes, room is made at the cost of whoever has kept us waiting for a request
 * the longest: a thousand connections that say nothing do not keep out one that asks.
 */

import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

export const mostConnections = 256;

/** Ends what is still connected. */
export type CutOff = () => void;

export function limitConnections(server: Server): CutOff {
  const connected = new Set<Socket>();
  /** In the order in which they began to wait. */
  const waiting = new Set<Socket>();

  function forget(socket: Socket): void {
    connected.delete(socket);
    waiting.delete(socket);
  }

  server.on('connection', (socket: Socket) => {
    if (connected.size >= mostConnections) {
      const [longest] = waiting;
      if (longest === undefined) {
        socket.destroy();
        return;
      }
      forget(longest);
      longest.destroy();
    }
    connected.add(socket);
    waiting.add(socket);
    // Every pipelined request listens for its end.
    socket.setMaxListeners(0);
    socket.once('close', () => forget(socket));
  });

  server.prependListener('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    waiting.delete(socket);
    response.once('close', () => {
      if (connected.has(socket)) waiting.add(socket);
    });
  });

  return () => {
    for (const socket of connected) socket.destroy();
  };
}
