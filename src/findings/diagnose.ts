/** The registry of diagnoses: each has its rule in its own file and is quiet on a healthy network. */

import type { Finding } from '../generated/report-types.js';
import { diagnoseArpFlux } from './arp-flux.js';
import { diagnoseClaimsOurAddress } from './claims-our-address.js';
import type { Diagnosis, SweepFacts } from './context.js';
import { diagnoseDuplicateAddress } from './duplicate-address.js';
import { diagnoseLoss } from './loss.js';
import { diagnoseMacOnWrongPort } from './mac-on-wrong-port.js';
import { diagnoseUnconfiguredInterface } from './unconfigured-interface.js';
import { diagnoseVlanWrongParent } from './vlan-wrong-parent.js';

const diagnoses: readonly Diagnosis[] = [
  diagnoseClaimsOurAddress,
  diagnoseDuplicateAddress,
  diagnoseMacOnWrongPort,
  diagnoseVlanWrongParent,
  diagnoseArpFlux,
  diagnoseUnconfiguredInterface,
  diagnoseLoss,
];

/** Everything that the facts prove, in the order of the registry. */
export function diagnose(facts: SweepFacts): Finding[] {
  return diagnoses.flatMap((diagnosis) => diagnosis(facts));
}
