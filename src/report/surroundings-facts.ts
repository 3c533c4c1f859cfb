/** What the surroundings of a sweep mean to the diagnoses: joined with who answered. */

import type { BridgeFacts, HeldMac, VlanFacts } from '../findings/context.js';
import { bridgeOf } from '../links/bridges.js';
import type { StateOf } from '../links/machine-state.js';
import { type LinkPlan, vlanOf } from '../links/plan.js';
import type { NativeBridgeEntry } from '../native.js';
import type { Surroundings } from '../sweep/surroundings.js';
import { formatAddress, parseAddress } from '../targets/address.js';
import { contains, countAddresses } from '../targets/ranges.js';
import type { AddressedHost } from './hosts.js';

/** What was swept on one link, and what answered there. */
export interface SweptLink {
  readonly plan: LinkPlan;
  readonly hosts: readonly AddressedHost[];
}

/** Facts of each swept link that has a bridge. */
export function bridgeFacts(
  swept: readonly SweptLink[],
  states: StateOf,
  { bridgeTables }: Surroundings,
): BridgeFacts[] {
  return swept.flatMap(({ plan, hosts }, link) => {
    const tables = bridgeTables.get(plan.namespace?.path ?? '');
    const { links } = states(plan.namespace);
    const bridged = bridgeOf(plan.link, links);
    if (!bridged || !tables) return [];
    const { bridge } = bridged;
    const names = new Map(links.map(({ index, name }) => [index, name]));
    const forwarding = tables.ports.filter(
      ({ bridgeIndex, state }) => bridgeIndex === bridge.index && state === 'forwarding',
    );
    const ports = new Map(forwarding.map(({ interfaceIndex: index }) => [index, names.get(index) ?? '']));
    const held = (entries: readonly NativeBridgeEntry[]) => heldMacs(entries, bridge.index, ports);
    const before = held(tables.before);
    const after = held(tables.after);
    const known = new Set([...before, ...after].map(({ mac }) => mac));
    return [
      {
        link,
        bridge: bridge.name,
        port: bridged.isPort ? plan.link.name : null,
        before,
        after,
        apartMs: tables.apartMs,
        answers: answersOf(hosts, known),
      },
    ];
  });
}

/** What a bridge learnt or was told: its own addresses, and those of its ports, do not move. */
function heldMacs(
  entries: readonly NativeBridgeEntry[],
  bridge: number,
  ports: ReadonlyMap<number, string>,
): HeldMac[] {
  return entries
    .filter(({ bridgeIndex, state }) => bridgeIndex === bridge && state !== 'PERMANENT')
    .map(({ mac, vlan, interfaceIndex }) => ({ mac, vlan, port: ports.get(interfaceIndex) ?? '' }))
    .filter(({ port }) => port !== '');
}

function answersOf(hosts: readonly AddressedHost[], macs: ReadonlySet<string>): Map<string, string[]> {
  const answers = new Map<string, string[]>();
  for (const { host } of hosts) {
    for (const { mac } of host.responders) {
      if (!macs.has(mac)) continue;
      const ips = answers.get(mac);
      if (ips) ips.push(host.ip);
      else answers.set(mac, [host.ip]);
    }
  }
  return answers;
}

const mostAnswers = 64;

/** Facts of each swept VLAN link. */
export function vlanFacts(swept: readonly SweptLink[], states: StateOf, { tags }: Surroundings): VlanFacts[] {
  return swept.flatMap(({ plan, hosts }, link) => {
    const vlan = vlanOf(plan);
    const parent = states(plan.namespace).links.find(({ index }) => index === vlan?.deviceIndex);
    if (!vlan || !parent) return [];
    const answering = hosts.filter(({ host }) => !host.self && host.responders.length > 0);
    const own = tags.filter((tag) => tag.plan === link);
    return [
      {
        link,
        id: vlan.id,
        parent: parent.name,
        netns: plan.namespace?.name ?? null,
        isInterface: plan.tags.length === 0,
        asked: countAddresses(plan.targets),
        answered: answering.length,
        answers: answering
          .slice(0, mostAnswers)
          .map(({ host }) => ({ ip: host.ip, mac: host.responders[0]?.mac ?? '' })),
        covers: (ip) => contains(plan.targets, parseAddress(ip) ?? 0),
        heard: own
          .filter(({ isParent }) => !isParent)
          .map(({ device, holders }) => ({
            device,
            how: 'heard' as const,
            hosts: [...holders].map(([ip, mac]) => ({ ip: formatAddress(ip), mac })),
          })),
        heardOnParent: own.filter(({ isParent }) => isParent).reduce((sum, { frames }) => sum + frames, 0),
      },
    ];
  });
}
