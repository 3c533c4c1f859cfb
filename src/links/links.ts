/** Which interfaces there are, and whether they can carry ARP. */

import { hostname } from 'node:os';
import { InterfaceError } from '../errors.js';
import type { Interface, Machine } from '../generated/report-types.js';
import { type NativeLink, native } from '../native.js';
import { formatAddress } from '../targets/address.js';
import { formatLink } from './link-spec.js';
import type { Namespace } from './namespaces.js';

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

/** `netns` is the name of the network namespace that the links are in; null for the present one. */
export function describeMachine(links: readonly NativeLink[], netns: string | null = null): Machine {
  return { name: hostname(), interfaces: describeLinks(links, netns) };
}

function describeLinks(links: readonly NativeLink[], netns: string | null = null): Interface[] {
  const names = new Map(links.map(({ index, name }) => [index, name]));
  return links.map((link) => ({
    name: link.name,
    index: link.index,
    netns,
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

/** Whether it could be swept on at once. */
export function isReady(link: NativeLink): link is EthernetLink {
  return isEthernet(link) && link.flags.includes('UP') && link.carrier;
}

/**
 * The link of a namespace, or of the present one, where it can be swept on.
 * @throws InterfaceError that says why it cannot
 */
export function checkLink(link: NativeLink, where: Namespace | null = null): EthernetLink {
  const name = formatLink(where?.name ?? null, link.name, []);
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
      `Bring it up: ${where === null ? '' : `nsenter --net=${where.path} `}ip link set dev ${link.name} up`,
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
