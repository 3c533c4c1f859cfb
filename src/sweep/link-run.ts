/** One engine at work on one link, from opening to its results. */

import type { LinkPlan } from '../links/plan.js';
import type { EngineOptions, EngineStatus, NativeAddon, RequestFrame } from '../native.js';
import { explainNativeError } from '../system-error.js';
import { contains, type Range, subtract, toPairs } from '../targets/ranges.js';
import { createBell } from './bell.js';
import type { CheckedOptions } from './options.js';
import { type Regulation, regulationOf, tempoOf } from './pace.js';
import { decodeStrays, type Stray } from './stray.js';

export interface LinkRun {
  readonly plan: LinkPlan;
  readonly regulation: Regulation;
  /** Resolves when the engine has ended, for whatever reason; `status()` tells it. The results are final. */
  readonly done: Promise<void>;
  /** Resolves later, when it has closed its sockets, for which the kernel takes its time: `close()` does not wait then. */
  readonly closed: Promise<void>;
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
  /** Broadcast requests that left for each address. */
  requestsTo(addresses: readonly number[]): Uint32Array;
  /** Frames that concern us though they answer no question; none before the engine is done. */
  strays(): Stray[];
}

type RunOptions = Pick<
  CheckedOptions,
  'rate' | 'profile' | 'passes' | 'cooldownMs' | 'sequential' | 'seed'
> & {
  /** Requests that a named target gets at the least, where the number of passes is not fixed. */
  readonly namedRequests: number;
};

/**
 * Opens an engine; nothing is sent before it is started.
 * @param onWake called when responders were heard or the engine has ended
 * @throws PermissionError, SystemError
 */
export function openLinkRun(
  addon: NativeAddon,
  plan: LinkPlan,
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
  const settings = engineOptions(plan, options);
  const engine = explained(doing, () => new addon.Engine(settings, wake));
  return {
    plan,
    regulation: regulationOf(settings, options.profile, plan.link.wireless),
    done: done.next(),
    closed: closed.next(),
    start: () => explained(doing, () => engine.start()),
    stop: () => engine.stop(),
    close: () => engine.close(),
    status: () => engine.status(),
    read: (from, into) => engine.read(from, into),
    untested: (limit) => fromPairs(engine.untested(limit)),
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

function engineOptions(plan: LinkPlan, options: RunOptions): EngineOptions {
  const { link, fields } = plan;
  const frame = requestFrameOf(plan);
  const targets = subtract(plan.targets, plan.own.map(single));
  const tempo = tempoOf(options, link.wireless);
  return {
    interfaceIndex: link.index,
    namespacePath: plan.namespace?.path ?? null,
    promiscuous: (frame.senderHardware ?? frame.source) !== link.mac || plan.tags.length > 0,
    frame,
    targets: toPairs(targets),
    named: toPairs(plan.named.filter((ip) => contains(targets, ip)).map(single)),
    namedRequests: tempo.adaptivePasses ? options.namedRequests : 0,
    own: Uint32Array.from(fields.byHand ? [] : plan.own),
    ...tempo,
    ...(fields.byHand && { census: false }),
    cooldownMs: options.cooldownMs === 'auto' ? Number.NaN : options.cooldownMs,
    sequential: options.sequential,
    seed: options.seed,
  };
}

/** What the frames of a plan say beside their targets. */
export function requestFrameOf({ sourceMac, sourceIp, tags, fields }: LinkPlan): RequestFrame {
  const ordinary = { source: sourceMac, senderHardware: sourceMac, senderIp: sourceIp, tags };
  return { ...ordinary, ...(fields.spa === 'target' && { senderIsTarget: true }), ...fields.frame };
}

const single = (ip: number): Range => ({ first: ip, last: ip });

function fromPairs(pairs: Uint32Array): Range[] {
  const ranges: Range[] = [];
  for (let i = 0; i + 1 < pairs.length; i += 2) {
    ranges.push({ first: pairs[i] ?? 0, last: pairs[i + 1] ?? 0 });
  }
  return ranges;
}
