/** Who else has an address, or is about to take it, by what is heard (RFC 5227, 2.1.1 and 2.4). */

import { arpOperation, type HeardArp } from '../listen/heard-frame.js';
import { timestamp } from '../report/timestamp.js';
import type { VendorOf } from '../vendors.js';

/** Another machine with a claim to an address. */
export interface Claimant {
  readonly mac: string;
  readonly vendor: string | null;
  /** `holder` speaks as the address; `probe` looks for it, to take it. */
  readonly kind: 'holder' | 'probe';
  /** When it was first heard, ISO 8601, by the kernel's receive timestamp. */
  readonly at: string;
}

/** The claim of one frame. */
export interface Claim extends Pick<Claimant, 'mac' | 'kind'> {
  /** Host byte order. */
  readonly ip: number;
}

/** The claims to one address, by MAC, in the order in which they were first heard. */
export type Claims = Map<string, { readonly kind: Claimant['kind']; readonly atMs: number }>;

/**
 * The claim that a frame that came in makes, or null. Whoever names an address as that of its sender has it, by
 * whatever operation; a probe for it is sent by one who wants it.
 * @param ours hardware addresses of this machine's own links, which claim nothing against it
 */
export function claimOf({ operation, sha, spa, tpa }: HeardArp, ours: ReadonlySet<string>): Claim | null {
  if (ours.has(sha)) return null;
  if (spa !== 0) return { ip: spa, mac: sha, kind: 'holder' };
  return operation === arpOperation.request ? { ip: tpa, mac: sha, kind: 'probe' } : null;
}

export function noteClaim(claims: Claims, { mac, kind }: Claim, atMs: number): void {
  const known = claims.get(mac);
  // Whoever probed at first may have taken it since.
  if (known && (known.kind === 'holder' || kind === 'probe')) return;
  claims.set(mac, { kind, atMs: known?.atMs ?? atMs });
}

export function claimantsOf(claims: Claims, vendors: VendorOf): Claimant[] {
  return [...claims].map(([mac, { kind, atMs }]) => ({
    mac,
    vendor: vendors(mac),
    kind,
    at: timestamp(atMs),
  }));
}
