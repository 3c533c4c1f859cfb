/** What a program sees of duplicate address detection. */

import type { Place } from '../links/plan.js';
import type { Claimant } from '../talk/claims.js';
import type { WhereOptions } from '../talk/options.js';

/** Each address is looked for on each of the links. */
export interface DadOptions extends WhereOptions {
  /** Take a second instead of the 4 to 7 of RFC 5227. */
  readonly fast?: boolean;
  /** Ends it; addresses that were not settled by then are `unknown`. */
  readonly signal?: AbortSignal;
}

/**
 * - `free`: every probe left, nobody else claims it;
 * - `taken`: somebody else claims it;
 * - `own`: this machine holds it already, on whatever link, and nobody else claims it;
 * - `unknown`: nobody claims it as far as was heard, and not all was asked or heard.
 */
export type Verdict = 'free' | 'taken' | 'own' | 'unknown';

/** Why a verdict is `unknown`. */
export type Doubt = 'interrupted' | 'send-refused' | 'not-sent' | 'link-down' | 'link-gone' | 'frames-lost';

export interface DadResult extends Place {
  readonly ip: string;
  readonly verdict: Verdict;
  /** In the order in which they were heard. */
  readonly claimants: readonly Claimant[];
  /** Links of this machine that hold the address. */
  readonly heldOn: readonly string[];
  /** Probes that were seen leaving, of those that there were to be. */
  readonly probesSent: number;
  readonly probes: number;
  readonly doubt: Doubt | null;
  /** The kernel's name of the error by which it refused a probe, or null. */
  readonly refusal: string | null;
}
