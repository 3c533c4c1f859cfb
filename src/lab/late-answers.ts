import type { mustRun } from './command.js';

/** Requests that may wait for their answers; the kernel drops more. Its default is 64. */
const QUEUE_LENGTH = 65536;

/**
 * Answers that come late, of the only kind that Linux delays: a proxy's (ip-neighbour(8), `proxy_delay` of arp(7)). The
 * result sets for which addresses, in place of those before; `run` is `mustRun` in the interface's namespace.
 */
export function lateAnswers(
  iface: string,
  run: typeof mustRun,
): (addresses: readonly string[], maxMs: number) => Promise<void> {
  let late: readonly string[] = [];

  return async (addresses, maxMs) => {
    // A kernel is a proxy only where it forwards.
    await run(['sh', '-c', `echo 1 > /proc/sys/net/ipv4/conf/${iface}/forwarding`]);
    // And only for what it would send on to another interface than the one that asks: to `lo`, by a route in the table
    // of its own addresses, where it takes the place of such an address or stands before a prefix of them.
    const lines = [
      ...late.flatMap((ip) => [
        `neighbour delete proxy ${ip} dev ${iface}`,
        `route replace local ${ip}/32 dev lo`,
      ]),
      ...addresses.flatMap((ip) => [
        `route replace unicast ${ip}/32 dev lo table local`,
        `neighbour add proxy ${ip} dev ${iface}`,
      ]),
      `ntable change name arp_cache dev ${iface} proxy_delay ${maxMs} proxy_queue ${QUEUE_LENGTH}`,
    ];
    await run(['ip', '-batch', '-'], `${lines.join('\n')}\n`);
    late = addresses;
  };
}
