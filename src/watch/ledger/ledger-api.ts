/** What a ledger takes, gives and is told. */

import type { WatchEvent } from '../../generated/watch-event-types.js';
import type { WatchedAddress } from '../../generated/watch-state-types.js';
import type { Asked, Spoken } from '../observation.js';

/** An address of which something seems to have changed: to be asked, for what is heard alone decides little. */
export interface Doubt {
  readonly link: string;
  /** Host byte order. */
  readonly ip: number;
}

/** All times are in ms since the epoch; observations of a link come in the order of their times, or nearly so. */
export interface Ledger {
  /** Notes that somebody spoke for an address. */
  spoken(spoken: Spoken): WatchEvent[];
  /** Notes the outcome of asking for an address. */
  asked(asked: Asked): WatchEvent[];
  /** What the passing of time alone decides: that a new owner stays, that the flapping is over. */
  tick(nowMs: number): WatchEvent[];
  /** By link, then IP. */
  addresses(): WatchedAddress[];
  /** The same one by one, as they are by then: of a /16 the list alone takes 20 MB. */
  eachAddress(): Iterable<WatchedAddress>;
  /** Addresses that came into doubt since this was called last. */
  takeDoubts(): Doubt[];
  /** Addresses of a link that somebody has, of whom not all have spoken since a time. */
  unheard(link: string, sinceMs: number): number[];
  /** Null where nobody was ever known to have it. */
  stateOf(link: string, ip: number): WatchedAddress['state'] | null;
  /** How many addresses somebody has. */
  count(): number;
  /** These addresses, on whichever link; in host byte order and ascending. */
  held(): number[];
  /** Statements about addresses for which there was no room. */
  readonly leftOut: number;
}

/** What a ledger is told by those who know the network. */
export interface LedgerRules {
  /** Whether two MACs may have an address at the same time, so that the one beside the other is no news. */
  mayShare(link: string, ip: number, one: string, other: string): boolean;
  /**
   * Whether an address that nobody was known to have had been asked before: `now`, by this watch, so that it is new; `away`,
   * by an earlier one; `never`, so that it may have been there all the time.
   */
  askedBefore(link: string, ip: number): 'now' | 'away' | 'never';
  /** Where nobody asks, a claim is believed once those who had the address have been quiet for so long. */
  readonly settleMs: number;
  /** What the clock on the wall showed at a time of the observations. */
  wallMs(ms: number): number;
}
