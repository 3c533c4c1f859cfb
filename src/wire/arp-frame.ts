/** ARP in Ethernet as bytes: the frames that are sent one by one. Those of a sweep are composed in native/core/wire. */

import { arpOperation } from '../listen/heard-frame.js';
import { octetsOf } from '../mac-address.js';

/** An 802.1Q tag. */
export interface VlanTag {
  /** TPID; 802.1Q's 0x8100 where it is left out. */
  readonly protocol?: number;
  /** VID, 0 to 4095. */
  readonly id: number;
  /** PCP, 0 to 7. */
  readonly priority?: number;
}

/**
 * Every field of a frame (RFC 826 and IEEE 802.1Q); protocol addresses in host byte order, hardware addresses in lower
 * case with colons. Types and lengths are those of Ethernet and IPv4 where they are left out; whatever the lengths say,
 * hardware addresses take six bytes and protocol addresses four.
 */
export interface ArpFrame {
  readonly destination: string;
  readonly source: string;
  /** The outer one first. */
  readonly tags?: readonly VlanTag[];
  readonly hardwareType?: number;
  readonly protocolType?: number;
  readonly hardwareLength?: number;
  readonly protocolLength?: number;
  readonly operation: number;
  readonly sha: string;
  readonly spa: number;
  readonly tha: string;
  readonly tpa: number;
}

export const broadcastMac = 'ff:ff:ff:ff:ff:ff';
const noMac = '00:00:00:00:00:00';

const ethernetLength = 14;
const tagLength = 4;
const arpLength = 28;

/** linux/if_ether.h */
const ETH_P_8021Q = 0x8100;
const ETH_P_ARP = 0x0806;
const ETH_P_IP = 0x0800;
/** linux/if_arp.h */
const ARPHRD_ETHER = 1;

/** Who asks or announces: the sender's pair of addresses, and the tags of its link. */
export interface Sender {
  readonly mac: string;
  /** Host byte order; 0 makes a request an RFC 5227 probe. */
  readonly ip: number;
  readonly tags: readonly VlanTag[];
}

/** Asks for an address: everybody, or one machine by unicast (RFC 1122, 2.3.2.1). THA is zero, as the kernel has it. */
export function requestFrame(sender: Sender, target: number, destination = broadcastMac): ArpFrame {
  const { mac, ip, tags } = sender;
  return {
    destination,
    source: mac,
    tags,
    operation: arpOperation.request,
    sha: mac,
    spa: ip,
    tha: noMac,
    tpa: target,
  };
}

/** Tells everybody whose the sender's address is, by a request for itself (RFC 5227, 1.1). */
export function announcementFrame(sender: Sender): ArpFrame {
  return requestFrame(sender, sender.ip);
}

/** The same by a reply, which names the hardware address once more as THA (RFC 5944, 4.6). */
export function gratuitousReplyFrame(sender: Sender): ArpFrame {
  return { ...announcementFrame(sender), operation: arpOperation.reply, tha: sender.mac };
}

/** The bytes of a frame, without padding and FCS. */
export function encodeArpFrame(frame: ArpFrame): Uint8Array {
  const { tags = [] } = frame;
  const arpAt = ethernetLength + tags.length * tagLength;
  const bytes = new Uint8Array(arpAt + arpLength);
  const view = new DataView(bytes.buffer);
  bytes.set(octetsOf(frame.destination), 0);
  bytes.set(octetsOf(frame.source), 6);
  tags.forEach(({ protocol = ETH_P_8021Q, id, priority = 0 }, i) => {
    view.setUint16(12 + i * tagLength, protocol);
    view.setUint16(14 + i * tagLength, (priority << 13) | id);
  });
  view.setUint16(arpAt - 2, ETH_P_ARP);
  view.setUint16(arpAt, frame.hardwareType ?? ARPHRD_ETHER);
  view.setUint16(arpAt + 2, frame.protocolType ?? ETH_P_IP);
  view.setUint8(arpAt + 4, frame.hardwareLength ?? 6);
  view.setUint8(arpAt + 5, frame.protocolLength ?? 4);
  view.setUint16(arpAt + 6, frame.operation);
  bytes.set(octetsOf(frame.sha), arpAt + 8);
  view.setUint32(arpAt + 14, frame.spa);
  bytes.set(octetsOf(frame.tha), arpAt + 18);
  view.setUint32(arpAt + 24, frame.tpa);
  return bytes;
}
