/** Recordings built and read apart from the code that they judge. */

import { CaptureError, startDecoding } from '../../src/capture/decoding.js';
import { decodeRecording } from '../../src/capture/reader.js';
import {
  type RecordedFrame,
  type RecordedInterface,
  type RecordedName,
  type RecordedStatistics,
  unknownPacketType,
} from '../../src/capture/recorded.js';

/** Everything that a reader found. */
export interface ReadRecording {
  readonly applications: (string | null)[];
  readonly interfaces: RecordedInterface[];
  readonly names: RecordedName[];
  readonly frames: RecordedFrame[];
  readonly statistics: RecordedStatistics[];
  /** Not cut short. */
  isWhole: boolean;
  error: CaptureError | null;
}

/** Reads a recording in pieces of so many bytes, each of which is overwritten once it is read. */
export function readAll(file: Uint8Array, pieces: number = file.length): ReadRecording {
  const found: ReadRecording = {
    applications: [],
    interfaces: [],
    names: [],
    frames: [],
    statistics: [],
    isWhole: false,
    error: null,
  };
  const decoding = startDecoding(
    decodeRecording({
      section: (application) => found.applications.push(application),
      interface: (recorded) => found.interfaces.push(recorded),
      name: (name) => found.names.push(name),
      frame: (frame) => found.frames.push({ ...frame, bytes: Uint8Array.from(frame.bytes) }),
      statistics: (statistics) => found.statistics.push(statistics),
    }),
  );
  try {
    for (let at = 0; at < file.length; at += pieces) {
      const piece = Uint8Array.from(file.subarray(at, at + pieces));
      decoding.push(piece);
      piece.fill(0xee);
    }
    found.isWhole = decoding.isWhole();
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error;
    found.error = error;
  }
  return found;
}

/** An interface of which nothing but its kind is known. */
export const unnamed: RecordedInterface = {
  name: null,
  description: null,
  hardware: null,
  linkType: 1,
  mac: null,
  addresses: [],
};

/** A frame of which neither time nor direction are known. */
export const frameOf = (bytes: readonly number[], more: Partial<RecordedFrame> = {}): RecordedFrame => ({
  link: 0,
  timeNs: 0n,
  packetType: unknownPacketType,
  length: bytes.length,
  bytes: Uint8Array.from(bytes),
  ...more,
});

/** Builds numbers of either byte order. */
export class Numbers {
  readonly #little: boolean;
  constructor(little: boolean) {
    this.#little = little;
  }
  u16(...values: number[]): Buffer {
    return this.#each(values, 2, (buffer, value) =>
      this.#little ? buffer.writeUInt16LE(value) : buffer.writeUInt16BE(value),
    );
  }
  u32(...values: number[]): Buffer {
    return this.#each(values, 4, (buffer, value) =>
      this.#little ? buffer.writeUInt32LE(value) : buffer.writeUInt32BE(value),
    );
  }
  u64(value: bigint): Buffer {
    const buffer = Buffer.alloc(8);
    if (this.#little) buffer.writeBigInt64LE(value);
    else buffer.writeBigInt64BE(value);
    return buffer;
  }
  #each(values: number[], size: number, write: (buffer: Buffer, value: number) => void): Buffer {
    return Buffer.concat(
      values.map((value) => {
        const buffer = Buffer.alloc(size);
        write(buffer, value);
        return buffer;
      }),
    );
  }
}

/** Blocks of pcapng as draft-ietf-opsawg-pcapng draws them. */
export class Blocks extends Numbers {
  block(type: number, ...body: Buffer[]): Buffer {
    const bytes = Buffer.concat(body);
    const padded = Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
    const total = padded.length + 12;
    return Buffer.concat([this.u32(type, total), padded, this.u32(total)]);
  }
  option(code: number, value: Buffer): Buffer {
    const padding = Buffer.alloc((4 - (value.length % 4)) % 4);
    return Buffer.concat([this.u16(code, value.length), value, padding]);
  }
  section(): Buffer {
    return this.block(0x0a0d0d0a, this.u32(0x1a2b3c4d), this.u16(1, 0), this.u64(-1n));
  }
  interface(...options: Buffer[]): Buffer {
    return this.block(1, this.u16(1, 0), this.u32(262_144), ...options);
  }
  /** Enhanced. */
  packet(link: number, time: bigint, bytes: readonly number[], ...options: Buffer[]): Buffer {
    const data = Buffer.from(bytes);
    return this.block(
      6,
      this.u32(link, Number(time >> 32n), Number(time & 0xffff_ffffn), data.length, data.length),
      data,
      Buffer.alloc((4 - (data.length % 4)) % 4),
      ...options,
    );
  }
}
