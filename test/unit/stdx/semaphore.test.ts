import { describe, expect, it } from 'vitest';
import { Deferred } from '../../../src/stdx/deferred.js';
import { Semaphore, SemaphoreFull } from '../../../src/stdx/semaphore.js';

describe('a deferred promise', () => {
  it('is settled once', async () => {
    const deferred = new Deferred<number>();
    expect(deferred.settled).toBe(false);
    deferred.resolve(1);
    deferred.resolve(2);
    deferred.reject(new Error('too late'));
    expect(deferred.settled).toBe(true);
    await expect(deferred.promise).resolves.toBe(1);
  });

  it('can be rejected', async () => {
    const deferred = new Deferred<number>();
    deferred.reject(new Error('lost'));
    await expect(deferred.promise).rejects.toThrow('lost');
  });
});

describe('a semaphore', () => {
  it('lets as many in as it has permits, and the others in order of arrival', async () => {
    const semaphore = new Semaphore({ permits: 2, maxWaiting: 10 });
    const order: string[] = [];
    await semaphore.acquire();
    await semaphore.acquire();
    const waiters = ['a', 'b', 'c'].map(async (name) => {
      await semaphore.acquire();
      order.push(name);
    });
    expect(semaphore.waiting).toBe(3);
    expect(semaphore.tryAcquire()).toBe(false);
    for (let i = 0; i < 3; i++) semaphore.release();
    await Promise.all(waiters);
    expect(order).toEqual(['a', 'b', 'c']);
    expect(semaphore.free).toBe(0);
    semaphore.release();
    expect(semaphore.free).toBe(1);
    expect(semaphore.tryAcquire()).toBe(true);
  });

  it('sheds what would wait beyond its bound', async () => {
    const semaphore = new Semaphore({ permits: 1, maxWaiting: 1 });
    await semaphore.acquire();
    const second = semaphore.acquire();
    await expect(semaphore.acquire()).rejects.toThrow(SemaphoreFull);
    semaphore.release();
    await second;
  });

  it('lets a waiter leave when its signal aborts, and gives its turn to the next', async () => {
    const semaphore = new Semaphore({ permits: 1, maxWaiting: 10 });
    await semaphore.acquire();
    const deadline = new AbortController();
    const late = semaphore.acquire(deadline.signal);
    const next = semaphore.acquire();
    deadline.abort(new Error('deadline'));
    await expect(late).rejects.toThrow('deadline');
    expect(semaphore.waiting).toBe(1);
    semaphore.release();
    await next;
    expect(semaphore.free).toBe(0);
  });

  it('does not lose a permit when the abort comes right after the turn', async () => {
    const semaphore = new Semaphore({ permits: 1, maxWaiting: 10 });
    await semaphore.acquire();
    const deadline = new AbortController();
    const waiter = semaphore.acquire(deadline.signal);
    semaphore.release();
    deadline.abort(new Error('deadline'));
    await expect(waiter).resolves.toBeUndefined();
    semaphore.release();
    expect(semaphore.free).toBe(1);
  });

  it('does not begin to wait for a signal that has aborted', async () => {
    const semaphore = new Semaphore({ permits: 1, maxWaiting: 10 });
    await expect(semaphore.acquire(AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone');
    expect(semaphore.free).toBe(1);
  });
});
