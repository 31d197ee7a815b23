import type { Clock, Timer } from '../env/clock.js';

/** What a timer calls; an operation has one at a time, and sets it again for its next stage. */
export interface Timed {
  onTimer(): void;
}

/** A pending call of an operation. */
export class OperationTimer {
  readonly owner: Timed;
  /** The step of the wheel at which it is due, or undefined while it is not set. */
  tick: number | undefined;

  constructor(owner: Timed) {
    this.owner = owner;
  }
}

/** A power of two, so that a step finds its slot by its low bits. */
const SLOTS = 512;

/**
 * The deadlines of all operations of a node over one timer of the environment: a hashed wheel (Varghese and Lauck, 1987), in
 * which setting and cancelling cost O(1). A call comes at its time or up to one step later, never earlier.
 */
export class OperationTimers {
  readonly #clock: Clock;
  readonly #stepMs: number;
  // Sets keep the order of insertion, so that calls of one step come in the order in which they were set.
  readonly #slots: readonly Set<OperationTimer>[];
  #size = 0;
  /** The last step whose calls were made. */
  #cursor = 0;
  #armed: { readonly tick: number; readonly timer: Timer } | undefined;

  constructor(clock: Clock, stepMs: number) {
    this.#clock = clock;
    this.#stepMs = stepMs;
    this.#slots = Array.from({ length: SLOTS }, () => new Set<OperationTimer>());
  }

  /** Timers that are set. */
  get size(): number {
    return this.#size;
  }

  /** Calls the owner at `atMs` (monotonic) or up to a step later, in place of an earlier setting. */
  set(timer: OperationTimer, atMs: number): void {
    this.cancel(timer);
    if (this.#size === 0) this.#cursor = this.#tickOf(this.#clock.monotonicMs());
    const tick = Math.max(Math.ceil(atMs / this.#stepMs), this.#cursor + 1);
    timer.tick = tick;
    this.#slotOf(tick).add(timer);
    this.#size += 1;
    if (this.#armed === undefined || tick < this.#armed.tick) this.#arm(tick);
  }

  /** Takes the call back, if it was still to come. */
  cancel(timer: OperationTimer): void {
    if (timer.tick === undefined) return;
    this.#slotOf(timer.tick).delete(timer);
    timer.tick = undefined;
    this.#size -= 1;
  }

  /** Takes all calls back. */
  close(): void {
    for (const slot of this.#slots) for (const timer of slot) this.cancel(timer);
    this.#armed?.timer.cancel();
    this.#armed = undefined;
  }

  #arm(tick: number): void {
    this.#armed?.timer.cancel();
    const delayMs = Math.max(0, tick * this.#stepMs - this.#clock.monotonicMs());
    const timer = this.#clock.after(delayMs, () => {
      this.#armed = undefined;
      this.#run();
    });
    this.#armed = { tick, timer };
  }

  #run(): void {
    const now = this.#tickOf(this.#clock.monotonicMs());
    // After a long stall each slot is visited once, not once per revolution.
    const first = Math.max(this.#cursor + 1, now - SLOTS + 1);
    this.#cursor = Math.max(this.#cursor, now);
    for (let tick = first; tick <= now; tick++) this.#runSlot(tick, now);
    if (this.#size === 0) return;
    // A call above may have armed for its own, later step.
    const next = this.#nextTick();
    if (this.#armed === undefined || next < this.#armed.tick) this.#arm(next);
  }

  #runSlot(tick: number, now: number): void {
    for (const timer of this.#slotOf(tick)) {
      // Timers of a later revolution share the slot; a call that sets one again puts it after `now`.
      if (timer.tick === undefined || timer.tick > now) continue;
      this.cancel(timer);
      timer.owner.onTimer();
    }
  }

  /** The next step that may have a call: it may turn out to be one of a later revolution, which costs a look. */
  #nextTick(): number {
    let tick = this.#cursor + 1;
    while (this.#slotOf(tick).size === 0) tick += 1;
    return tick;
  }

  #tickOf(atMs: number): number {
    return Math.floor(atMs / this.#stepMs);
  }

  #slotOf(tick: number): Set<OperationTimer> {
    return this.#slots[tick % SLOTS]!;
  }
}
