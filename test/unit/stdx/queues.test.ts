import { describe, expect, it } from 'vitest';
import { AssertionFailure } from '../../../src/stdx/assert.js';
import { FifoQueue } from '../../../src/stdx/fifo-queue.js';
import { Heap } from '../../../src/stdx/heap.js';
import { RingBuffer } from '../../../src/stdx/ring-buffer.js';

describe('a heap', () => {
  it('gives the least first, whatever the order of arrival', () => {
    const heap = new Heap<number>((a, b) => a - b);
    for (const item of [5, 1, 4, 1, 3]) heap.push(item);
    expect(heap.peek()).toBe(1);
    expect([heap.pop(), heap.pop(), heap.pop(), heap.pop(), heap.pop()]).toEqual([1, 1, 3, 4, 5]);
    expect(heap.pop()).toBeUndefined();
    expect(heap.peek()).toBeUndefined();
  });

  it('is empty after a clear', () => {
    const heap = new Heap<number>((a, b) => a - b);
    heap.push(1);
    heap.clear();
    expect(heap.size).toBe(0);
    expect(heap.pop()).toBeUndefined();
  });
});

describe('a queue', () => {
  it('gives items in the order of arrival, over many times its compaction', () => {
    const queue = new FifoQueue<number>();
    const seen: (number | undefined)[] = [];
    for (let item = 0; item < 10_000; item += 2) {
      queue.push(item);
      queue.push(item + 1);
      seen.push(queue.shift());
    }
    expect(queue.size).toBe(5_000);
    while (queue.size > 0) seen.push(queue.shift());
    expect(seen).toEqual(Array.from({ length: 10_000 }, (_, i) => i));
    expect(queue.shift()).toBeUndefined();
  });

  it('is usable again after it was emptied or cleared', () => {
    const queue = new FifoQueue<string>();
    queue.push('a');
    queue.shift();
    queue.push('b');
    queue.clear();
    expect(queue.size).toBe(0);
    queue.push('c');
    expect(queue.shift()).toBe('c');
  });
});

describe('a ring buffer', () => {
  it('keeps the newest in order and counts what it dropped', () => {
    const buffer = new RingBuffer<number>(3);
    expect(buffer.toArray()).toEqual([]);
    buffer.push(1);
    buffer.push(2);
    expect(buffer.toArray()).toEqual([1, 2]);
    expect(buffer.dropped).toBe(0);
    for (const item of [3, 4, 5]) buffer.push(item);
    expect(buffer.toArray()).toEqual([3, 4, 5]);
    expect(buffer.dropped).toBe(2);
    expect(buffer.size).toBe(3);
  });

  it('refuses to hold nothing', () => {
    expect(() => new RingBuffer(0)).toThrow(AssertionFailure);
  });
});
