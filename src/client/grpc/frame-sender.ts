import { LIMITS } from '../../node/core/limits.js';
import { FifoQueue } from '../../stdx/fifo-queue.js';
import { cutIntoChunks } from './wire/chunk.js';
import { giveSlab } from './wire/frame-slabs.js';
import { ProtoWriter } from './wire/proto-writer.js';

/** Bytes handed to the stream and not yet taken by the network: more wait in the own queue, where their deadlines are watched. */
const STREAM_BYTES = 1024 * 1024;

/** How the items of one kind of stream become frames. */
export interface FrameFormat<T> {
  /** Field of the frame that holds a Chunk. */
  readonly chunkField: number;
  /** What `write` appends, roughly, never less than the payload. */
  bytesOf(item: T): number;
  /** Appends the item, or nothing when nobody waits for it any more. */
  write(writer: ProtoWriter, item: T): void;
}

/** The writing half of a stream. */
export interface FrameStream {
  write(frame: Buffer, written: (error?: Error | null) => void): boolean;
}

/**
 * Sends items over one stream: all that are pushed in one turn of the event loop travel together, in frames of at most 256 KiB,
 * larger items in chunks. While the other side does not take them they wait here, and `queuedBytes` tells how much; the bound
 * is the owner's. The frames of one sender are in the order of the pushes.
 */
export class FrameSender<T> {
  readonly #format: FrameFormat<T>;
  readonly #onWritten: () => void;
  readonly #queue = new FifoQueue<T>();
  /** Chunks of an item that is on its way; they go before the queue. */
  readonly #chunks = new FifoQueue<Buffer>();
  #stream: FrameStream | undefined;
  #scheduled = false;
  #waitingBytes = 0;
  #streamBytes = 0;
  #chunkedFrames = 0;

  /** `onWritten` is called whenever the network has taken a frame: `queuedBytes` is lower then. */
  constructor(format: FrameFormat<T>, onWritten: () => void = () => undefined) {
    this.#format = format;
    this.#onWritten = onWritten;
  }

  /** Bytes pushed that the network has not taken yet. */
  queuedBytes(): number {
    return this.#waitingBytes + this.#streamBytes;
  }

  push(item: T): void {
    this.#waitingBytes += this.#format.bytesOf(item);
    this.#queue.push(item);
    if (this.#scheduled || this.#stream === undefined) return;
    this.#scheduled = true;
    setImmediate(this.#flush);
  }

  /** Begins to send over `stream`; what was pushed before goes first. */
  open(stream: FrameStream): void {
    this.#stream = stream;
    this.#flush();
  }

  /** Forgets the stream and everything queued. */
  reset(): void {
    this.#stream = undefined;
    this.#queue.clear();
    this.#chunks.clear();
    this.#waitingBytes = 0;
    this.#streamBytes = 0;
  }

  readonly #flush = (): void => {
    this.#scheduled = false;
    while (this.#stream !== undefined && this.#streamBytes < STREAM_BYTES) {
      const frame = this.#nextFrame();
      if (frame === undefined) return;
      this.#write(this.#stream, frame);
    }
  };

  #write(stream: FrameStream, frame: Buffer): void {
    const { length } = frame;
    this.#streamBytes += length;
    stream.write(frame, (error) => {
      // A failed write ends the stream, and its end resets this sender.
      if (error !== undefined && error !== null) return;
      giveSlab(frame.buffer);
      if (stream !== this.#stream) return;
      this.#streamBytes -= length;
      this.#onWritten();
      if (!this.#scheduled && this.queuedBytes() > this.#streamBytes) this.#flush();
    });
  }

  #nextFrame(): Buffer | undefined {
    const chunk = this.#chunks.shift();
    if (chunk !== undefined) {
      this.#waitingBytes -= chunk.length;
      return chunk;
    }
    while (this.#queue.size > 0) {
      const frame = this.#pack();
      if (frame.length > LIMITS.streamMessageBytes) {
        this.#cut(frame);
        return this.#nextFrame();
      }
      if (frame.length > 0) return frame;
    }
    return undefined;
  }

  /** Writes what is queued into one frame, as much as fits, at least one item. */
  #pack(): Buffer {
    const writer = new ProtoWriter(Math.min(this.#waitingBytes, LIMITS.streamMessageBytes));
    let frameBytes = 0;
    for (let item = this.#queue.peek(); item !== undefined; item = this.#queue.peek()) {
      const bytes = this.#format.bytesOf(item);
      if (frameBytes > 0 && frameBytes + bytes > LIMITS.streamMessageBytes) break;
      this.#queue.shift();
      this.#waitingBytes -= bytes;
      frameBytes += bytes;
      this.#format.write(writer, item);
    }
    return writer.finish();
  }

  #cut(frame: Buffer): void {
    for (const chunk of cutIntoChunks(frame, ++this.#chunkedFrames, this.#format.chunkField)) {
      this.#waitingBytes += chunk.length;
      this.#chunks.push(chunk);
    }
  }
}
