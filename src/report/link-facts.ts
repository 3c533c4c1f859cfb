/** What the diagnoses are to know of each link: who asked there, and what this machine is around it. */

import type { LinkFacts, OwnMachine } from '../findings/context.js';
import { hardwareAddresses, heldAddresses, type MachineState, type StateOf } from '../links/machine-state.js';
import { type LinkPlan, placeOf, senderMacOf } from '../links/plan.js';
import type { RecordBuffer } from '../sweep/record.js';
import type { Stray } from '../sweep/stray.js';
import { formatAddress } from '../targets/address.js';
import { countProbeAnswers } from './hosts.js';
import { foreignStrays } from './strays.js';

interface AskedLink {
  readonly plan: LinkPlan;
  readonly records: RecordBuffer;
  readonly strays: readonly Stray[];
}

/** By the index of the report's links. */
export function linkFacts(asked: readonly AskedLink[], before: StateOf, after: StateOf): LinkFacts[] {
  const plans = asked.map(({ plan }) => plan);
  const machines = new Map<string, OwnMachine>();
  return asked.map(({ plan, records, strays }) => {
    const { link, namespace, sourceIp, prefixLength } = plan;
    const { vlan, innerVlan = null } = placeOf(plan);
    const state = before(namespace);
    const key = namespace?.path ?? '';
    const machine = machines.get(key) ?? ownMachine(state, after(namespace));
    machines.set(key, machine);
    const bound = state.links.filter(({ masterIndex }) => masterIndex === link.index).length;
    return {
      ...machine,
      mac: senderMacOf(plan),
      ip: sourceIp === 0 ? null : formatAddress(sourceIp),
      prefixLength,
      vlan,
      innerVlan,
      kind: link.kind,
      slaves: link.kind === 'bond' ? bound : 0,
      answeredProbes: countProbeAnswers(records),
      neighbours: neighboursOn(plan, state, machine),
      strays: foreignStrays(strays, plan, plans),
    };
  });
}

function ownMachine(before: MachineState, after: MachineState): OwnMachine {
  return { ourMacs: hardwareAddresses(before, after), held: heldAddresses(before, after) };
}

function neighboursOn(
  { holderIndex }: LinkPlan,
  { neighbours }: MachineState,
  { held }: OwnMachine,
): Set<string> {
  const others = neighbours.filter(
    ({ ip, interfaceIndex, state }) =>
      interfaceIndex === holderIndex && state !== 'FAILED' && !held.has(formatAddress(ip)),
  );
  return new Set(others.map(({ mac }) => mac).filter((mac) => mac !== null));
}
