/** What the parts of a watch share. */

import type { Report } from '../generated/report-types.js';
import type { WatchEvent } from '../generated/watch-event-types.js';
import type { NativeAddon } from '../native.js';
import type { Prepared } from '../sweep/preparation.js';
import type { Ledger } from './ledger/ledger-api.js';
import type { LinkBook } from './link-book.js';
import type { SteadyClock } from './steady-clock.js';
import type { FindingChanges } from './sweeping/finding-changes.js';
import type { CheckedWatch } from './watch-options.js';

export interface WatchWorld {
  readonly load: () => NativeAddon;
  readonly addon: NativeAddon;
  readonly checked: CheckedWatch;
  /** All times of the ledger and of the links are steady ones. */
  readonly clock: SteadyClock;
  readonly links: LinkBook;
  readonly findings: FindingChanges;
  readonly ledger: Ledger;
  readonly tell: (events: readonly WatchEvent[]) => void;
  /** Aborted when the watch is to end. */
  readonly signal: AbortSignal;
  readonly stop: () => void;
  /** Takes what is known of the network, as it was read for the latest sweep. */
  readonly know: (prepared: Pick<Prepared, 'roster' | 'judge'>) => void;
  readonly onBegin: (() => void) | null;
  readonly onSweep: ((report: Report) => void) | null;
  readonly onTrouble: ((error: Error) => void) | null;
}
