/** Which interfaces there are, which of them a sweep takes, and whether they can carry ARP. */

import { hostname } from 'node:os';
import { InterfaceError } from '../errors.js';
import type { Interface, Machine } from '../generated/report-types.js';
import { type NativeAddon, type NativeLink, native } from '../native.js';
import { formatAddress } from '../targets/address.js';

/** ARPHRD_ numbers of linux/if_arp.h. */
const ARPHRD_ETHER = 1;
const ARPHRD_LOOPBACK = 772;

/**
 * The network interfaces of this namespace, in the kernel's order.
 * @throws NativeLoadError, SystemError
 */
export function listInterfaces(): Interface[] {
  return describeLinks(native().listLinks());
}

/**
 * This machine as a report describes it.
 * @throws NativeLoadError, SystemError
 */
export function machine(): Machine {
  return describeMachine(native().listLinks());
}

export function describeMachine(links: readonly NativeLink[]): Machine {
  return { name: hostname(), interfaces: describeLinks(links) };
}

function describeLinks(links: readonly NativeLink[]): Interface[] {
  const names = new Map(links.map(({ index, name }) => [index, name]));
  return links.map((link) => ({
    name: link.name,
    index: link.index,
    netns: null,
    mac: link.mac,
    permanentMac: link.permanentMac,
    type: typeName(link.arpType),
    kind: link.kind,
    driver: link.driver,
    flags: [...link.flags],
    operState: link.operState,
    carrier: link.carrier,
    wireless: link.wireless,
    mtu: link.mtu,
    parent: names.get(link.parentIndex) ?? null,
    master: names.get(link.masterIndex) ?? null,
    vlan: link.vlan,
    addresses: link.addresses.map(({ ip, prefixLength, secondary, scope }) => ({
      ip: formatAddress(ip),
      prefixLength,
      secondary,
      scope,
    })),
  }));
}

function typeName(arpType: number): string {
  if (arpType === ARPHRD_ETHER) return 'ethernet';
  return arpType === ARPHRD_LOOPBACK ? 'loopback' : String(arpType);
}

/** A link that ARP can be spoken on: it has a hardware address, and the kernel lets it ask. */
export interface EthernetLink extends NativeLink {
  readonly mac: string;
}

export function isEthernet(link: NativeLink): link is EthernetLink {
  const speaksArp = !link.flags.includes('LOOPBACK') && !link.flags.includes('NOARP');
  return link.arpType === ARPHRD_ETHER && link.mac !== null && speaksArp;
}

function isReady(link: NativeLink): boolean {
  return isEthernet(link) && link.flags.includes('UP') && link.carrier;
}

/**
 * The links to sweep on: those named, or that of the default route with the lowest metric.
 * @throws InterfaceError where there is none, more than one by default, or one that cannot carry ARP
 */
export function chooseLinks(
  addon: Pick<NativeAddon, 'listRoutes'>,
  links: readonly NativeLink[],
  names: readonly string[] | null,
): EthernetLink[] {
  const chosen = names ? names.map((name) => linkNamed(links, name)) : [defaultLink(addon, links)];
  return chosen.map(checkLink);
}

function linkNamed(links: readonly NativeLink[], name: string): NativeLink {
  const link = links.find((candidate) => candidate.name === name);
  if (link) return link;
  throw new InterfaceError(
    'ERR_INTERFACE_NOT_FOUND',
    `There is no interface ${JSON.stringify(name)} here.`,
    `There are: ${listed(links)}.`,
  );
}

function defaultLink(addon: Pick<NativeAddon, 'listRoutes'>, links: readonly NativeLink[]): NativeLink {
  const routes = addon.listRoutes().filter(({ prefixLength }) => prefixLength === 0);
  const metric = Math.min(...routes.map((route) => route.metric));
  const best = new Set(
    routes.filter((route) => route.metric === metric).map((route) => route.interfaceIndex),
  );
  const found = links.filter(({ index }) => best.has(index));
  const [only] = found;
  if (only && found.length === 1) return only;

  const ready = links.filter(isReady);
  if (only) {
    throw new InterfaceError(
      'ERR_INTERFACE_AMBIGUOUS',
      `The default route leaves by several interfaces: ${listed(found)}.`,
      'Choose one of them with -I (links).',
    );
  }
  if (ready.length > 0) {
    throw new InterfaceError(
      'ERR_INTERFACE_AMBIGUOUS',
      'There is no default route to tell which interface to sweep on.',
      `Choose one with -I (links): ${listed(ready)}.`,
    );
  }
  throw new InterfaceError(
    'ERR_INTERFACE_NOT_FOUND',
    'There is neither a default route nor an Ethernet interface that is up.',
    `Bring one up; there are: ${listed(links)}.`,
  );
}

function checkLink(link: NativeLink): EthernetLink {
  const { name } = link;
  if (!isEthernet(link)) {
    throw new InterfaceError(
      'ERR_INTERFACE_NOT_ETHERNET',
      `Interface ${name} carries no ARP: ${whyNotEthernet(link)}.`,
      'Choose an Ethernet interface; "arpsweep interfaces" lists what there is.',
    );
  }
  if (!link.flags.includes('UP')) {
    throw new InterfaceError(
      'ERR_INTERFACE_DOWN',
      `Interface ${name} is down.`,
      `Bring it up: ip link set dev ${name} up`,
    );
  }
  if (!link.carrier) {
    throw new InterfaceError(
      'ERR_INTERFACE_NO_CARRIER',
      `Interface ${name} has no carrier: nothing that it sends goes anywhere.`,
      carrierRemedy(link),
    );
  }
  return link;
}

function whyNotEthernet(link: NativeLink): string {
  if (link.flags.includes('LOOPBACK')) return 'it is the loopback interface';
  if (link.arpType !== ARPHRD_ETHER) {
    return `its link layer is not Ethernet (ARPHRD ${link.arpType}${link.kind ? `, ${link.kind}` : ''})`;
  }
  if (link.flags.includes('NOARP')) return 'it has the flag NOARP';
  return 'it has no hardware address';
}

function carrierRemedy({ kind }: NativeLink): string {
  if (kind === 'veth') return 'Bring up its peer, the other end of the veth pair.';
  if (kind === 'bridge') return 'Give the bridge a port that is up.';
  return 'Check the cable and that the port at the other end is on.';
}

function listed(links: readonly NativeLink[]): string {
  return links.map(({ name }) => name).join(', ') || 'none';
}
