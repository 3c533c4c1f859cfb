/** A frame as a witness saw it. */
export interface CapturedFrame {
  /** Kernel timestamp in ms since the epoch, with microseconds after the point. */
  readonly timeMs: number;
  readonly bytes: Buffer;
}

const FILE_HEADER_LENGTH = 24;
const RECORD_HEADER_LENGTH = 16;
const MAGIC_MICROSECONDS = 0xa1b2c3d4;
const MAGIC_NANOSECONDS = 0xa1b23c4d;

/**
 * A reader of a growing pcap stream (pcap-savefile(5), little-endian as this machine writes it): it takes the next
 * bytes and returns the frames that they complete.
 */
export function pcapReader(): (chunk: Buffer) => CapturedFrame[] {
  let pending: Buffer = Buffer.alloc(0);
  let fractionsPerMs: number | undefined;

  return (chunk) => {
    pending = Buffer.concat([pending, chunk]);
    if (fractionsPerMs === undefined) {
      if (pending.length < FILE_HEADER_LENGTH) return [];
      fractionsPerMs = timeResolution(pending.readUInt32LE(0));
      pending = pending.subarray(FILE_HEADER_LENGTH);
    }
    const frames: CapturedFrame[] = [];
    while (pending.length >= RECORD_HEADER_LENGTH) {
      const end = RECORD_HEADER_LENGTH + pending.readUInt32LE(8);
      if (pending.length < end) break;
      frames.push({
        timeMs: pending.readUInt32LE(0) * 1000 + pending.readUInt32LE(4) / fractionsPerMs,
        bytes: Buffer.from(pending.subarray(RECORD_HEADER_LENGTH, end)),
      });
      pending = pending.subarray(end);
    }
    return frames;
  };
}

/** How many of the units in which the file counts parts of a second make a ms. */
function timeResolution(magic: number): number {
  if (magic === MAGIC_MICROSECONDS) return 1e3;
  if (magic === MAGIC_NANOSECONDS) return 1e6;
  throw new Error(`not a pcap stream: magic ${magic.toString(16)}`);
}
