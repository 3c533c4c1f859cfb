/** ARP for IPv4 in Ethernet (RFC 826), written and read apart from the product that it judges. */
import type { CapturedFrame } from './pcap.js';

export const REQUEST = 1;
export const REPLY = 2;
export const BROADCAST = 'ff:ff:ff:ff:ff:ff';
export const NO_MAC = '00:00:00:00:00:00';
export const NO_IP = '0.0.0.0';

/** The fields of a frame, in its order; what is left out is as a reply or request of a kernel has it. */
export interface ArpFields {
  readonly destination?: string;
  readonly source?: string;
  readonly etherType?: number;
  readonly hardwareType?: number;
  readonly protocolType?: number;
  readonly hardwareLength?: number;
  readonly protocolLength?: number;
  readonly operation: number;
  readonly sha: string;
  readonly spa: string;
  readonly tha?: string;
  readonly tpa: string;
}

function macBytes(mac: string): Buffer {
  return Buffer.from(mac.replaceAll(':', ''), 'hex');
}

function ipBytes(ip: string): Buffer {
  return Buffer.from(ip.split('.').map(Number));
}

/** Builds the 42 bytes of a frame without padding. */
export function arpFrame(fields: ArpFields): Buffer {
  const { operation, sha, spa, tha = NO_MAC, tpa } = fields;
  const header = Buffer.alloc(10);
  header.writeUInt16BE(fields.etherType ?? 0x0806, 0);
  header.writeUInt16BE(fields.hardwareType ?? 1, 2);
  header.writeUInt16BE(fields.protocolType ?? 0x0800, 4);
  header.writeUInt8(fields.hardwareLength ?? 6, 6);
  header.writeUInt8(fields.protocolLength ?? 4, 7);
  header.writeUInt16BE(operation, 8);
  return Buffer.concat([
    macBytes(fields.destination ?? (tha === NO_MAC ? BROADCAST : tha)),
    macBytes(fields.source ?? sha),
    header,
    macBytes(sha),
    ipBytes(spa),
    macBytes(tha),
    ipBytes(tpa),
  ]);
}

/** A frame of the wire, read. */
export interface ReadArp extends Required<ArpFields> {
  readonly timeMs: number;
}

/** Reads an untagged frame of at least 42 bytes. */
export function readArp({ bytes, timeMs }: CapturedFrame): ReadArp {
  const mac = (at: number) =>
    [...bytes.subarray(at, at + 6)].map((b) => b.toString(16).padStart(2, '0')).join(':');
  const ip = (at: number) => bytes.subarray(at, at + 4).join('.');
  return {
    timeMs,
    destination: mac(0),
    source: mac(6),
    etherType: bytes.readUInt16BE(12),
    hardwareType: bytes.readUInt16BE(14),
    protocolType: bytes.readUInt16BE(16),
    hardwareLength: bytes.readUInt8(18),
    protocolLength: bytes.readUInt8(19),
    operation: bytes.readUInt16BE(20),
    sha: mac(22),
    spa: ip(28),
    tha: mac(32),
    tpa: ip(38),
  };
}

/** What a machine asked, in the order of the wire. */
export function questionsOf(frames: readonly CapturedFrame[], mac: string): ReadArp[] {
  return frames.map(readArp).filter((arp) => arp.source === mac && arp.operation === REQUEST);
}

/** A question in short: `request 10.0.0.5`, `probe 10.0.0.5` (SPA 0) or `unicast 10.0.0.5`. */
export function inShort({ destination, spa, tpa }: ReadArp): string {
  if (destination !== BROADCAST) return `unicast ${tpa}`;
  return `${spa === NO_IP ? 'probe' : 'request'} ${tpa}`;
}

/** How often each question was asked, in short. */
export function countQuestions(questions: readonly ReadArp[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const question of questions.map(inShort)) counts[question] = (counts[question] ?? 0) + 1;
  return counts;
}
