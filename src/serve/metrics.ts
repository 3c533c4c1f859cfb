/** `/metrics`: what sweeps found and what a watch told, in the text form of Prometheus. */

import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Expectation } from '../expect/expectation.js';
import { severitiesOf } from '../findings/severities.js';
import type { FindingKind, Report } from '../generated/report-types.js';
import type { WatchEvent } from '../generated/watch-event-types.js';
import { judgedAddresses } from './expected-series.js';
import { addProcessMetrics } from './process-metrics.js';
import { hasSucceeded } from './readiness.js';
import { chosenResponders } from './responder-series.js';

export interface MetricsOptions {
  readonly version: string;
  /** At most so many series of `arpsweep_responder_info`. */
  readonly maxResponders: number;
  readonly expectation: Expectation | null;
}

export interface Metrics {
  swept(report: Report): void;
  /** A sweep could not be made. */
  notSwept(): void;
  changed(event: Pick<WatchEvent, 'type'>): void;
  /** The whole text. What sweeps found is written once for each sweep, however often it is asked for. */
  text(): Promise<readonly [swept: Buffer, live: Buffer]>;
}

export const metricsType = Registry.PROMETHEUS_CONTENT_TYPE;

/** In seconds: from the kernel's own answer across a cable to that of a wireless host that sleeps. */
const roundTripBuckets = [
  0.00005, 0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1,
];

const outcomes = ['complete', 'inconclusive', 'interrupted', 'failed', 'not-started'] as const;

const eventTypes: Readonly<Record<WatchEvent['type'], true>> = {
  new: true,
  gone: true,
  back: true,
  moved: true,
  'conflict-begins': true,
  'conflict-ends': true,
  'flapping-begins': true,
  'flapping-ends': true,
  'finding-begins': true,
  'finding-ends': true,
  'link-down': true,
  'link-up': true,
};

export function createMetrics({ version, maxResponders, expectation }: MetricsOptions): Metrics {
  const perSweep = new Registry();
  const live = new Registry();
  let text: Promise<Buffer> | null = null;

  const gauge = (name: string, help: string, labelNames: string[] = [], registry = perSweep) =>
    new Gauge({ name: `arpsweep_${name}`, help, labelNames, registers: [registry] });
  const counter = (name: string, help: string, labelNames: string[] = [], registry = perSweep) =>
    new Counter({ name: `arpsweep_${name}`, help, labelNames, registers: [registry] });
  /** Of which nothing is known before the first sweep: 0 would be a claim. */
  const found = (name: string, help: string) => {
    const metric = gauge(name, help);
    metric.remove();
    return metric;
  };

  const info = gauge('responder_info', 'A MAC that answered for an address in the latest sweep; always 1.', [
    'link',
    'ip',
    'mac',
  ]);
  const limit = gauge('responder_info_limit', 'How many responders arpsweep_responder_info holds at most.');
  const responders = found('responders', 'Pairs of address and MAC that answered in the latest sweep.');
  const conflicts = found(
    'conflicts',
    'Addresses that several machines answered for in the latest sweep (duplicate-address).',
  );
  const findings = gauge('findings', 'Findings of the latest sweep, by kind and severity.', [
    'kind',
    'severity',
  ]);
  const expected = gauge(
    'expected_up',
    'Whether an expected address answered in the latest sweep; absent where it was not asked enough to tell.',
    ['group', 'ip'],
  );
  const roundTrips = new Histogram({
    name: 'arpsweep_rtt_seconds',
    help: 'Smallest round trip of each responder in each sweep, by kernel timestamps.',
    buckets: roundTripBuckets,
    registers: [perSweep],
  });
  const loss = found(
    'loss_ratio',
    'Share of the questions of the latest sweep that were lost; absent where too few answered to tell.',
  );
  const frames = counter('frames_total', 'ARP questions seen leaving, and answers to them.', ['direction']);
  const drops = counter('drops_total', 'Frames that the kernel dropped during sweeps: they came too fast.');
  const overruns = counter('overruns_total', 'Answers that were heard but could not be recorded.');
  const duration = found('sweep_duration_seconds', 'How long the latest sweep took.');
  const succeededAt = found(
    'last_sweep_timestamp_seconds',
    'When the latest sweep that succeeded (outcome complete) ended, since unix epoch.',
  );
  const sweeps = counter('sweeps_total', 'Sweeps by outcome; not-started could not be made.', ['outcome']);
  const events = counter('events_total', 'Changes that were told, by type.', ['type'], live);

  gauge('build_info', 'The version that runs; always 1.', ['version']).set({ version }, 1);
  limit.set(maxResponders);
  for (const outcome of outcomes) sweeps.inc({ outcome }, 0);
  for (const direction of ['sent', 'received']) frames.inc({ direction }, 0);
  for (const type of Object.keys(eventTypes)) events.inc({ type }, 0);
  addProcessMetrics(live);

  function nameFindings(report: Report): void {
    findings.reset();
    for (const [kind, severities] of Object.entries(severitiesOf)) {
      for (const severity of severities) findings.set({ kind, severity }, 0);
    }
    for (const { kind, severity } of report.findings) findings.inc({ kind, severity });
    conflicts.set(addressesIn(report, 'duplicate-address'));
  }

  function nameResponders(report: Report): void {
    info.reset();
    for (const { link, ip, mac } of chosenResponders(report, maxResponders)) info.set({ link, ip, mac }, 1);
    let count = 0;
    for (const host of report.hosts) {
      count += host.responders.length;
      for (const { rttMs } of host.responders) if (rttMs !== null) roundTrips.observe(rttMs / 1000);
    }
    responders.set(count);
  }

  return {
    swept(report) {
      const { durationMs, outcome, startedAt, statistics } = report;
      sweeps.inc({ outcome });
      duration.set(durationMs / 1000);
      if (hasSucceeded(report)) succeededAt.set((Date.parse(startedAt) + durationMs) / 1000);
      frames.inc({ direction: 'sent' }, statistics.transmitted);
      frames.inc({ direction: 'received' }, statistics.received);
      drops.inc(statistics.kernelDrops);
      overruns.inc(statistics.overruns);
      if (statistics.lossEstimate === null) loss.remove();
      else loss.set(statistics.lossEstimate);
      nameFindings(report);
      nameResponders(report);
      expected.reset();
      for (const { group, ip, isUp } of expectation ? judgedAddresses(expectation, report) : []) {
        expected.set({ group, ip }, isUp ? 1 : 0);
      }
      text = null;
    },
    notSwept() {
      sweeps.inc({ outcome: 'not-started' });
      text = null;
    },
    changed: ({ type }) => events.inc({ type }),
    async text() {
      text ??= perSweep.metrics().then((written) => Buffer.from(written));
      return Promise.all([text, live.metrics().then((written) => Buffer.from(written))]);
    },
  };
}

/** A conflict's identity is link and IP. */
function addressesIn({ findings }: Report, kind: FindingKind): number {
  return findings.reduce((sum, finding) => sum + (finding.kind === kind ? finding.ips.length : 0), 0);
}
