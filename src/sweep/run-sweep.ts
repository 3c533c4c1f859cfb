/** Conducts a sweep: options, targets, links and engines in, responders and a report out. */

import type { Report } from '../generated/report-types.js';
import { laterStates } from '../links/machine-state.js';
import type { LinkPlan } from '../links/plan.js';
import { createRoster } from '../names/roster.js';
import type { NativeAddon } from '../native.js';
import { buildReport, type LinkResult, resultOf } from '../report/report.js';
import { systemFailure } from '../system-error.js';
import type { Ranges } from '../targets/ranges.js';
import type { Targets } from '../targets/resolve.js';
import { createBell } from './bell.js';
import { type LinkRun, openLinkRun } from './link-run.js';
import { checkOptions } from './options.js';
import { type Prepared, prepare } from './preparation.js';
import { progressOf } from './progress.js';
import { iterationOf, respondersOf } from './responders.js';
import { type Observation, observe } from './surroundings.js';
import type { Progress, Responder, Sweep, SweepOptions } from './sweep-api.js';

const progressIntervalMs = 100;

/**
 * What is known of the targets. Each of them is asked once, and each that answers once more by unicast and by probe.
 */
export interface Known {
  /** Addresses that somebody has, in host byte order and ascending. */
  readonly addresses: readonly number[];
  /** Requests that these get, and those that are expected, before they count as silent. */
  readonly requests: number;
}

/** For commands, and for who makes one sweep after another: knows what the last one found, and must know more of each. */
export interface SweepExtras {
  /** Who has an address, where the same was swept lately: then it asks no more than it takes to see what has changed. */
  readonly known?: Known;
  /** Called before anything is opened. */
  readonly onPrepared?: (prepared: Prepared) => void;
  /** Called when every socket is open, and nothing is sent yet. The questions of a fingerprint open others later. */
  readonly onOpen?: () => void;
  /** Called when the engines have ended and can still be asked. */
  readonly onDone?: (runs: readonly Pick<LinkRun, 'plan' | 'requestsTo'>[]) => void;
}

/**
 * Starts a sweep with the addon that `load` gives.
 *
 * One promise, `finished`, owns the end: it settles once every engine is closed, and everything else (iteration,
 * disposal, `report()`) waits for it.
 */
export function runSweep(
  load: () => NativeAddon,
  targets: Targets | undefined,
  options: SweepOptions,
  { known, onPrepared, onOpen, onDone }: SweepExtras = {},
): Sweep {
  const bell = createBell();
  const clock = performance.now();
  let runs: readonly LinkRun[] = [];
  let roster = createRoster([]);
  let stopping = false;
  let ended = false;

  const stop = (): void => {
    stopping = true;
    for (const run of runs) run.stop();
  };
  const progress = (): Progress => progressOf(runs, performance.now() - clock, ended);

  const conduct = async (): Promise<Report> => {
    const { signal } = options;
    let observation: Observation | undefined;
    // Whatever fails, an option that cannot be right included, ends the iteration as well.
    try {
      const checked = checkOptions(options);
      if (signal?.aborted) stop();
      signal?.addEventListener('abort', stop, { once: true });
      const prepared = await prepare(load, targets, checked, known?.addresses);
      const { plans, parts, before, judge, addon } = prepared;
      const gently = known !== undefined;
      const namedRequests = judge?.requests ?? known?.requests ?? 0;
      roster = prepared.roster;
      onPrepared?.(prepared);
      observation = await observe(addon, plans, before);
      const startedAt = new Date();
      const started = performance.now();
      runs = makeAll(addon, plans, parts, { ...checked, namedRequests, gently }, bell.ring);
      const begins = !stopping;
      if (begins) {
        for (const run of runs) run.open();
        onOpen?.();
        for (const run of runs) run.start();
        await allDone(runs, stop, checked.onProgress, progress);
      }
      const durationMs = performance.now() - started;
      onDone?.(runs);
      const results = runs.map((run) => resultOf(run, judge?.addresses ?? [], known?.addresses));
      refuseVoid(results);
      const surroundings = await observation.finish();
      const report = buildReport({
        startedAt,
        durationMs,
        before,
        after: laterStates(addon, before),
        roster,
        judge,
        results,
        surroundings,
        course: checked.course,
      });
      if (begins) await Promise.all(runs.map(({ closed }) => closed));
      if (checked.fingerprint && !stopping) await takeFingerprints(load, options, report);
      return report;
    } finally {
      observation?.close();
      for (const run of runs) run.close();
      ended = true;
      bell.ring();
      signal?.removeEventListener('abort', stop);
    }
  };

  const finished = conduct().then((report) => {
    options.onProgress?.(progress());
    return report;
  });
  const settled = finished.then(
    () => {},
    () => {},
  );

  const iterate = (): AsyncIterableIterator<Responder> => {
    const responders = respondersOf({
      bell,
      runs: () => runs,
      roster: () => roster,
      ended: () => ended,
    });
    return {
      ...iterationOf(responders, finished),
      // Stops before it asks for the return: who waits for the next responder would keep it waiting.
      return: async () => {
        stop();
        await settled;
        return responders.return();
      },
    };
  };

  return {
    [Symbol.asyncIterator]: iterate,
    report: () => finished,
    progress,
    [Symbol.asyncDispose]: () => {
      stop();
      return settled;
    },
  };
}

