import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  compareBytes,
  concatBytes,
  equalBytes,
  fromHex,
  readU48be,
  toHex,
  utf8DecodeStrict,
  utf8Encode,
  writeU48be,
} from '../../src/stdx/bytes.js';
import { crc32c } from '../../src/stdx/crc32c.js';
import { formatDuration, parseDuration } from '../../src/stdx/duration.js';
import { FifoQueue } from '../../src/stdx/fifo-queue.js';
import { hash64 } from '../../src/stdx/hash64.js';
import { Heap } from '../../src/stdx/heap.js';
import { Histogram } from '../../src/stdx/histogram.js';
import { LruCache } from '../../src/stdx/lru-cache.js';
import { RingBuffer } from '../../src/stdx/ring-buffer.js';
import { formatSize, parseSize } from '../../src/stdx/size.js';

const bytes = fc.uint8Array({ maxLength: 60 });

function check<T>(arbitrary: fc.Arbitrary<T>, holds: (value: T) => void): void {
  fc.assert(fc.property(arbitrary, holds));
}

it('the order of byte strings is total, and that of their hex digits', () => {
  check(fc.tuple(bytes, bytes), ([a, b]) => {
    const order = Math.sign(compareBytes(a, b));
    expect(order).toBe(-Math.sign(compareBytes(b, a)) + 0);
    const [left, right] = [toHex(a), toHex(b)];
    expect(order).toBe(left < right ? -1 : Number(left > right));
    expect(equalBytes(a, b)).toBe(order === 0);
  });
});

it('hex digits and UTF-8 spell what they were made from', () => {
  check(bytes, (value) => {
    expect(fromHex(toHex(value))).toEqual(value);
  });
  check(fc.string({ unit: 'binary' }), (text) => {
    expect(utf8DecodeStrict(utf8Encode(text))).toBe(text);
  });
  check(bytes, (value) => {
    const text = utf8DecodeStrict(value);
    if (text !== undefined) expect(utf8Encode(text)).toEqual(value);
  });
});

it('48-bit integers are read as they were written, and ordered as their bytes', () => {
  const u48 = fc.integer({ min: 0, max: 2 ** 48 - 1 });
  check(fc.tuple(u48, u48), ([a, b]) => {
    const [left, right] = [new Uint8Array(6), new Uint8Array(6)];
    writeU48be(left, 0, a);
    writeU48be(right, 0, b);
    expect(readU48be(left, 0)).toBe(a);
    expect(Math.sign(compareBytes(left, right))).toBe(Math.sign(a - b));
  });
});

/** CRC-32C bit by bit, as its definition reads. */
function naiveCrc32c(value: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of value) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}

it('a checksum is that of its definition, in one piece or in several', () => {
  check(fc.tuple(bytes, bytes), ([a, b]) => {
    const whole = concatBytes(a, b);
    expect(crc32c(whole)).toBe(naiveCrc32c(whole));
    expect(crc32c(b, crc32c(a))).toBe(crc32c(whole));
  });
});

it('a checksum detects every single flipped bit', () => {
  check(fc.uint8Array({ minLength: 1, maxLength: 12 }), (value) => {
    const sum = crc32c(value);
    for (let bit = 0; bit < 8 * value.length; bit++) {
      value[bit >> 3]! ^= 1 << (bit & 7);
      expect(crc32c(value)).not.toBe(sum);
      value[bit >> 3]! ^= 1 << (bit & 7);
    }
  });
});

it('a 64-bit hash changes about half of its bits when one bit of its input changes', () => {
  const value = utf8Encode('user:1042 and something more');
  const before = hash64(value, { hi: 1, lo: 2 });
  let flipped = 0;
  for (let bit = 0; bit < 8 * value.length; bit++) {
    value[bit >> 3]! ^= 1 << (bit & 7);
    const after = hash64(value, { hi: 1, lo: 2 });
    flipped += onesIn(before.hi ^ after.hi) + onesIn(before.lo ^ after.lo);
    value[bit >> 3]! ^= 1 << (bit & 7);
  }
  expect(Math.abs(flipped / (8 * value.length) - 32)).toBeLessThan(1.5);
});

