/** Gathers what a reader finds into batches of packed frames, which the native layer understands. */

import { type HeardFrameBuffer, heardFrameBuffer, packRawFrame } from '../listen/heard-frame.js';
import type { NativeAddon } from '../native.js';
import type { RecordedFrame } from './recorded.js';

/** Frames in the order of the recording, and what they say. */
export interface FrameBatch extends HeardFrameBuffer {
  readonly count: number;
}

export interface FrameBatches {
  add(frame: RecordedFrame): void;
  /** Hands over what is left. */
  flush(): void;
}

const framesAtOnce = 1024;

/** @param onBatch takes a batch, which is overwritten afterwards */
export function frameBatches(
  addon: Pick<NativeAddon, 'describeFrames'>,
  onBatch: (batch: FrameBatch) => void,
): FrameBatches {
  const buffer = heardFrameBuffer(framesAtOnce);
  let count = 0;
  const flush = (): void => {
    if (count === 0) return;
    addon.describeFrames(buffer.bytes, count);
    onBatch({ ...buffer, count });
    count = 0;
  };
  return {
    add(frame) {
      if (!mayBeArp(frame.bytes)) return;
      packRawFrame(buffer, count, frame);
      count += 1;
      if (count === framesAtOnce) flush();
    },
    flush,
  };
}

/** IP is most of what a recording holds that is not only of ARP. What is left the native layer tells apart. */
function mayBeArp(bytes: Uint8Array): boolean {
  const type = ((bytes[12] ?? 0) << 8) | (bytes[13] ?? 0);
  return type !== 0x0800 && type !== 0x86dd;
}