/** Makes all engines or none. */
function makeAll(
  addon: NativeAddon,
  plans: readonly LinkPlan[],
  parts: readonly Ranges[],
  options: Parameters<typeof openLinkRun>[3],
  onWake: () => void,
): LinkRun[] {
  const runs: LinkRun[] = [];
  try {
    for (const [i, plan] of plans.entries()) {
      runs.push(openLinkRun(addon, plan, parts[i] ?? [], options, onWake));
    }
    return runs;
  } catch (error) {
    for (const run of runs) run.close();
    throw error;
  }
}

/** Each question is asked twice at the most, and answers are waited for as long as hosts take that are not slow. */
const oddQuestions = { passes: 2, cooldownMs: 200 } as const;

async function takeFingerprints(
  load: () => NativeAddon,
  options: SweepOptions,
  report: Report,
): Promise<void> {
  const { links, netns, vlan, rate, profile, sourceMac, offLink, signal } = options;
  const where = {
    ...(links && { links }),
    ...(netns !== undefined && { netns }),
    ...(vlan !== undefined && { vlan }),
    ...(rate !== undefined && { rate }),
    ...(profile && { profile }),
    ...(sourceMac !== undefined && { sourceMac }),
    ...(offLink && { offLink }),
    ...(signal && { signal }),
  };
  const { addFingerprints } = await import('../fingerprint/fingerprint.js');
  try {
    await addFingerprints(report, (targets, frame) =>
      runSweep(load, targets, { ...where, ...oddQuestions, frame }).report(),
    );
  } catch {
    // A link went away meanwhile: what was heard before is worth more than who it may have been.
  }
}

/** Where a system call failed on every link before a frame had left, the sweep did not start: there is no report. */
function refuseVoid(results: readonly LinkResult[]): void {
  const isVoid = ({ status }: LinkResult) => status.stopped === 'system-error' && status.transmitted === 0;
  const [first] = results;
  if (!first?.status.fault || !results.every(isVoid)) return;
  throw systemFailure(first.status.fault, `sweep on ${first.plan.name}`);
}

/** Waits for all engines; reports progress meanwhile. What `onProgress` throws ends the sweep. */
async function allDone(
  runs: readonly LinkRun[],
  stop: () => void,
  onProgress: ((progress: Progress) => void) | null,
  progress: () => Progress,
): Promise<void> {
  const done = Promise.all(runs.map((run) => run.done));
  if (!onProgress) {
    await done;
    return;
  }
  let timer: NodeJS.Timeout | undefined;
  const thrown = new Promise<never>((_, reject) => {
    timer = setInterval(() => {
      try {
        onProgress(progress());
      } catch (error) {
        stop();
        reject(error);
      }
    }, progressIntervalMs).unref();
  });
  try {
    await Promise.race([done, thrown]);
  } finally {
    clearInterval(timer);
  }
}
