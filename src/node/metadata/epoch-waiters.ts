import { Deferred } from '../../stdx/deferred.js';
import { KvError } from '../core/errors.js';
import type { Clock, Timer } from '../env/clock.js';

interface Waiter {
  readonly epoch: number;
  readonly done: Deferred<void>;
  readonly timer: Timer;
}

/** Those that wait for an epoch, each for a bounded time; requests that wait are bounded where they are admitted. */
export class EpochWaiters {
  readonly #clock: Clock;
  readonly #waiting = new Set<Waiter>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The highest epoch waited for; 0 when nobody waits. */
  highest(): number {
    let highest = 0;
    for (const { epoch } of this.#waiting) highest = Math.max(highest, epoch);
    return highest;
  }

  /** Resolves when the epoch is reached. @throws KvError KV_EPOCH_CHANGED when the time ends first */
  async wait(epoch: number, remainingMs: number): Promise<void> {
    const done = new Deferred<void>();
    const timer = this.#clock.after(remainingMs, () => {
      this.#end(waiter, late(epoch, 'in time'));
    });
    const waiter: Waiter = { epoch, done, timer };
    this.#waiting.add(waiter);
    await done.promise;
  }

  reached(epoch: number): void {
    for (const waiter of [...this.#waiting]) if (waiter.epoch <= epoch) this.#end(waiter);
  }

  stop(): void {
    for (const waiter of [...this.#waiting])
      this.#end(waiter, late(waiter.epoch, 'before this node stopped'));
  }

  #end(waiter: Waiter, error?: KvError): void {
    this.#waiting.delete(waiter);
    waiter.timer.cancel();
    if (error === undefined) waiter.done.resolve();
    else waiter.done.reject(error);
  }
}

function late(epoch: number, when: string): KvError {
  return new KvError(
    'KV_EPOCH_CHANGED',
    `the cluster metadata is at epoch ${epoch} or beyond, and this node could not learn it ${when}`,
  );
}
