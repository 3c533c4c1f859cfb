/** One engine at work on one link, from opening to its results. */

import type { LinkPlan } from '../links/plan.js';
import type { EngineOptions, EngineStatus, NativeAddon } from '../native.js';
import { explainNativeError } from '../system-error.js';
import { contains, type Range, subtract, toPairs } from '../targets/ranges.js';
import type { CheckedOptions } from './options.js';
import { type Regulation, regulationOf, tempoOf } from './pace.js';
import { decodeStrays, type Stray } from './stray.js';

export interface LinkRun {
  readonly plan: LinkPlan;
  readonly regulation: Regulation;
  /** Resolves when the engine has ended, for whatever reason; `status()` tells it. */
  readonly done: Promise<void>;
  /** @throws PermissionError, SystemError */
  start(): void;
  stop(): void;
  /** Ends the threads. What was heard stays readable. */
  close(): void;
  status(): EngineStatus;
  /** Copies responders from the `from`-th on, in the order of their first answers, as they stand. */
  read(from: number, into: Uint8Array): number;
  /** Untested addresses; at most `limit` ranges. */
  untested(limit: number): Range[];
  /** Frames that concern us though they answer no question; none before the engine is done. */
  strays(): Stray[];
}

type RunOptions = Pick<CheckedOptions, 'rate' | 'profile' | 'passes' | 'cooldownMs' | 'sequential' | 'seed'>;

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
  const doing = `sweep on ${plan.link.name}`;
  let finish: () => void;
  const done = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const wake = () => {
    if (engine.status().state === 'done') finish();
    onWake();
  };
  const settings = engineOptions(plan, options);
  const engine = explained(doing, () => new addon.Engine(settings, wake));
  return {
    plan,
    regulation: regulationOf(settings, options.profile, plan.link.wireless),
    done,
    start: () => explained(doing, () => engine.start()),
    stop: () => engine.stop(),
    close: () => engine.close(),
    status: () => engine.status(),
    read: (from, into) => engine.read(from, into),
    untested: (limit) => fromPairs(engine.untested(limit)),
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
  const { link, sourceMac, sourceIp } = plan;
  const targets = subtract(plan.targets, plan.own.map(single));
  return {
    interfaceIndex: link.index,
    sourceMac,
    foreignMac: sourceMac !== link.mac,
    sourceIp,
    targets: toPairs(targets),
    named: toPairs(plan.named.filter((ip) => contains(targets, ip)).map(single)),
    own: Uint32Array.from(plan.own),
    ...tempoOf(options, link.wireless),
    cooldownMs: options.cooldownMs === 'auto' ? Number.NaN : options.cooldownMs,
    sequential: options.sequential,
    seed: options.seed,
  };
}

const single = (ip: number): Range => ({ first: ip, last: ip });

function fromPairs(pairs: Uint32Array): Range[] {
  const ranges: Range[] = [];
  for (let i = 0; i + 1 < pairs.length; i += 2) {
    ranges.push({ first: pairs[i] ?? 0, last: pairs[i + 1] ?? 0 });
  }
  return ranges;
}
