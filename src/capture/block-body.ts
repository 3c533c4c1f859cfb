/** Reads what is in a block of pcapng. */

import { Malformed } from './decoding.js';
import { option } from './pcapng.js';

/** The inside of a block, read from its start on. What is not there it throws as `Malformed`. */
export class BlockBody {
  readonly #view: DataView;
  readonly #length: number;
  readonly little: boolean;
  #at = 0;

  constructor(view: DataView, length: number, little: boolean) {
    this.#view = view;
    this.#length = length;
    this.little = little;
  }

  get left(): number {
    return this.#length - this.#at;
  }
  u16(): number {
    return this.#view.getUint16(this.#advance(2), this.little);
  }
  u32(): number {
    return this.#view.getUint32(this.#advance(4), this.little);
  }
  /** Two halves, the upper first in either byte order. */
  time(): bigint {
    const upper = BigInt(this.u32());
    return (upper << 32n) | BigInt(this.u32());
  }
  /** With what pads them to a multiple of 4. */
  bytes(count: number): Uint8Array {
    const at = this.#advance(count);
    this.#at = Math.min((this.#at + 3) & ~3, this.#length);
    return new Uint8Array(this.#view.buffer, this.#view.byteOffset + at, count);
  }
  #advance(count: number): number {
    if (count > this.left) throw new Malformed('a block is shorter than what is in it');
    const at = this.#at;
    this.#at += count;
    return at;
  }

  /** The options up to the end, each with its code. */
  *options(): Generator<readonly [number, Uint8Array]> {
    while (this.left >= 4) {
      const code = this.u16();
      const length = this.u16();
      if (code === option.any.end) return;
      yield [code, this.bytes(length)];
    }
  }
}
