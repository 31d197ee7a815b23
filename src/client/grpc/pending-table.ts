import type { Clock, Timer } from '../../node/env/clock.js';

/** Room of the part of an id that names the slot; the rest counts how often the slot was used. */
const SLOTS = 0x10_0000;
/** Deadlines are looked at in steps of this size: they pass this late at most. */
const STEP_MS = 5;

/** Something that waits for an answer until a deadline. */
export interface Awaited {
  /** On the monotonic clock. */
  readonly deadlineMs: number;
  /** Called once, when the deadline passes without an answer. */
  expire(): void;
}

/**
 * What waits for answers on one stream, by id, with one timer for all of it.
 * An id is never given twice before 2^33 uses of its slot, so that an answer that comes after its deadline finds nobody.
 */
export class PendingTable<T extends Awaited> {
  readonly #clock: Clock;
  readonly #slots: (T | undefined)[] = [];
  readonly #generations: number[] = [];
  #free: number[] = [];
  #size = 0;
  #timer: Timer | undefined;
  #timerAtMs = Infinity;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#size;
  }

  /** Keeps `entry` until it is taken or its deadline passes; undefined when a million wait already. */
  add(entry: T): number | undefined {
    const slot = this.#free.pop() ?? this.#slots.length;
    if (slot === SLOTS) return undefined;
    if (slot === this.#slots.length) this.#generations.push(0);
    this.#slots[slot] = entry;
    this.#size += 1;
    if (entry.deadlineMs < this.#timerAtMs) this.#arm(entry.deadlineMs);
    return this.#generations[slot]! * SLOTS + slot;
  }

  /** Removes and returns what waits under `id`; undefined when it was answered, or has expired. */
  take(id: number): T | undefined {
    const slot = id % SLOTS;
    const entry = this.#slots[slot];
    if (entry === undefined || this.#generations[slot]! * SLOTS + slot !== id) return undefined;
    this.#release(slot);
    return entry;
  }

  /** Empties the table and returns what was in it. */
  drain(): T[] {
    const entries: T[] = [];
    for (let slot = 0; slot < this.#slots.length; slot++) {
      const entry = this.#slots[slot];
      if (entry === undefined) continue;
      this.#release(slot);
      entries.push(entry);
    }
    this.#disarm();
    return entries;
  }

  #release(slot: number): void {
    this.#slots[slot] = undefined;
    this.#generations[slot]! += 1;
    this.#free.push(slot);
    this.#size -= 1;
  }

  #arm(atMs: number): void {
    this.#timer?.cancel();
    this.#timerAtMs = atMs;
    const delayMs = Math.max(STEP_MS, atMs - this.#clock.monotonicMs());
    this.#timer = this.#clock.after(delayMs, () => {
      this.#expire();
    });
  }

  #disarm(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#timerAtMs = Infinity;
  }

  #expire(): void {
    this.#disarm();
    const nowMs = this.#clock.monotonicMs();
    const expired: T[] = [];
    let nextMs = Infinity;
    for (let slot = 0; slot < this.#slots.length; slot++) {
      const entry = this.#slots[slot];
      if (entry === undefined) continue;
      if (entry.deadlineMs <= nowMs) {
        this.#release(slot);
        expired.push(entry);
      } else if (entry.deadlineMs < nextMs) {
        nextMs = entry.deadlineMs;
      }
    }
    // Armed before the calls: they may add entries of their own.
    if (nextMs < this.#timerAtMs) this.#arm(nextMs);
    for (const entry of expired) entry.expire();
  }
}
