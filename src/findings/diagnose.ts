/** The registry of diagnoses: each has its rule in its own file and is quiet on a healthy network. */

import type { Finding } from '../generated/report-types.js';
import { diagnoseAddressMoved } from './address-moved.js';
import { diagnoseAnsweredByFabric } from './answered-by-fabric.js';
import { diagnoseAnswersOnlyProbes } from './answers-only-probes.js';
import { diagnoseArpFlux } from './arp-flux.js';
import { diagnoseClaimsOurAddress } from './claims-our-address.js';
import type { Diagnosis, Observations } from './context.js';
import { diagnoseDuplicateAddress } from './duplicate-address.js';
import { diagnoseLoss } from './loss.js';
import { diagnoseMacOnWrongPort } from './mac-on-wrong-port.js';
import { diagnoseOtherVlan } from './other-vlan.js';
import { diagnoseOwnMacOnWire } from './own-mac-on-wire.js';
import { proxiesOf } from './proxies.js';
import { diagnoseProxyArp } from './proxy-arp.js';
import { diagnoseSenderMismatch } from './sender-mismatch.js';
import { diagnoseShadowedAddress } from './shadowed-address.js';
import { diagnoseUnconfiguredInterface } from './unconfigured-interface.js';
import { diagnoseVlanWrongParent } from './vlan-wrong-parent.js';

const diagnoses: readonly Diagnosis[] = [
  diagnoseClaimsOurAddress,
  diagnoseDuplicateAddress,
  diagnoseOwnMacOnWire,
  diagnoseMacOnWrongPort,
  diagnoseVlanWrongParent,
  diagnoseShadowedAddress,
  diagnoseAnswersOnlyProbes,
  diagnoseArpFlux,
  diagnoseUnconfiguredInterface,
  diagnoseProxyArp,
  diagnoseOtherVlan,
  diagnoseLoss,
  diagnoseAnsweredByFabric,
  diagnoseSenderMismatch,
  diagnoseAddressMoved,
];

/** Everything that was seen to be wrong, in the order of the registry. */
export function diagnose(seen: Observations): Finding[] {
  const facts = { ...seen, proxies: proxiesOf(seen) };
  return diagnoses.flatMap((diagnosis) => diagnosis(facts));
}
