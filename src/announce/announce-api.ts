/** What a program sees of an announcement. */

import type { Claimant } from '../talk/claims.js';

export interface AnnounceOptions {
  /** Links as `[NETNS:]IFACE[@VID]`, on each of which it is announced; without any, the one that holds the address. */
  readonly links?: readonly string[];
  /** By gratuitous replies instead of requests: some systems heed only one of the two. */
  readonly reply?: boolean;
  /** How often. Default 2, as RFC 5227 has it. */
  readonly count?: number;
  /** Between two of them, in ms, from 1. Default 2000, as RFC 5227 has it. */
  readonly intervalMs?: number;
  /** Also an address that the link does not hold: neighbours will send to this machine what is for another. */
  readonly force?: boolean;
  readonly signal?: AbortSignal;
}

/** What became of the announcements of one address. */
export interface AnnounceResult {
  readonly ip: string;
  readonly mac: string;
  readonly interface: string;
  readonly netns: string | null;
  readonly vlan: number | null;
  /** Announcements that were seen leaving, of those that there were to be. */
  readonly sent: number;
  readonly count: number;
  /** The kernel's name of the error by which it refused one, or null. */
  readonly refusal: string | null;
  /** Others who were heard to claim the address meanwhile. */
  readonly claimants: readonly Claimant[];
}
