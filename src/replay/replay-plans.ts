/** What a recording is judged by: of each link who asked there, from which address, and for what. */

import type { RecordedInterface } from '../capture/recorded.js';
import { formatLink, parseLinkSpec } from '../links/link-spec.js';
import type { EthernetLink } from '../links/links.js';
import type { LinkPlan } from '../links/plan.js';
import type { ReplayOptions } from '../native.js';
import { checkFrameFields } from '../sweep/frame-fields.js';
import { contains, type Ranges, subtract, toPairs } from '../targets/ranges.js';
import { type Asked, dealOut, type ReplayTargets, type Share, single } from './shares.js';
import type { Questions } from './survey.js';

export interface ReplayPlan {
  readonly plan: LinkPlan;
  readonly options: ReplayOptions;
}

/** An interface and what to call it. */
export interface RecordedLink {
  readonly recorded: RecordedInterface;
  readonly name: string;
}

/** Who asked on one link with one tag. */
interface LinkAsked extends Asked {
  readonly link: RecordedLink;
  /** Of the one who asked, as far as the recording tells. */
  readonly addresses: RecordedInterface['addresses'];
  readonly bySource: boolean;
}

/** A plan for each link, tag and sender address, in that order. `swept`: what the recording says that it is of. */
export function planReplay(
  links: readonly RecordedLink[],
  questions: readonly Questions[],
  swept: Ranges,
  wanted: ReplayTargets,
): ReplayPlan[] {
  const groups = new Map<string, Questions[]>();
  for (const each of questions) {
    const key = `${each.link} ${each.vlan}`;
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  const all = [...groups.values()].map((group) => askedOn(links, group));
  return dealOut(all, swept, wanted).map((share) => planOf(share, questions));
}

function askedOn(links: readonly RecordedLink[], group: readonly Questions[]): LinkAsked {
  const link = links[group[0]?.link ?? -1];
  if (!link) throw new Error('a question of no link');
  const bySource = group.every(({ sent }) => sent === 0);
  // Where another machine asked, the addresses of the one that recorded it are none of its own.
  const addresses = bySource ? [] : link.recorded.addresses;
  const own = new Set([...addresses.map(({ ip }) => ip), ...group.map(({ senderIp }) => senderIp)]);
  own.delete(0);
  return { link, group, own, addresses, bySource };
}

function planOf({ asked, questions, targets }: Share<LinkAsked>, all: readonly Questions[]): ReplayPlan {
  const { link, addresses, bySource } = asked;
  const { senderIp, mac, vlan } = questions;
  const own = [...asked.own].filter((ip) => ip === senderIp || contains(targets, ip)).sort((a, b) => a - b);
  const others = all.filter((other) => other.link === questions.link && other.vlan !== vlan);
  const netns = namespaceOf(link.recorded);
  const device = linkOf(link, questions, addresses, bySource ? mac : (link.recorded.mac ?? mac));
  const plan: LinkPlan = {
    link: device,
    // Its file is on another machine, or was.
    namespace: netns === null ? null : { name: netns, path: netns },
    tags: vlan === 0 ? [] : [{ id: vlan, priority: 0, protocol: '802.1Q' }],
    holderIndex: device.index,
    name: formatLink(netns, device.name, vlan === 0 ? [] : [vlan]),
    fields: checkFrameFields({}),
    sourceMac: mac,
    sourceIp: senderIp,
    prefixLength: addresses.find(({ ip }) => ip === senderIp)?.prefixLength ?? null,
    targets,
    named: [],
    own,
  };
  const options: ReplayOptions = {
    link: questions.link,
    vlan,
    otherVlans: Uint32Array.from(new Set(others.map((other) => other.vlan))),
    sourceMac: mac,
    bySource,
    sourceIp: senderIp,
    targets: toPairs(subtract(targets, own.map(single))),
    own: Uint32Array.from(own),
  };
  return { plan, options };
}

/** Where the recording is of our own making, its description says what the interface was swept as. */
function namespaceOf({ name, description }: RecordedInterface): string | null {
  if (name === null || description === null) return null;
  try {
    const spec = parseLinkSpec(description, 'read');
    return spec.interface === name ? spec.netns : null;
  } catch {
    return null;
  }
}

/** What a report needs to know of a link, as far as a recording tells. */
function linkOf(
  { recorded, name }: RecordedLink,
  { link }: Questions,
  addresses: RecordedInterface['addresses'],
  mac: string,
): EthernetLink {
  return {
    index: link + 1,
    name,
    mac,
    permanentMac: null,
    arpType: 1,
    kind: recorded.hardware,
    driver: null,
    flags: ['UP'],
    operState: 'unknown',
    carrier: true,
    wireless: false,
    mtu: 0,
    parentIndex: 0,
    linked: null,
    masterIndex: 0,
    vlan: null,
    vlanFiltering: false,
    addresses: addresses.map((address) => ({ ...address, secondary: false, scope: 'global' as const })),
  };
}
