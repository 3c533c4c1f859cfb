/** Who has which address, over time: observations in, changes out. It knows no clock and no network. */

import type { WatchEvent } from '../generated/watch-event-types.js';
import type { WatchedAddress } from '../generated/watch-state-types.js';
import type { Asked, Spoken } from './observation.js';

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
}

/** @param known what an earlier ledger knew: changes of it are told as having come about meanwhile */
export type CreateLedger = (known?: readonly WatchedAddress[]) => Ledger;
