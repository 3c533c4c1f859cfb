/** The registry of diagnoses: each has its rule in its own file and is quiet on a healthy network. */

import type { Finding } from '../generated/report-types.js';
import { diagnoseClaimsOurAddress } from './claims-our-address.js';
import type { Diagnosis, Observations } from './context.js';
import { diagnoseDuplicateAddress } from './duplicate-address.js';
import { diagnoseLoss } from './loss.js';
import { diagnoseOwnMacOnWire } from './own-mac-on-wire.js';

const diagnoses: readonly Diagnosis[] = [
  diagnoseClaimsOurAddress,
  diagnoseDuplicateAddress,
  diagnoseOwnMacOnWire,
  diagnoseLoss,
];

/** Everything that was seen to be wrong, in the order of the registry. */
export function diagnose(seen: Observations): Finding[] {
  return diagnoses.flatMap((diagnosis) => diagnosis(seen));
}
