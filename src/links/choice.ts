/** Which links a sweep takes: from what people name to devices, namespaces and tags. */

import { InterfaceError, OptionError } from '../errors.js';
import type { NativeAddress, NativeLink, NativeRoute } from '../native.js';
import { formatLink, type LinkSpec, type Tag } from './link-spec.js';
import { checkLink, type EthernetLink, isEthernet, isReady } from './links.js';
import {
  findNamespace,
  type Namespace,
  namespaceIdentity,
  namespacesLike,
  ownNamespacePath,
} from './namespaces.js';
import { isPattern, matches } from './pattern.js';

/** A link as an option asks for it; without an interface it is that of the default route. */
export type WantedLink = Omit<LinkSpec, 'interface'> & { readonly interface: string | null };

/** A tag as it goes into a frame. */
export interface FrameTag extends Tag {
  readonly protocol: '802.1Q' | '802.1ad';
}

/** Who holds the addresses of a link: the device itself, or the VLAN interface on it that has the link's tags. */
export interface Holder {
  readonly mac: string | null;
  readonly addresses: readonly NativeAddress[];
  /** Of the interface whose neighbour table its answers go to; 0 for none. */
  readonly index: number;
}

/** A link to sweep on: a device, in a namespace, with the tags that its frames are to have. */
export interface ChosenLink {
  /** Null for the namespace that this process is in. */
  readonly namespace: Namespace | null;
  readonly device: EthernetLink;
  /** The outer one first. */
  readonly tags: readonly FrameTag[];
  readonly holder: Holder;
  /** As `-I` takes it, priorities left out. */
  readonly name: string;
}

/** What is known of a namespace. */
export interface LinkSource {
  links(where: Namespace | null): readonly NativeLink[];
  routes(where: Namespace | null): readonly NativeRoute[];
}

/**
 * The links that are wanted, in that order, each once. A pattern takes those that are up.
 * @throws InterfaceError where there is none, more than one by default, or one that cannot carry ARP
 * @throws OptionError where one link is wanted with two priorities
 */
export function chooseLinks(source: LinkSource, wanted: readonly WantedLink[]): ChosenLink[] {
  const chosen = new Map<string, ChosenLink>();
  for (const each of wanted) {
    for (const link of linksLike(source, each)) {
      const key = `${link.namespace?.path ?? ''} ${link.device.index} ${link.tags.map(({ id }) => id).join()}`;
      const before = chosen.get(key);
      if (before) refusePriorities(before, link);
      else chosen.set(key, link);
    }
  }
  return [...chosen.values()];
}

/** They would take each other's answers for their own. */
function refusePriorities(one: ChosenLink, other: ChosenLink): void {
  const priorities = ({ tags }: ChosenLink) => tags.map(({ priority }) => priority).join();
  if (priorities(one) === priorities(other)) return;
  throw new OptionError(
    'links',
    `The link ${one.name} is given with two priorities, and an answer does not tell to which question it belongs.`,
    'Give it once, and sweep again for the other priority.',
  );
}

function linksLike(source: LinkSource, wanted: WantedLink): ChosenLink[] {
  const namespaces = namespacesOf(wanted.netns);
  const found = namespaces.flatMap((where) =>
    devicesLike(source, where, wanted, namespaces.length > 1).map((device) =>
      chosenLink(source, where, device, wanted.tags ?? []),
    ),
  );
  if (found.length > 0) return found;
  throw new InterfaceError(
    'ERR_INTERFACE_NOT_FOUND',
    `No interface that is up is called ${JSON.stringify(wanted.interface)} in any of the network namespaces ` +
      `${namespaces.map((where) => where?.name).join(', ')}.`,
    'Give another pattern; "ip -all netns exec ip link" lists what there is.',
  );
}

function namespacesOf(netns: string | null): (Namespace | null)[] {
  if (netns === null) return [null];
  const found = isPattern(netns) ? namespacesLike(netns) : [findNamespace(netns)];
  const own = namespaceIdentity(ownNamespacePath);
  const seen = new Set<number>();
  return found.flatMap((namespace) => {
    const identity = namespaceIdentity(namespace.path);
    if (identity !== null && seen.has(identity)) return [];
    if (identity !== null) seen.add(identity);
    // To enter the namespace that one is in already takes rights for nothing.
    return [identity === own ? null : namespace];
  });
}

