/** Makes the report of a sweep again, from a recording of it. */

import { openRecording } from '../capture/recording-source.js';
import type { Expectation } from '../expect/expectation.js';
import { judgeBy } from '../expect/judge.js';
import type { Report } from '../generated/report-types.js';
import type { MachineState } from '../links/machine-state.js';
import type { NamedMachine } from '../names/named-machine.js';
import { createRoster, type Roster } from '../names/roster.js';
import type { NativeAddon } from '../native.js';
import { buildReport, resultOf } from '../report/report.js';
import { createBell } from '../sweep/bell.js';
import { progressOf } from '../sweep/progress.js';
import { iterationOf, respondersOf } from '../sweep/responders.js';
import type { Sweep } from '../sweep/sweep-api.js';
import { type Reading, type ReadingRequest, readRecording } from './reading.js';
import type { ReplayPlan } from './replay-plans.js';

export interface ReplayRequest extends ReadingRequest {
  /** A file, or `-` for standard input. */
  readonly path: string;
  readonly names: readonly NamedMachine[];
  readonly expectation: Expectation | null;
}

/** A sweep that was. Its report has no facts that only the machine itself knew: neighbours, bridges, other links. */
export interface Replayed extends Sweep {
  /** What of the recording is not in the report, in sentences; none before there is a report. */
  warnings(): readonly string[];
}

/** `report()` rejects with an OptionError where there is nothing to report. */
export function replay(load: () => NativeAddon, request: ReplayRequest): Replayed {
  const bell = createBell();
  const clock = performance.now();
  let roster = createRoster(request.names);
  let reading: Reading | undefined;
  let ended = false;

  const conduct = async (): Promise<Report> => {
    try {
      const source = await openRecording(request.path);
      reading = await readRecording(load(), source, request).finally(() => source.close());
      const { machine } = reading;
      if (machine) roster = createRoster([...request.names, machine]);
      return reportOf(reading, roster, request.expectation, source.name);
    } finally {
      ended = true;
      bell.ring();
    }
  };
  const finished = conduct();
  const settled = finished.then(
    () => {},
    () => {},
  );

  return {
    [Symbol.asyncIterator]: () => {
      const responders = respondersOf({
        bell,
        runs: () => reading?.runs ?? [],
        roster: () => roster,
        ended: () => ended,
      });
      return iterationOf(responders, finished);
    },
    report: () => finished,
    progress: () => progressOf([], performance.now() - clock, ended),
    [Symbol.asyncDispose]: () => settled,
    warnings: () => reading?.warnings ?? [],
  };
}

function reportOf(
  { plans, runs, span, machine }: Reading,
  roster: Roster,
  expectation: Expectation | null,
  name: string,
): Report {
  const judge = expectation && judgeBy(expectation);
  const state = stateOf(plans, machine);
  return buildReport({
    startedAt: new Date(span.firstMs),
    durationMs: span.lastMs - span.firstMs,
    before: () => state,
    after: () => state,
    roster,
    judge,
    results: runs.map((run) => resultOf(run, judge?.addresses ?? [])),
    machine: { name: machine?.name ?? name, interfaces: [] },
  });
}

/** The machine that swept: its links, and whatever else has one of its hardware addresses. */
function stateOf(plans: readonly ReplayPlan[], machine: NamedMachine | null): MachineState {
  const swept = plans.map(({ plan }) => plan.link);
  const others = swept
    .slice(0, 1)
    .flatMap((link) =>
      (machine?.interfaces ?? []).map(({ mac }) => ({ ...link, mac, index: 0, addresses: [] })),
    );
  return { links: [...swept, ...others], neighbours: [] };
}
