/** What HTTP serves of a watch: told by the watch as it goes, asked by the routes. */

import type { Report } from '../generated/report-types.js';
import type { WatchEvent } from '../generated/watch-event-types.js';
import type { Watch } from '../watch/watch-api.js';
import { type Document, refreshedDocument } from './document.js';
import { createEventStream, type EventStream } from './event-stream.js';
import { type KeptReport, keepReport } from './latest-report.js';
import { createMetrics, type Metrics, type MetricsOptions } from './metrics.js';
import { createReadiness, type Readiness } from './readiness.js';
import { stateLines } from './state-lines.js';
import { sweepSummary, troubleSummary } from './sweep-summary.js';

export interface SidecarOptions extends MetricsOptions {
  readonly intervalMs: number;
}

/** What is asked of it. */
export interface Served {
  readonly metrics: Pick<Metrics, 'text'>;
  readonly readiness: Pick<Readiness, 'verdict'>;
  readonly events: Pick<EventStream, 'attach'>;
  /** False once the watch has ended. */
  readonly isWatching: boolean;
  /** Null before the first sweep has ended. */
  readonly report: KeptReport | null;
  /** Null before the watch has begun. */
  readonly state: (() => Promise<Document>) | null;
}

export interface Sidecar extends Served {
  began(watch: Pick<Watch, 'stateInParts'>): void;
  swept(report: Report): void;
  /** A sweep could not be made. */
  notSwept(error: Error): void;
  changed(event: WatchEvent): void;
  ended(): void;
}

export function createSidecar(options: SidecarOptions): Sidecar {
  const now = () => performance.now();
  const metrics = createMetrics(options);
  const readiness = createReadiness(options.intervalMs, now);
  const events = createEventStream();
  let isWatching = true;
  let report: KeptReport | null = null;
  let state: Served['state'] = null;

  return {
    metrics,
    readiness,
    events,
    get isWatching() {
      return isWatching;
    },
    get report() {
      return report;
    },
    get state() {
      return state;
    },
    began(watch) {
      state = refreshedDocument(() => stateLines(watch.stateInParts()), now);
    },
    swept(latest) {
      metrics.swept(latest);
      readiness.swept(latest);
      report = keepReport(latest);
      events.publish('sweep', sweepSummary(latest));
    },
    notSwept(error) {
      metrics.notSwept();
      readiness.notSwept(error);
      events.publish('sweep', troubleSummary(error, new Date()));
    },
    changed(event) {
      metrics.changed(event);
      events.publish('change', JSON.stringify(event));
    },
    ended() {
      isWatching = false;
      events.close();
    },
  };
}
