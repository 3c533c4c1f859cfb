/** What a sweep would send, without sending it: nothing is opened, so that it takes no rights. */

import { type LinkPlan, placeOf } from '../links/plan.js';
import type { NativeAddon } from '../native.js';
import { formatAddress } from '../targets/address.js';
import { countAddresses, formatRanges, type Range, subtract } from '../targets/ranges.js';
import type { Targets } from '../targets/resolve.js';
import { requestFrameOf } from './link-run.js';
import { checkOptions } from './options.js';
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

/** @throws ArpsweepError as `sweep` does before it sends */
export async function previewSweep(
  load: () => NativeAddon,
  targets: Targets | undefined,
  options: SweepOptions,
): Promise<Preview[]> {
  const { addon, plans } = await prepare(load, targets, checkOptions(options));
  return plans.map((plan) => previewOf(addon, plan));
}

function previewOf(addon: NativeAddon, plan: LinkPlan): Preview {
  const own = plan.own.map((ip): Range => ({ first: ip, last: ip }));
  const asked = subtract(plan.targets, own);
  const [range] = asked;
  const target = range?.first ?? null;
  return {
    ...placeOf(plan),
    count: countAddresses(asked),
    targets: formatRanges(asked),
    target: target === null ? null : formatAddress(target),
    frame: addon.requestFrame(requestFrameOf(plan), target ?? 0),
  };
}