function onesIn(word: number): number {
  let ones = 0;
  for (let rest = word >>> 0; rest > 0; rest = Math.floor(rest / 2)) ones += rest % 2;
  return ones;
}

it('a heap sorts', () => {
  check(fc.array(fc.integer()), (items) => {
    const heap = new Heap<number>((a, b) => a - b);
    for (const item of items) heap.push(item);
    const popped = Array.from(items, () => heap.pop());
    expect(popped).toEqual([...items].sort((a, b) => a - b));
  });
});

it('a queue is an array that is pushed and shifted', () => {
  check(fc.array(fc.option(fc.integer()), { maxLength: 300 }), (steps) => {
    const queue = new FifoQueue<number>();
    const model: number[] = [];
    for (const step of steps) {
      if (step === null) expect(queue.shift()).toBe(model.shift());
      else {
        queue.push(step);
        model.push(step);
      }
      expect(queue.size).toBe(model.length);
      expect(queue.peek()).toBe(model[0]);
    }
  });
});

it('a ring buffer holds the end of what was pushed', () => {
  check(fc.tuple(fc.integer({ min: 1, max: 8 }), fc.array(fc.integer())), ([capacity, items]) => {
    const buffer = new RingBuffer<number>(capacity);
    for (const item of items) buffer.push(item);
    expect(buffer.toArray()).toEqual(items.slice(-capacity));
    expect(buffer.dropped).toBe(Math.max(0, items.length - capacity));
  });
});

it('a cache never exceeds its limits, and never forgets what still fits', () => {
  const step = fc.record({ key: fc.integer({ min: 0, max: 8 }), size: fc.nat({ max: 12 }) });
  check(fc.array(step), (steps) => {
    const cache = new LruCache<number, number>({ maxEntries: 4, maxBytes: 10, sizeOf: (v) => v });
    let model: { readonly key: number; readonly size: number }[] = [];
    for (const { key, size } of steps) {
      cache.set(key, size);
      model = model.filter((entry) => entry.key !== key);
      if (size <= 10) model.push({ key, size });
      while (model.length > 4 || model.reduce((sum, entry) => sum + entry.size, 0) > 10) {
        model.shift();
      }
      for (const entry of model) expect(cache.has(entry.key)).toBe(true);
      expect(cache.size).toBe(model.length);
      expect(cache.sizeBytes).toBe(model.reduce((sum, entry) => sum + entry.size, 0));
    }
  });
});

it('a percentile is within 1 % of the true one, and a merge is as if all had been recorded in one', () => {
  const latencies = fc.array(fc.double({ min: 0.001, max: 4_000_000, noNaN: true }), {
    minLength: 1,
    maxLength: 80,
  });
  check(fc.tuple(latencies, latencies, fc.integer({ min: 0, max: 100 })), ([a, b, percent]) => {
    const [one, other, both] = [new Histogram(), new Histogram(), new Histogram()];
    for (const ms of a) one.record(ms);
    for (const ms of b) other.record(ms);
    for (const ms of [...a, ...b]) both.record(ms);
    one.merge(other);
    expect(one.snapshot()).toEqual(both.snapshot());
    const sorted = [...a, ...b].sort((x, y) => x - y);
    const truth = sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)]!;
    expect(Math.abs(both.percentile(percent) - truth)).toBeLessThanOrEqual(truth / 100 + 0.0005);
  });
});

it('what is shown of a size or a duration reads back as nearly the same', () => {
  check(fc.double({ min: 0, max: 2 ** 55, noNaN: true }), (size) => {
    const back = parseSize(formatSize(size)) ?? Number.NaN;
    expect(Math.abs(back - size)).toBeLessThanOrEqual(size * 0.05 + 1);
  });
  check(fc.integer({ min: 1000, max: 1e11 }), (ms) => {
    const back = parseDuration(formatDuration(ms)) ?? Number.NaN;
    expect(Math.abs(back - ms)).toBeLessThanOrEqual(ms * 0.06);
  });
});
