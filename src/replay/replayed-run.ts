/** A sweep on one link, made again from a recording: what a report wants to know of it. */

import { isBundle } from '../links/kinds.js';
import { type EngineStatus, idleStatus, type NativeReplay, type ReplayStatus } from '../native.js';
import type { HeardRun } from '../report/report.js';
import { decodeStrays } from '../sweep/stray.js';
import { contains, countAddresses, fromPairs } from '../targets/ranges.js';
import type { ReplayPlan } from './replay-plans.js';

/** What a recording is known to lack. */
export interface Lacks {
  /** Frames of this link that found no room in it. */
  readonly dropped: number;
  /** It was not read to its end, or has none. */
  readonly end: boolean;
  /** Whoever reads it was interrupted. */
  readonly rest: boolean;
}

/** The run as the recording tells it, once all of it was fed to the replay. */
export function replayedRun({ plan }: ReplayPlan, replay: NativeReplay, lacks: Lacks): HeardRun {
  const status = { ...statusOf(replay.status(), lacks), targets: countAddresses(plan.targets) };
  return {
    plan,
    // What the sweep could do about loss is not recorded, nor what was lost.
    regulation: 'auto',
    ownTargets: plan.own.filter((ip) => contains(plan.targets, ip)),
    status: () => status,
    read: (from, into) => replay.read(from, into),
    untested: (limit) => fromPairs(replay.untested(limit)),
    // What was not asked then is asked by a new sweep.
    remaining: () => [],
    requestsTo: (addresses) => replay.requestsTo(Uint32Array.from(addresses)),
    // A bond hears its own frames as often as it has members, and these are not recorded.
    strays: () => (isBundle(plan.link) ? [] : decodeStrays(replay.strays())),
  };
}

function statusOf({ asked, ...seen }: ReplayStatus, { dropped, end, rest }: Lacks): EngineStatus {
  return {
    ...idleStatus,
    ...seen,
    state: 'closed',
    phase: 'done',
    stopped: rest ? 'interrupted' : 'no',
    queued: asked,
    transmitted: asked,
    kernelDrops: dropped,
    // Nobody asks again for what a recording lacks. One that has no end lacks a frame at the least.
    unmendedDrops: dropped + Number(end),
  };
}
