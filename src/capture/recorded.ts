/** What a recording holds, whatever its format. */

/** An interface that was recorded. */
export interface RecordedInterface {
  /** As the machine calls it, or null where the recording does not say. */
  readonly name: string | null;
  readonly description: string | null;
  /** What it is made of, such as a driver's name. */
  readonly hardware: string | null;
  /** LINKTYPE_ number of www.tcpdump.org/linktypes.html. */
  readonly linkType: number;
  /** In lower case with colons. */
  readonly mac: string | null;
  /** Its IPv4 addresses, in host byte order. */
  readonly addresses: readonly { readonly ip: number; readonly prefixLength: number }[];
}

/** A frame that was recorded. */
export interface RecordedFrame {
  /** Which interface, in the order in which they were told. */
  readonly link: number;
  /** Since the epoch; 0 where the recording does not say. */
  readonly timeNs: bigint;
  /** PACKET_ number of linux/if_packet.h, or `unknownPacketType`. */
  readonly packetType: number;
  /** On the wire, without FCS. */
  readonly length: number;
  /** What was kept of it; of a reader, valid until it goes on. */
  readonly bytes: Uint8Array;
}

/** What became of one interface's frames. */
export interface RecordedStatistics {
  readonly link: number;
  /** Frames that passed the filter. */
  readonly received: number;
  /** Of these, those that the recording lost. */
  readonly dropped: number;
  readonly comment: string | null;
}

/** A hardware address, in lower case with colons, and what it is called. */
export interface RecordedName {
  readonly mac: string;
  readonly names: readonly string[];
}

export const LINKTYPE_ETHERNET = 1;

/** linux/if_packet.h */
export const PACKET_HOST = 0;
export const PACKET_BROADCAST = 1;
export const PACKET_MULTICAST = 2;
export const PACKET_OTHERHOST = 3;
export const PACKET_OUTGOING = 4;
/** Of a frame of which the recording does not say whether it was sent or received. */
export const unknownPacketType = 255;

/** Takes what a reader finds, in the order of the recording. */
export interface RecordingSink {
  /** The program that wrote what follows, or null where it does not say. */
  section?(application: string | null): void;
  name?(name: RecordedName): void;
  /** Its frames come later, and refer to it by its place among all interfaces. */
  interface?(recorded: RecordedInterface): void;
  frame(frame: RecordedFrame): void;
  statistics?(statistics: RecordedStatistics): void;
}
