/** Who asks for an address, and which replies are meant for who asked. */

import type { LinkPlan } from '../links/plan.js';
import { arpOperation } from '../listen/heard-frame.js';
import { isUnicast } from '../mac-address.js';
import { type AddressOnLink, type Asker, addressesOf } from './endpoints.js';
import type { Heard } from './exchange.js';
import { broadcastMac } from './frames.js';

/** An address that is asked for on a link. */
export interface AskedAddress extends AddressOnLink {
  /** SHA and SPA of the requests; an SPA of 0 makes them probes. */
  readonly sourceMac: string;
  readonly sourceIp: number;
  /** The link itself held the address when the askers were chosen. */
  readonly self: boolean;
}

/** Every target of some askers, by IP. */
export function addressesToAsk(askers: readonly Asker[]): AskedAddress[] {
  const all = askers.flatMap(({ endpoint, plan }) =>
    addressesOf(plan.targets).map((ip) => ({ endpoint, ip, ...senderOf(ip, plan) })),
  );
  return all.sort((a, b) => a.ip - b.ip);
}

function senderOf(
  ip: number,
  { sourceMac, sourceIp, own }: Pick<LinkPlan, 'sourceMac' | 'sourceIp' | 'own'>,
): Pick<AskedAddress, 'sourceMac' | 'sourceIp' | 'self'> {
  // To ask for an address with itself as sender would announce it.
  return { sourceMac, sourceIp: sourceIp === ip ? 0 : sourceIp, self: own.includes(ip) };
}

/** Whether somebody else replies to a request that had these sender's addresses. */
export function isReplyTo(
  { sourceMac, sourceIp }: Pick<AskedAddress, 'sourceMac' | 'sourceIp'>,
  { arp, destination, outgoing }: Pick<Heard, 'arp' | 'destination' | 'outgoing'>,
): boolean {
  if (outgoing || arp.operation !== arpOperation.reply || arp.tpa !== sourceIp) return false;
  // Some reply with a THA of zero or of all ones, and are understood all the same.
  const isToUs = arp.tha === sourceMac || destination === sourceMac || destination === broadcastMac;
  return isToUs && arp.sha !== sourceMac && isUnicast(arp.sha);
}
