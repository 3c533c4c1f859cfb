/** Frames of ARP that are sent one by one. Their bytes are composed in native/core/wire. */

import type { FrameTag } from '../links/choice.js';
import { arpOperation, type HeardArp } from '../listen/heard-frame.js';
import type { NativeAddon } from '../native.js';

/** What a frame says; protocol addresses in host byte order, hardware addresses in lower case with colons. */
export interface ArpFrame extends HeardArp {
  readonly destination: string;
  readonly source: string;
  /** The outer one first. */
  readonly tags: readonly FrameTag[];
}

/** Who asks or announces: the sender's pair of addresses, and the tags of its link. */
export interface Sender {
  readonly mac: string;
  /** Host byte order; 0 makes a request an RFC 5227 probe. */
  readonly ip: number;
  readonly tags: readonly FrameTag[];
}

export const broadcastMac = 'ff:ff:ff:ff:ff:ff';
const noMac = '00:00:00:00:00:00';

/** Asks for an address: everybody, or one machine by unicast (RFC 1122, 2.3.2.1). THA is zero, as the kernel has it. */
export function requestFor(target: number, { mac, ip, tags }: Sender, destination = broadcastMac): ArpFrame {
  const sender = { source: mac, sha: mac, spa: ip };
  return { destination, ...sender, tags, operation: arpOperation.request, tha: noMac, tpa: target };
}

/** Tells everybody whose the sender's address is, by a request for itself (RFC 5227, 1.1). */
export function announcementOf(sender: Sender): ArpFrame {
  return requestFor(sender.ip, sender);
}

/** The same by a reply, which names the hardware address once more as THA (RFC 5944, 4.6). */
export function gratuitousReplyOf(sender: Sender): ArpFrame {
  return { ...announcementOf(sender), operation: arpOperation.reply, tha: sender.mac };
}

/** The bytes of a frame, without padding and FCS. */
export function composed(addon: Pick<NativeAddon, 'requestFrame'>, frame: ArpFrame): Uint8Array {
  const { destination, source, tags, operation, sha, spa, tha, tpa } = frame;
  const fields = { source, senderHardware: sha, senderIp: spa, targetHardware: tha };
  return addon.requestFrame({ destination, tags, operation, ...fields }, tpa);
}
