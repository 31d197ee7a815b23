import { assert } from './assert.js';
import { Deferred } from './deferred.js';

/** How many may hold a permit at once, and how many may wait for one. */
export interface SemaphoreLimits {
  readonly permits: number;
  readonly maxWaiting: number;
}

/** Nobody else may wait: the caller is to shed the work now. */
export class SemaphoreFull extends Error {
  override readonly name = 'SemaphoreFull';
}

/** Lets at most `permits` hold it at once, serves waiters in order of arrival, and never queues more than `maxWaiting`. */
export class Semaphore {
  readonly #maxWaiting: number;
  // A Set keeps the order of arrival and lets a cancelled waiter leave from the middle.
  readonly #waiting = new Set<Deferred<void>>();
  #free: number;

  constructor({ permits, maxWaiting }: SemaphoreLimits) {
    assert(permits > 0 && maxWaiting >= 0, 'a semaphore needs permits');
    this.#free = permits;
    this.#maxWaiting = maxWaiting;
  }

  get free(): number {
    return this.#free;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /** Takes a permit if one is free and nobody waits. */
  tryAcquire(): boolean {
    if (this.#free === 0) return false;
    this.#free -= 1;
    return true;
  }

  /** Resolves holding a permit; rejects with `SemaphoreFull`, or with the reason of `signal` if that comes first. */
  async acquire(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (this.tryAcquire()) return;
    if (this.#waiting.size >= this.#maxWaiting)
      throw new SemaphoreFull(`${this.#maxWaiting} are already waiting`);
    const turn = new Deferred<void>();
    const leave = (): void => {
      // Once the permit is handed over the waiter is no longer in line, and the abort comes too late.
      if (this.#waiting.delete(turn)) turn.reject(signal?.reason);
    };
    this.#waiting.add(turn);
    signal?.addEventListener('abort', leave);
    try {
      await turn.promise;
    } finally {
      signal?.removeEventListener('abort', leave);
    }
  }

  /** Gives a permit back: to the longest waiting, or to whoever comes next. */
  release(): void {
    for (const next of this.#waiting) {
      this.#waiting.delete(next);
      next.resolve();
      return;
    }
    this.#free += 1;
  }
}
