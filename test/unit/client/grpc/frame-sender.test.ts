import { beforeEach, describe, expect, it } from 'vitest';
import { FrameSender } from '../../../../src/client/grpc/frame-sender.js';
import type { FrameFormat } from '../../../../src/client/grpc/frame-sender.js';
import { ChunkAssembly, readChunk } from '../../../../src/client/grpc/wire/chunk.js';
import { ProtoReader } from '../../../../src/client/grpc/wire/proto-reader.js';
import { assert } from '../../../../src/stdx/assert.js';
import { LIMITS } from '../../../../src/node/core/limits.js';
import { nextTurn } from '../../../../src/node/io/turn.js';

interface Item {
  readonly bytes: Uint8Array;
  readonly cancelled?: boolean;
}

const FORMAT: FrameFormat<Item> = {
  chunkField: 2,
  bytesOf: (item) => item.bytes.length + 16,
  write: (writer, item) => {
    if (item.cancelled !== true) writer.bytesAlways(1, item.bytes);
  },
};

/** A stream that takes a frame only when it is told to, as a network does. */
class SlowStream {
  readonly frames: Buffer[] = [];
  readonly #written: ((error?: Error) => void)[] = [];

  write(frame: Buffer, written: (error?: Error) => void): boolean {
    this.frames.push(frame);
    this.#written.push(written);
    return true;
  }

  /** Takes the oldest frame, and returns what it holds at that moment. */
  take(): Buffer {
    const [frame, written] = [this.frames.shift(), this.#written.shift()];
    assert(frame !== undefined && written !== undefined, 'there is a frame to take');
    const copy = Buffer.from(frame);
    written();
    return copy;
  }
}

const item = (size: number, fill = 1): Item => ({ bytes: new Uint8Array(size).fill(fill) });

/** The items in a frame, with chunks put together. */
function itemsIn(frames: readonly Buffer[], assembly = new ChunkAssembly()): Uint8Array[] {
  return frames.flatMap((frame) => {
    const items: Uint8Array[] = [];
    const reader = new ProtoReader(frame);
    for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
      if (tag === 10) {
        items.push(reader.bytes());
        continue;
      }
      const outer = reader.enter();
      const whole = assembly.add(readChunk(reader));
      reader.leave(outer);
      if (whole !== undefined) items.push(...itemsIn([Buffer.from(whole)]));
    }
    return items;
  });
}

describe('a frame sender', () => {
  let stream: SlowStream;
  let sender: FrameSender<Item>;

  beforeEach(() => {
    stream = new SlowStream();
    sender = new FrameSender(FORMAT);
    sender.open(stream);
  });

  it('sends all items of one turn in one frame, and nothing before the turn ends', async () => {
    for (let i = 0; i < 100; i++) sender.push(item(10, i));
    await Promise.resolve();
    expect(stream.frames).toEqual([]);
    await nextTurn();
    expect(stream.frames).toHaveLength(1);
    expect(itemsIn(stream.frames).map((bytes) => bytes[0])).toEqual(
      Array.from({ length: 100 }, (_, i) => i),
    );
  });

  it('keeps every frame within the size of frames', async () => {
    for (let i = 0; i < 40; i++) sender.push(item(20_000, i));
    await nextTurn();
    expect(stream.frames.length).toBeGreaterThan(1);
    for (const { length } of stream.frames)
      expect(length).toBeLessThanOrEqual(LIMITS.streamMessageBytes);
    expect(itemsIn(stream.frames)).toHaveLength(40);
  });

  it('cuts what is larger than a frame into chunks that give it back', async () => {
    const large = item(1_000_000);
    large.bytes.forEach((_, i, bytes) => (bytes[i] = i % 251));
    sender.push(item(5, 7));
    sender.push(large);
    sender.push(item(5, 8));
    await nextTurn();
    const taken: Buffer[] = [];
    while (stream.frames.length > 0) taken.push(stream.take());
    for (const { length } of taken) expect(length).toBeLessThanOrEqual(LIMITS.streamMessageBytes);
    const items = itemsIn(taken);
    expect(items.map((bytes) => bytes.length)).toEqual([5, 1_000_000, 5]);
    expect(Buffer.compare(items[1]!, large.bytes)).toBe(0);
  });

  it('keeps back what the network does not take, counts it, and goes on when it does', async () => {
    for (let i = 0; i < 100; i++) sender.push(item(100_000));
    const all = sender.queuedBytes();
    expect(all).toBeGreaterThanOrEqual(100 * 100_000);
    await nextTurn();
    const handed = stream.frames.length;
    expect(handed).toBeLessThan(10);
    expect(sender.queuedBytes()).toBeGreaterThan(9_900_000);
    let taken = 0;
    while (stream.frames.length > 0) taken += itemsIn([stream.take()]).length;
    expect(taken).toBe(100);
    expect(sender.queuedBytes()).toBe(0);
  });

  it('leaves out what was cancelled while it waited', async () => {
    sender.push({ ...item(5), cancelled: true });
    await nextTurn();
    expect(stream.frames).toEqual([]);
    expect(sender.queuedBytes()).toBe(0);
    sender.push(item(5));
    await nextTurn();
    expect(itemsIn(stream.frames)).toHaveLength(1);
  });

  it('holds what is pushed before there is a stream', async () => {
    const early = new FrameSender(FORMAT);
    early.push(item(5));
    await nextTurn();
    early.open(stream);
    expect(itemsIn(stream.frames)).toHaveLength(1);
  });

  it('does not write over a frame before the network has taken it', async () => {
    const others = [new SlowStream(), new SlowStream()];
    const senders = others.map((other) => {
      const another = new FrameSender(FORMAT);
      another.open(other);
      return another;
    });
    for (let round = 1; round <= 30; round++) {
      for (const [index, another] of senders.entries())
        for (let i = 0; i < 4; i++) another.push(item(60_000, round * 2 + index));
      await nextTurn();
      for (const [index, other] of others.entries()) {
        // One frame stays with the network, while its buffer's neighbours are used again.
        const keep = round % 2;
        while (other.frames.length > keep) {
          const first = itemsIn([other.take()])[0]!;
          expect(first.every((byte) => byte === first[0])).toBe(true);
          expect(first[0]! % 2).toBe(index);
        }
      }
    }
  });

  it('forgets everything when it is reset', async () => {
    for (let i = 0; i < 100; i++) sender.push(item(100_000));
    await nextTurn();
    sender.reset();
    expect(sender.queuedBytes()).toBe(0);
    const handed = stream.frames.length;
    for (let i = 0; i < handed; i++) stream.take();
    expect(stream.frames).toEqual([]);
    expect(sender.queuedBytes()).toBe(0);
  });
});
