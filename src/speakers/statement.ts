/** What a frame of ARP states: who speaks, and for which address. */

import { arpOperation, type HeardArp } from '../listen/heard-frame.js';

/**
 * How an address is spoken for. An announcement is a request (RFC 5227 section 2.3) or a reply (RFC 5944 section 4.6) with
 * SPA = TPA. A probe, which has SPA 0, speaks for none: somebody is about to take its TPA.
 */
export type StatementKind = 'request' | 'probe' | 'announcement' | 'reply';

export interface Statement {
  readonly kind: StatementKind;
  /** Who speaks: SHA, in lower case with colons. */
  readonly mac: string;
  /** What for: SPA, or the TPA of a probe; host byte order. */
  readonly address: number;
}

/** What no machine has. Group addresses are left in: some clusters share one (Microsoft NLB, multicast mode). */
const nobodys = new Set(['00:00:00:00:00:00', 'ff:ff:ff:ff:ff:ff']);

/** The statement of a frame, or null where it makes none, or one that cannot be true. */
export function statementOf({ operation, sha, spa, tpa }: HeardArp): Statement | null {
  if (operation !== arpOperation.request && operation !== arpOperation.reply) return null;
  const isProbe = spa === 0 && operation === arpOperation.request;
  const address = isProbe ? tpa : spa;
  if (nobodys.has(sha) || !isHostAddress(address)) return null;
  return { kind: isProbe ? 'probe' : spokenKind(operation, spa === tpa), mac: sha, address };
}

function spokenKind(operation: number, isGratuitous: boolean): StatementKind {
  if (isGratuitous) return 'announcement';
  return operation === arpOperation.request ? 'request' : 'reply';
}

/** RFC 1122 section 3.2.1.3: neither "this network" nor loopback nor a group nor the limited broadcast. */
function isHostAddress(address: number): boolean {
  const network = address >>> 24;
  const isGroup = network >= 224 && network < 240;
  return network !== 0 && network !== 127 && !isGroup && address !== 0xffff_ffff;
}
