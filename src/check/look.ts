/** One look at the network: what is expected is asked, and beside it what nobody should answer. */

import type { Expectation } from '../expect/expectation.js';
import { type Unjudged, unjudgedOf } from '../expect/unjudged.js';
import type { Report } from '../generated/report-types.js';
import { sweep } from '../sweep/sweep.js';
import type { SweepOptions } from '../sweep/sweep-api.js';
import { formatAddress } from '../targets/address.js';
import type { TargetSet } from '../targets/parse.js';
import { contains, union } from '../targets/ranges.js';
import { singly } from './controls.js';
import { doubtsOf, isSuspicious } from './doubts.js';

export interface LookPlan {
  readonly targets: TargetSet;
  readonly options: SweepOptions;
  readonly expectation: Expectation;
  /** Addresses that nobody should have, in host byte order. */
  readonly controls: readonly number[];
}

export interface Look {
  readonly report: Report;
  readonly unjudged: Unjudged;
  /** Why nothing can be told, in sentences. */
  readonly doubts: readonly string[];
  /** Nothing to complain of, nothing left open. */
  readonly isWell: boolean;
}

/** A machine on the same network answers within a fraction of this; for those that do not there is the patient look. */
const quickCooldownMs = 20;

/** Passes over the controls of a patient look: with one in two answers lost, seven of eight are heard. */
const controlPasses = 3;

/**
 * A quick look asks each address once and hardly listens on: enough to see that all is well. Only a patient one, which
 * asks as a sweep does, can see that it is not.
 * @throws ArpsweepError where the sweep cannot start
 */
export async function look(plan: LookPlan, pace: 'quick' | 'patient'): Promise<Look> {
  const { expectation, controls: addresses } = plan;
  const [report, controlReport] = await (pace === 'quick' ? sweepQuickly(plan) : sweepPatiently(plan));
  const controls = { addresses, report: controlReport };
  const unjudged = unjudgedOf(report, expectation);
  const doubts = doubtsOf(report, expectation, controls);
  const isWell =
    report.outcome === 'complete' &&
    report.findings.every(({ severity }) => severity === 'info') &&
    unjudged.undecided.length === 0 &&
    doubts.length === 0 &&
    !(pace === 'quick' && isSuspicious(report, expectation, controls));
  return { report, unjudged, doubts, isWell };
}

/**
 * In one sweep, for each takes its time to begin and to end. Controls that are no targets count as expected here, lest
 * they be unexpected; asked once, they are not missing.
 */
async function sweepQuickly({
  targets,
  options,
  expectation,
  controls,
}: LookPlan): Promise<[Report, Report]> {
  const added = controls.filter((address) => !contains(targets.ranges, address));
  const hosts = added.map((address) => ({ ip: formatAddress(address) }));
  const groups = hosts.length > 0 ? [{ name: 'addresses that nobody should have', min: 0, hosts }] : [];
  const report = await sweep(
    { ...targets, ranges: union(targets.ranges, singly(controls)) },
    {
      ...options,
      expect: { groups: [...expectation.groups, ...groups] },
      passes: 1,
      cooldownMs: quickCooldownMs,
    },
  ).report();
  return [report, report];
}

/** Controls apart, and by requests only: to a host that is just choosing its address, probes look like a conflict. */
function sweepPatiently({ targets, options, controls }: LookPlan): Promise<[Report, Report | null]> {
  const { names: _, expect: __, exclude: ___, ...asking } = options;
  const apart = { ranges: singly(controls), named: [], hostNames: [] };
  return Promise.all([
    sweep(targets, options).report(),
    controls.length > 0 ? sweep(apart, { ...asking, passes: controlPasses }).report() : null,
  ]);
}
