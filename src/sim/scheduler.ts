import { assert } from '../stdx/assert.js';
import { Heap } from '../stdx/heap.js';
import type { Timer } from '../node/env/clock.js';
import { Trace } from './trace.js';

/**
 * Calls `run` until it returns false, each time after all microtasks of the time before.
 * It is injected, because only the real event loop knows when no microtask is left.
 */
export type Turns = (run: () => boolean) => Promise<void>;

interface ScheduledEvent {
  readonly atMs: number;
  readonly sequence: number;
  run: (() => void) | undefined;
}

/** What time moves on by, at least, when it moves: a nanosecond. */
const TICK_MS = 1e-6;

/** Virtual time: events run one by one in the order (time, sequence), and all microtasks of one run before the next begins. */
export class Scheduler {
  /** What has happened, as a hash: each event adds its time and its place. */
  readonly trace = new Trace();
  readonly #events = new Heap<ScheduledEvent>((a, b) => a.atMs - b.atMs || a.sequence - b.sequence);
  readonly #turns: Turns;
  #nowMs = 0;
  #sequence = 0;
  #executed = 0;

  constructor(turns: Turns) {
    this.#turns = turns;
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
    const atMs = laterThan(this.#nowMs, delayMs);
    const event: ScheduledEvent = { atMs, sequence: this.#sequence++, run };
    this.#events.push(event);
    return {
      cancel: () => {
        event.run = undefined;
      },
    };
  }

  /** Lets `durationMs` of virtual time pass. */
  async advance(durationMs: number): Promise<void> {
    const endMs = this.#nowMs + durationMs;
    await this.#turns(() => this.#stepUntil(endMs));
    this.#nowMs = endMs;
  }

  /** Runs until `condition` holds; fails when that takes more than `limitMs` of virtual time. */
  async until(condition: () => boolean, limitMs: number): Promise<void> {
    const met = await this.reached(condition, limitMs);
    assert(met, `the condition did not come true within ${limitMs} ms of virtual time`);
  }

  /** Runs until `condition` holds, for at most `limitMs` of virtual time; says whether it does. */
  async reached(condition: () => boolean, limitMs: number): Promise<boolean> {
    const endMs = this.#nowMs + limitMs;
    let met = false;
    await this.#turns(() => {
      met = condition();
      return !met && this.#stepUntil(endMs);
    });
    return met;
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

  /** Runs the next event; false when none is due by `endMs`. */
  #stepUntil(endMs: number): boolean {
    for (let next = this.#events.peek(); next !== undefined; next = this.#events.peek()) {
      if (next.run !== undefined && next.atMs > endMs) return false;
      this.#events.pop();
      if (next.run === undefined) continue;
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      this.#executed += 1;
      this.trace.time(next.atMs);
      this.trace.number(next.sequence);
      next.run();
      return true;
    }
    return false;
  }
}

/** A delay that is lost in rounding would be no delay: whoever waits for the rest of a span would wait for ever, at one time. */
function laterThan(nowMs: number, delayMs: number): number {
  const atMs = nowMs + Math.max(0, delayMs);
  return delayMs > 0 && atMs === nowMs ? nowMs + TICK_MS : atMs;
}
