import { describe, expect, it } from 'vitest';
import { LIMITS } from '../../../../src/node/core/limits.js';
import type { PendingMutation } from '../../../../src/node/store/mutation.js';
import { MutationQueue } from '../../../../src/node/store/mutation-queue.js';

const KB = 1024;
const batchKb = LIMITS.writerBatchBytes / KB;
const shareKb = LIMITS.writerBackgroundBatchBytes / KB;

function pending(sizeBytes: number): PendingMutation {
  // The queue looks at the size alone.
  return { sizeBytes } as PendingMutation;
}

function fill(queue: MutationQueue, live: readonly number[], background: readonly number[]): void {
  for (const kb of live) expect(queue.push(pending(kb * KB), 'live')).toBe(true);
  for (const kb of background) expect(queue.push(pending(kb * KB), 'background')).toBe(true);
}

/** Takes one batch and tells its kilobytes, live and background. */
function takeBatch(queue: MutationQueue): { live: number; background: number } {
  queue.beginBatch();
  const taken = { live: 0, background: 0 };
  const load = (): { sizeBytes: number; liveBytes: number } => ({
    sizeBytes: (taken.live + taken.background) * KB,
    liveBytes: taken.live * KB,
  });
  for (let next = queue.next(load()); next !== undefined; next = queue.next(load()))
    taken[next.priority] += next.pending.sizeBytes / KB;
  return taken;
}

const many = (count: number, kb: number): number[] => Array.from({ length: count }, () => kb);

describe('what a batch takes', () => {
  it('live mutations alone fill it', () => {
    const queue = new MutationQueue();
    fill(queue, many(2 * batchKb, 1), []);
    expect(takeBatch(queue)).toEqual({ live: batchKb, background: 0 });
    expect(queue.sizeBytes).toBe(batchKb * KB);
  });

  it('background mutations alone fill it', () => {
    const queue = new MutationQueue();
    fill(queue, [], many(2 * batchKb, 1));
    expect(takeBatch(queue)).toEqual({ live: 0, background: batchKb });
  });

  it('with both waiting the background gets its share and no more', () => {
    const queue = new MutationQueue();
    fill(queue, many(3 * batchKb, 1), many(3 * batchKb, 1));
    const expected = { live: batchKb - shareKb, background: shareKb };
    expect([takeBatch(queue), takeBatch(queue)]).toEqual([expected, expected]);
  });

  it('what the background does not need, the live ones get', () => {
    const queue = new MutationQueue();
    fill(queue, many(2 * batchKb, 1), many(10, 1));
    expect(takeBatch(queue)).toEqual({ live: batchKb - 10, background: 10 });
    expect(takeBatch(queue)).toEqual({ live: batchKb, background: 0 });
  });

  it('a record larger than a batch is a batch of its own', () => {
    const queue = new MutationQueue();
    fill(queue, [1, 5 * batchKb, 1], []);
    const sizes = [takeBatch(queue), takeBatch(queue), takeBatch(queue)].map(({ live }) => live);
    expect(sizes).toEqual([1, 5 * batchKb, 1]);
  });

  it('background records larger than their share get it over several batches, and are not starved', () => {
    const queue = new MutationQueue();
    fill(queue, many(20 * batchKb, 1), many(4, batchKb));
    const taken = many(16, 0).map(() => takeBatch(queue).background);
    const total = taken.reduce((sum, kb) => sum + kb, 0);
    expect(total).toBe(4 * batchKb);
    // Never two in a row: the live ones wait for one at most.
    expect(taken.some((kb, i) => kb > 0 && (taken[i + 1] ?? 0) > 0)).toBe(false);
  });
});

describe('the bound', () => {
  it('refuses what would pass it, per priority', () => {
    const queue = new MutationQueue();
    fill(queue, many(LIMITS.writerQueueBytes / KB / 1024, 1024), []);
    expect(queue.push(pending(1), 'live')).toBe(false);
    expect(queue.push(pending(1), 'background')).toBe(true);
    expect(queue.size).toBe(LIMITS.writerQueueBytes / KB / 1024 + 1);
  });

  it('lets one record of any size into an empty lane', () => {
    const queue = new MutationQueue();
    expect(queue.push(pending(2 * LIMITS.writerBackgroundQueueBytes), 'background')).toBe(true);
    expect(queue.push(pending(1), 'background')).toBe(false);
  });

  it('drained, it is empty', () => {
    const queue = new MutationQueue();
    fill(queue, [1, 2], [3]);
    expect(queue.drain().map(({ sizeBytes }) => sizeBytes / KB)).toEqual([1, 2, 3]);
    expect([queue.size, queue.sizeBytes]).toEqual([0, 0]);
  });
});
