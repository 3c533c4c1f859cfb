/** What a sweep would send, without sending it: nothing is opened, so that it takes no rights. */

import { type LinkPlan, placeOf } from '../links/plan.js';
import type { NativeAddon } from '../native.js';
import { formatAddress } from '../targets/address.js';
import { formatRanges, type Ranges } from '../targets/ranges.js';
import type { Targets } from '../targets/resolve.js';
import { openLinkRun, requestFrameOf } from './link-run.js';
import { type CheckedOptions, checkOptions } from './options.js';
import { prepare } from './preparation.js';
import type { SweepOptions } from './sweep-api.js';

/** What one link would be asked, and by which frame. */
export interface Preview extends ReturnType<typeof placeOf> {
  /** Addresses that would be asked for. */
  readonly count: number;
  readonly targets: readonly string[];
  /** The first of them in order; null where there is none. */
  readonly target: string | null;
  /** The frame that asks for it, from its Ethernet destination on and without FCS. */
  readonly frame: Uint8Array;
}

/** Beyond these, neighbouring ranges are joined; nobody reads as many. */
const mostRanges = 1000;

/** @throws ArpsweepError as `sweep` does before it sends */
export async function previewSweep(
  load: () => NativeAddon,
  targets: Targets | undefined,
  options: SweepOptions,
): Promise<Preview[]> {
  const checked = checkOptions(options);
  const { addon, plans, parts } = await prepare(load, targets, checked);
  return plans.map((plan, i) => previewOf(addon, plan, parts[i] ?? [], checked));
}

function previewOf(addon: NativeAddon, plan: LinkPlan, part: Ranges, options: CheckedOptions): Preview {
  // An engine that is not started opens nothing, and knows what it would ask.
  const run = openLinkRun(addon, plan, part, { ...options, namedRequests: 0 }, () => {});
  const { untested: count } = run.status();
  const asked = run.untested(mostRanges);
  run.close();
  const target = asked[0]?.first ?? null;
  return {
    ...placeOf(plan),
    count,
    targets: formatRanges(asked),
    target: target === null ? null : formatAddress(target),
    frame: addon.requestFrame(requestFrameOf(plan), target ?? 0),
  };
}
