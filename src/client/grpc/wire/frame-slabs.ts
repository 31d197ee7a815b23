import { LIMITS } from '../../../node/core/limits.js';

/** Room for a full frame and what the guesses of its parts fell short. */
const SLAB_BYTES = LIMITS.streamMessageBytes + 4096;
/** Frames smaller than this are cheaper to allocate than to keep. */
const LEAST_BYTES = 64 * 1024;
/** Slabs kept by the process: more come only when many streams write at once. */
const KEPT = 16;

const free: Buffer[] = [];

/** A buffer of at least so many bytes for one frame: memory that was used before, when the frame is large. */
export function takeSlab(bytes: number): Buffer {
  if (bytes < LEAST_BYTES || bytes > SLAB_BYTES) return Buffer.allocUnsafe(bytes);
  return free.pop() ?? Buffer.allocUnsafeSlow(SLAB_BYTES);
}

/** Takes the buffer of a frame back, once the network has a copy of its own. */
export function giveSlab(slab: ArrayBufferLike): void {
  if (slab.byteLength === SLAB_BYTES && free.length < KEPT) free.push(Buffer.from(slab));
}
