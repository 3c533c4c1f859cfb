/** What a program sees of an announcement. */

import type { Place } from '../links/plan.js';
import type { Claimant } from '../talk/claims.js';
import type { WhereOptions } from '../talk/options.js';

/** Each address is announced on each of the links; without any, on the one that holds it. */
export interface AnnounceOptions extends WhereOptions {
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
export interface AnnounceResult extends Place {
  readonly ip: string;
  readonly mac: string;
  /** Announcements that were seen leaving, of those that there were to be. */
  readonly sent: number;
  readonly count: number;
  /** The kernel's name of the error by which it refused one, or null. */
  readonly refusal: string | null;
  /** Others who were heard to claim the address meanwhile. */
  readonly claimants: readonly Claimant[];
}
