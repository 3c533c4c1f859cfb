/** What a program sees of a watch: its options, its events and its handle. */

import type { Report } from '../generated/report-types.js';
import type { WatchEvent } from '../generated/watch-event-types.js';
import type { WatchState } from '../generated/watch-state-types.js';
import type { SweepOptions } from '../sweep/sweep-api.js';
import type { StateInParts } from './state/state-parts.js';

export interface WatchOptions
  extends Pick<
    SweepOptions,
    | 'links'
    | 'netns'
    | 'vlan'
    | 'exclude'
    | 'rate'
    | 'profile'
    | 'passes'
    | 'cooldownMs'
    | 'sourceIp'
    | 'sourceMac'
    | 'offLink'
    | 'names'
    | 'expect'
    | 'signal'
  > {
  /**
   * From the start of a sweep to that of the next, in ms; default 60,000. An address is left in peace for 30 s at the least
   * between two sweeps, unless the interval is shorter than that. Without exact `passes`, sweeps after the first ask no more
   * than it takes to see changes.
   */
  readonly intervalMs?: number;
  /**
   * Asks each target so many times a second, 1 to 10, in place of sweeping: times a failover. For 64 addresses at the most.
   */
  readonly fast?: number;
  /** What an earlier watch knew; what has changed since is told first. */
  readonly state?: WatchState;
  /** Called once the first sweep was made or, in the fast mode, once it asks. */
  readonly onBegin?: () => void;
  /** Called with the report of each sweep. */
  readonly onSweep?: (report: Report) => void;
  /**
   * Called when a sweep could not be made: the links are not there, say. Without it, what keeps the first sweep from
   * starting ends the watch; later ones are tried again in any case.
   */
  readonly onTrouble?: (error: Error) => void;
}

/**
 * A watch under way. Iterating yields each change as it is told; leaving the loop early, disposing or aborting ends it. It
 * goes on whether it is iterated or not.
 */
export interface Watch extends AsyncIterable<WatchEvent>, AsyncDisposable {
  /**
   * Resolves with what it knows when it has ended.
   * @throws ArpsweepError where it could not start
   */
  readonly finished: Promise<WatchState>;
  /** What it knows by now. */
  state(): WatchState;
  /** The same where it is large: the lists are made while they are read, of what is known by then. */
  stateInParts(): StateInParts;
}
