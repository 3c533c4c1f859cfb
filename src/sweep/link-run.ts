/** One engine at work on one link, from opening to its results. */

import type { LinkPlan } from '../links/plan.js';
import type { EngineOptions, EngineStatus, NativeAddon, RequestFrame } from '../native.js';
import { explainNativeError } from '../system-error.js';
import { contains, fromPairs, type Range, type Ranges, rangesOf, toPairs } from '../targets/ranges.js';
import { createBell } from './bell.js';
import type { CheckedOptions } from './options.js';
import { gentleTempoOf, type Regulation, regulationOf, tempoOf } from './pace.js';
import { decodeStrays, type Stray } from './stray.js';

export interface LinkRun {
  readonly plan: LinkPlan;
  /** Its own addresses among the targets that it asks; in order. */
  readonly ownTargets: readonly number[];
  readonly regulation: Regulation;
  /** Resolves when the engine has ended, for whatever reason; `status()` tells it. The results are final. */
  readonly done: Promise<void>;
  /** Resolves later, when it has closed its sockets, for which the kernel takes its time: `close()` does not wait then. */
  readonly closed: Promise<void>;
  /**
   * Opens the sockets: what privileges are for is done then.
   * @throws PermissionError, SystemError
   */
  open(): void;
  /** @throws PermissionError, SystemError */
  start(): void;
  stop(): void;
  /** Ends the threads, and waits for them. What was heard stays readable. */
  close(): void;
  status(): EngineStatus;
  /** Copies responders from the `from`-th on, in the order of their first answers, as they stand. */
  read(from: number, into: Uint8Array): number;
  /** Untested addresses; at most `limit` ranges. */
  untested(limit: number): Range[];
  /** Positions that cover what it ended too early to know of; at most `limit` slices. */
  remaining(limit: number): Range[];
  /** Broadcast requests that left for each address. */
  requestsTo(addresses: readonly number[]): Uint32Array;
  /** Frames that concern us though they answer no question; none before the engine is done. */
  strays(): Stray[];
}

type RunOptions = Pick<CheckedOptions, 'rate' | 'profile' | 'passes' | 'cooldownMs' | 'course'> & {
  /** Requests that a named target gets at the least, where the number of passes is not fixed. */
  readonly namedRequests: number;
  /** One pass, and what is silent of the named targets again: for who swept the same lately. */
  readonly gently?: boolean;
};

/**
 * Makes an engine; nothing is sent before it is started.
 * @param part positions of the permutation of the plan's targets
 * @param onWake called when responders were heard or the engine has ended
 * @throws PermissionError, SystemError
 */
export function openLinkRun(
  addon: NativeAddon,
  plan: LinkPlan,
  part: Ranges,
  options: RunOptions,
  onWake: () => void,
): LinkRun {
  const doing = `sweep on ${plan.name}`;
  const done = createBell();
  const closed = createBell();
  const wake = () => {
    const { state } = engine.status();
    if (state === 'done' || state === 'closed') done.ring();
    if (state === 'closed') closed.ring();
    onWake();
  };
  const settings = engineOptions(plan, part, options);
  const engine = explained(doing, () => new addon.Engine(settings, wake));
  return {
    plan,
    ownTargets: plan.own.filter((ip) => engine.holds(ip)),
    regulation: regulationOf(settings, options.profile, plan.link.wireless),
    done: done.next(),
    closed: closed.next(),
    open: () => explained(doing, () => engine.open()),
    start: () => explained(doing, () => engine.start()),
    stop: () => engine.stop(),
    close: () => engine.close(),
    status: () => engine.status(),
    read: (from, into) => engine.read(from, into),
    untested: (limit) => fromPairs(engine.untested(limit)),
    remaining: (limit) => fromPairs(engine.remaining(limit)),
    requestsTo: (addresses) => engine.requestsTo(Uint32Array.from(addresses)),
    strays: () => decodeStrays(engine.strays()),
  };
}

function explained<T>(doing: string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw explainNativeError(error, doing);
  }
}

function engineOptions(plan: LinkPlan, part: Ranges, options: RunOptions): EngineOptions {
  const { link, fields } = plan;
  const frame = requestFrameOf(plan);
  const named = plan.named.filter((ip) => contains(plan.targets, ip) && !plan.own.includes(ip));
  const { gently = false, namedRequests } = options;
  const tempo = gently ? gentleTempoOf(options, link.wireless) : tempoOf(options, link.wireless);
  return {
    interfaceIndex: link.index,
    namespacePath: plan.namespace?.path ?? null,
    promiscuous: (frame.senderHardware ?? frame.source) !== link.mac || plan.tags.length > 0,
    frame,
    targets: toPairs(plan.targets),
    part: toPairs(part),
    named: toPairs(rangesOf(named)),
    namedRequests: gently || tempo.adaptivePasses ? namedRequests : 0,
    own: Uint32Array.from(plan.own),
    probesOwn: !fields.byHand,
    ...tempo,
    ...(fields.byHand && { census: false }),
    cooldownMs: options.cooldownMs === 'auto' ? Number.NaN : options.cooldownMs,
    sequential: options.course.sequential,
    seed: options.course.seed,
  };
}

/** What the frames of a plan say beside their targets. */
export function requestFrameOf({ sourceMac, sourceIp, tags, fields }: LinkPlan): RequestFrame {
  const ordinary = { source: sourceMac, senderHardware: sourceMac, senderIp: sourceIp, tags };
  return { ...ordinary, ...(fields.spa === 'target' && { senderIsTarget: true }), ...fields.frame };
}
