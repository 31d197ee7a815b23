import { LIMITS } from '../../../node/core/limits.js';
import { BadFrame } from './bad-frame.js';
import type { ProtoReader } from './proto-reader.js';
import { ProtoWriter } from './proto-writer.js';

/** A part of the bytes of a frame that is larger than one message may be. */
export interface Chunk {
  readonly id: number;
  readonly index: number;
  readonly last: boolean;
  readonly part: Uint8Array;
}

/** The largest frame that chunks may carry: the largest value, its key and what surrounds them. */
const CHUNKED_BYTES = LIMITS.valueBytesHard + 64 * 1024;

/** Bytes of a chunk frame around its part. */
const AROUND_BYTES = 64;

/** Reads the fields of a Chunk that the reader has entered. */
export function readChunk(reader: ProtoReader): Chunk {
  let [id, index] = [0, 0];
  let last = false;
  let part = new Uint8Array(0);
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if (tag === 8) id = reader.uint();
    else if (tag === 16) index = reader.uint();
    else if (tag === 24) last = reader.bool();
    else if (tag === 34) part = Uint8Array.from(reader.bytes());
    else reader.skip(tag);
  }
  return { id, index, last, part };
}

/** Cuts the bytes of one frame into frames of at most `streamMessageBytes`, each with a Chunk in `field`. */
export function cutIntoChunks(frame: Uint8Array, id: number, field: number): Buffer[] {
  const step = LIMITS.streamMessageBytes - AROUND_BYTES;
  const frames: Buffer[] = [];
  for (let from = 0, index = 0; from < frame.length; from += step, index++) {
    const part = frame.subarray(from, from + step);
    const writer = new ProtoWriter(part.length + AROUND_BYTES);
    const start = writer.begin(field);
    writer.uint(1, id);
    writer.uint(2, index);
    writer.bool(3, from + step >= frame.length);
    writer.bytes(4, part);
    writer.end(start);
    frames.push(writer.finish());
  }
  return frames;
}

/** Puts the chunks of one stream together again, one frame at a time, never keeping more than CHUNKED_BYTES. */
export class ChunkAssembly {
  #id = 0;
  #parts: Uint8Array[] = [];
  #bytes = 0;

  /** The whole frame after its last chunk, else undefined. @throws BadFrame when the chunk is not the one that comes next. */
  add(chunk: Chunk): Uint8Array | undefined {
    if (chunk.index !== this.#parts.length) throw new BadFrame('a chunk out of order');
    if (chunk.index > 0 && chunk.id !== this.#id) throw new BadFrame('chunks of two frames mixed');
    if (chunk.part.length === 0) throw new BadFrame('an empty chunk');
    this.#id = chunk.id;
    this.#bytes += chunk.part.length;
    if (this.#bytes > CHUNKED_BYTES) throw new BadFrame('a chunked frame over the limit');
    this.#parts.push(chunk.part);
    if (!chunk.last) return undefined;
    const whole = Buffer.concat(this.#parts, this.#bytes);
    this.#parts = [];
    this.#bytes = 0;
    return whole;
  }
}