/** `lenient`: another namespace may have what this one has not. */
function devicesLike(
  source: LinkSource,
  where: Namespace | null,
  { interface: name }: WantedLink,
  lenient: boolean,
): EthernetLink[] {
  const links = source.links(where);
  if (name === null) return [checkLink(defaultLink(source.routes(where), links, where), where)];
  if (isPattern(name)) {
    const alike = links.filter((link) => matches(name, link.name));
    const ready = alike.filter(isReady);
    if (ready.length > 0 || lenient) return ready;
    const [first] = alike.filter(isEthernet);
    return [checkLink(first ?? alike[0] ?? missing(name, links, where), where)];
  }
  const link = links.find((candidate) => candidate.name === name);
  if (!link && lenient) return [];
  return [checkLink(link ?? missing(name, links, where), where)];
}

function missing(name: string, links: readonly NativeLink[], where: Namespace | null): never {
  const place = placeOf(where);
  throw new InterfaceError(
    'ERR_INTERFACE_NOT_FOUND',
    isPattern(name)
      ? `No interface ${place} is called anything like ${JSON.stringify(name)}.`
      : `There is no interface ${JSON.stringify(name)} ${place}.`,
    `There are: ${listed(links)}.`,
  );
}

function defaultLink(
  allRoutes: readonly NativeRoute[],
  links: readonly NativeLink[],
  where: Namespace | null,
): NativeLink {
  const routes = allRoutes.filter(({ prefixLength }) => prefixLength === 0);
  const metric = Math.min(...routes.map((route) => route.metric));
  const best = new Set(
    routes.filter((route) => route.metric === metric).map((route) => route.interfaceIndex),
  );
  const found = links.filter(({ index }) => best.has(index));
  const [only] = found;
  if (only && found.length === 1) return only;

  const ready = links.filter(isReady);
  const inside = where === null ? '' : ` in the network namespace ${where.name}`;
  if (only) {
    throw new InterfaceError(
      'ERR_INTERFACE_AMBIGUOUS',
      `The default route${inside} leaves by several interfaces: ${listed(found)}.`,
      'Choose one of them with -I (links).',
    );
  }
  if (ready.length > 0) {
    throw new InterfaceError(
      'ERR_INTERFACE_AMBIGUOUS',
      `There is no default route${inside} to tell which interface to sweep on.`,
      `Choose one with -I (links): ${listed(ready)}.`,
    );
  }
  throw new InterfaceError(
    'ERR_INTERFACE_NOT_FOUND',
    `There is neither a default route nor an Ethernet interface that is up${inside}.`,
    `Bring one up; there are: ${listed(links)}.`,
  );
}

function chosenLink(
  source: LinkSource,
  namespace: Namespace | null,
  device: EthernetLink,
  tags: readonly Tag[],
): ChosenLink {
  const stack = vlanInterfaces(source.links(namespace), device, tags);
  const holder = stack.length === tags.length ? (stack.at(-1) ?? device) : nobody;
  return {
    namespace,
    device,
    tags: tags.map((tag, i) => ({ ...tag, protocol: stack[i]?.vlan?.protocol ?? usualProtocol(i, tags) })),
    holder,
    name: formatLink(
      namespace?.name ?? null,
      device.name,
      tags.map(({ id }) => id),
    ),
  };
}

const nobody: Holder = { mac: null, addresses: [], index: 0 };

/** 802.1ad: the outer of two tags is the provider's. */
const usualProtocol = (i: number, tags: readonly Tag[]) =>
  tags.length > 1 && i === 0 ? '802.1ad' : '802.1Q';

/** The VLAN interfaces on a device that put on these tags, from the outer one on, as far as there are any. */
function vlanInterfaces(
  links: readonly NativeLink[],
  device: NativeLink,
  tags: readonly Tag[],
): NativeLink[] {
  const stack: NativeLink[] = [];
  for (const { id } of tags) {
    const below = stack.at(-1) ?? device;
    const next = links.find(({ parentIndex, vlan }) => parentIndex === below.index && vlan?.id === id);
    if (!next) break;
    stack.push(next);
  }
  return stack;
}

const placeOf = (where: Namespace | null): string =>
  where === null ? 'here' : `in the network namespace ${where.name}`;

function listed(links: readonly NativeLink[]): string {
  return links.map(({ name }) => name).join(', ') || 'none';
}
