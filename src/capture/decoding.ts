/** Runs decoders over input that comes in pieces of any size. */

/** The recording is not what its format wants; `offset` is where the part began that is not. */
export class CaptureError extends Error {
  readonly offset: number;

  constructor(problem: string, offset: number) {
    super(problem);
    this.name = 'CaptureError';
    this.offset = offset;
  }
}

/** What a decoder wants next. */
export interface Want {
  /** So many bytes, which it gets together; none where it wants them passed over. */
  readonly take: number;
  readonly skip: number;
  /** Here the input may end. */
  readonly mayEnd: boolean;
}

export const take = (bytes: number): Want => ({ take: bytes, skip: 0, mayEnd: false });
export const skip = (bytes: number): Want => ({ take: 0, skip: bytes, mayEnd: false });
/** The first bytes of the next part. */
export const begin = (bytes: number): Want => ({ take: bytes, skip: 0, mayEnd: true });

/** What a decoder reads numbers by. */
export const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/**
 * Asks for bytes and makes of them what it likes. The bytes that it gets are valid until it asks for more. What is
 * wrong with them it throws as `Malformed`.
 */
export type Decoder = Generator<Want, never, Uint8Array>;

/** What a decoder throws; whoever runs it knows where it was. */
export class Malformed extends Error {}

export interface Decoding {
  /** @throws CaptureError */
  push(chunk: Uint8Array): void;
  /** Whether the input may end here; otherwise it is cut short. */
  isWhole(): boolean;
}

const nothing = new Uint8Array();

export function startDecoding(decoder: Decoder): Decoding {
  let pending: Uint8Array = nothing;
  /** Of the input, the first byte of `pending`, and of the part that is being decoded. */
  let position = 0;
  let partAt = 0;
  let skipping = 0;

  const resume = (bytes: Uint8Array): Want => {
    try {
      return decoder.next(bytes).value;
    } catch (error) {
      if (error instanceof Malformed) throw new CaptureError(error.message, partAt);
      throw error;
    }
  };
  let want = resume(nothing);

  /** Goes on as far as the bytes reach. @returns how many of them were used */
  const decode = (bytes: Uint8Array): number => {
    let at = 0;
    for (;;) {
      if (skipping > 0) {
        const skipped = Math.min(skipping, bytes.length - at);
        skipping -= skipped;
        at += skipped;
        if (skipping > 0) return at;
        want = resume(nothing);
      } else if (want.skip > 0) {
        skipping = want.skip;
      } else {
        if (want.mayEnd) partAt = position + at;
        if (bytes.length - at < want.take) return at;
        const taken = bytes.subarray(at, at + want.take);
        at += want.take;
        want = resume(taken);
      }
    }
  };

  return {
    push(chunk) {
      const bytes = pending.length === 0 ? chunk : joined(pending, chunk);
      const used = decode(bytes);
      position += used;
      // A copy: the chunk may be overwritten once it is taken. What waits is less than a decoder takes at once.
      pending = used === bytes.length ? nothing : new Uint8Array(bytes.subarray(used));
    },
    isWhole: () => pending.length === 0 && skipping === 0 && want.mayEnd,
  };
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
