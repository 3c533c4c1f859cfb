/** Writes pcapng (draft-ietf-opsawg-pcapng): one section, little-endian, with nanoseconds. */

import { prefixMask } from '../targets/address.js';
import { blockType, byteOrderMagic, flagsOf, nameRecord, option } from './pcapng.js';
import type { RecordedFrame, RecordedInterface, RecordedName, RecordedStatistics } from './recorded.js';

export interface PcapngWriter {
  /** The first block. */
  section(application: string): void;
  interface(recorded: RecordedInterface, snapshotLength: number): void;
  names(names: readonly RecordedName[]): void;
  frame(frame: RecordedFrame, comments?: readonly string[]): void;
  /** Frames that were written of what was received, and between which times. */
  statistics(statistics: RecordedStatistics, startNs: bigint, endNs: bigint): void;
  /** What was written since the last time; valid until something more is. */
  take(): Uint8Array;
}

/** if_tsresol: a tenth to the ninth of a second. */
const nanoseconds = 9;

const padded = (length: number): number => (length + 3) & ~3;

export function pcapngWriter(): PcapngWriter {
  let buffer = Buffer.alloc(1 << 16);
  let length = 0;

  /** Makes room for so many bytes, all of them 0, and says where. */
  const room = (bytes: number): number => {
    const at = length;
    length += bytes;
    if (length > buffer.length) {
      const larger = Buffer.alloc(Math.max(length, 2 * buffer.length));
      buffer.copy(larger, 0, 0, at);
      buffer = larger;
    } else {
      buffer.fill(0, at, length);
    }
    return at;
  };
  // The place first: making room may move the buffer.
  const u16 = (value: number): void => {
    const at = room(2);
    buffer.writeUInt16LE(value, at);
  };
  const u32 = (value: number): void => {
    const at = room(4);
    buffer.writeUInt32LE(value, at);
  };
  const u64 = (value: number): void => {
    const at = room(8);
    buffer.writeBigUInt64LE(BigInt(value), at);
  };
  const time = (ns: bigint): void => {
    u32(Number(ns >> 32n));
    u32(Number(ns & 0xffff_ffffn));
  };
  const bytes = (value: Uint8Array): void => {
    const at = room(padded(value.length));
    buffer.set(value, at);
  };

  const block = (type: number, write: () => void): void => {
    const at = room(8);
    write();
    u32(length + 4 - at);
    buffer.writeUInt32LE(type, at);
    buffer.writeUInt32LE(length - at, at + 4);
  };
  /** An option whose value `write` writes, with whatever pads it. */
  const writeOption = (code: number, valueLength: number, write: () => void): void => {
    u16(code);
    u16(valueLength);
    write();
  };
  const bytesOption = (code: number, value: Uint8Array): void =>
    writeOption(code, value.length, () => bytes(value));
  const textOption = (code: number, text: string): void => bytesOption(code, textBytes(text));
  const endOfOptions = (): void => writeOption(option.any.end, 0, () => {});

  return {
    section(application) {
      block(blockType.section, () => {
        u32(byteOrderMagic);
        u16(1);
        u16(0);
        // Its length is not known beforehand: -1.
        u32(0xffff_ffff);
        u32(0xffff_ffff);
        textOption(option.section.application, application);
        endOfOptions();
      });
    },
    interface({ name, description, hardware, linkType, mac, addresses }, snapshotLength) {
      block(blockType.interface, () => {
        u16(linkType);
        u16(0);
        u32(snapshotLength);
        if (name !== null) textOption(option.interface.name, name);
        if (description !== null) textOption(option.interface.description, description);
        for (const address of addresses) bytesOption(option.interface.ipv4, addressBytes(address));
        if (mac !== null) bytesOption(option.interface.mac, macBytes(mac));
        bytesOption(option.interface.timeResolution, Uint8Array.of(nanoseconds));
        if (hardware !== null) textOption(option.interface.hardware, hardware);
        endOfOptions();
      });
    },
    names(names) {
      block(blockType.names, () => {
        for (const each of names) {
          const ends = each.names.map((name) => `${name}\0`).join('');
          bytesOption(nameRecord.eui48, Buffer.concat([macBytes(each.mac), textBytes(ends)]));
        }
        endOfOptions();
      });
    },
    frame(frame, comments = []) {
      block(blockType.enhancedPacket, () => {
        u32(frame.link);
        time(frame.timeNs);
        u32(frame.bytes.length);
        u32(frame.length);
        bytes(frame.bytes);
        const flags = flagsOf(frame.packetType);
        if (flags !== null) writeOption(option.packet.flags, 4, () => u32(flags));
        for (const comment of comments) textOption(option.any.comment, comment);
        if (flags !== null || comments.length > 0) endOfOptions();
      });
    },
    statistics({ link, received, dropped, comment }, startNs, endNs) {
      block(blockType.statistics, () => {
        u32(link);
        time(endNs);
        writeOption(option.statistics.start, 8, () => time(startNs));
        writeOption(option.statistics.end, 8, () => time(endNs));
        // As dumpcap has it: received are those that passed the filter, and whoever dropped them, it is the interface.
        writeOption(option.statistics.received, 8, () => u64(received));
        writeOption(option.statistics.dropped, 8, () => u64(dropped));
        writeOption(option.statistics.delivered, 8, () => u64(received - dropped));
        if (comment !== null) textOption(option.any.comment, comment);
        endOfOptions();
      });
    },
    take() {
      const taken = buffer.subarray(0, length);
      length = 0;
      return taken;
    },
  };
}

const macBytes = (mac: string): Buffer => Buffer.from(mac.replaceAll(':', ''), 'hex');

/** An option has two bytes for its length; a character is not cut in two. */
function textBytes(text: string): Uint8Array {
  const all = Buffer.from(text);
  if (all.length <= 0xffff) return all;
  let end = 0xffff;
  while (((all[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return all.subarray(0, end);
}

/** Address and mask, in network byte order. */
function addressBytes({ ip, prefixLength }: RecordedInterface['addresses'][number]): Uint8Array {
  const value = Buffer.alloc(8);
  value.writeUInt32BE(ip, 0);
  value.writeUInt32BE(prefixMask(prefixLength), 4);
  return value;
}
