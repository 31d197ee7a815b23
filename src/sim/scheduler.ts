import { assert } from '../stdx/assert.js';
import { Heap } from '../stdx/heap.js';
import type { Timer } from '../node/env/clock.js';

interface ScheduledEvent {
  readonly atMs: number;
  readonly sequence: number;
  readonly run: () => void;
  cancelled: boolean;
}

/**
 * Virtual time: events run one by one in the order (time, sequence), and all microtasks of one run before the next begins.
 * `drainMicrotasks` resolves in a later turn of the real event loop; JavaScript has no other way to know that none is left.
 */
export class Scheduler {
  readonly #events = new Heap<ScheduledEvent>((a, b) => a.atMs - b.atMs || a.sequence - b.sequence);
  readonly #drainMicrotasks: () => Promise<void>;
  #nowMs = 0;
  #sequence = 0;
  #executed = 0;

  constructor(drainMicrotasks: () => Promise<void>) {
    this.#drainMicrotasks = drainMicrotasks;
  }

  /** Virtual milliseconds since the start. */
  nowMs(): number {
    return this.#nowMs;
  }

  /** Events run so far. */
  executed(): number {
    return this.#executed;
  }

  /** Runs `run` once, `delayMs` of virtual time from now, after everything that is due earlier. */
  after(delayMs: number, run: () => void): Timer {
    const event: ScheduledEvent = {
      atMs: this.#nowMs + Math.max(0, delayMs),
      sequence: this.#sequence++,
      run,
      cancelled: false,
    };
    this.#events.push(event);
    return {
      cancel: () => {
        event.cancelled = true;
      },
    };
  }

  /** Lets `durationMs` of virtual time pass. */
  async advance(durationMs: number): Promise<void> {
    const endMs = this.#nowMs + durationMs;
    await this.#drainMicrotasks();
    for (let next = this.#next(); next !== undefined && next.atMs <= endMs; next = this.#next()) {
      await this.#step();
    }
    this.#nowMs = endMs;
  }

  /** Runs until `condition` holds; fails when that takes more than `limitMs` of virtual time. */
  async until(condition: () => boolean, limitMs: number): Promise<void> {
    const endMs = this.#nowMs + limitMs;
    await this.#drainMicrotasks();
    while (!condition()) {
      const next = this.#next();
      assert(
        next !== undefined && next.atMs <= endMs,
        `the condition did not come true within ${limitMs} ms of virtual time`,
      );
      await this.#step();
    }
  }

  /** Runs until the promise settles, and gives its value; fails when that takes more than `limitMs` of virtual time. */
  async settle<T>(promise: Promise<T>, limitMs: number): Promise<T> {
    let settled = false;
    const mark = (): void => {
      settled = true;
    };
    promise.then(mark, mark);
    await this.until(() => settled, limitMs);
    return await promise;
  }

  #next(): ScheduledEvent | undefined {
    for (let head = this.#events.peek(); head !== undefined; head = this.#events.peek()) {
      if (!head.cancelled) return head;
      this.#events.pop();
    }
    return undefined;
  }

  async #step(): Promise<void> {
    const event = this.#events.pop();
    assert(event !== undefined, 'a step needs an event');
    this.#nowMs = Math.max(this.#nowMs, event.atMs);
    this.#executed += 1;
    event.run();
    await this.#drainMicrotasks();
  }
}
