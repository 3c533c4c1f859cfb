import type { FileHandle } from 'node:fs/promises';

const chunkBytes = 1 << 20;

/** The first `size` bytes of a file in pieces, each of which is overwritten by the next one. */
export async function* chunksOf(handle: FileHandle, size: number): AsyncGenerator<Uint8Array> {
  const chunk = new Uint8Array(Math.min(chunkBytes, size));
  for (let at = 0; at < size; ) {
    const { bytesRead } = await handle.read(chunk, 0, Math.min(chunk.length, size - at), at);
    if (bytesRead === 0) return;
    at += bytesRead;
    yield chunk.subarray(0, bytesRead);
  }
}
