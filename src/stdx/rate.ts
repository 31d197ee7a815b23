import { assert } from './assert.js';

/** How far back a rate looks, and in how many steps it forgets. */
export interface RateWindow {
  readonly windowMs: number;
  readonly slots: number;
}

/** Events per second over a sliding window, in fixed memory; the time is given by the caller and may not go back. */
export class Rate {
  readonly #slotMs: number;
  readonly #counts: Float64Array;
  readonly #startMs: number;
  #currentSlot: number;

  constructor(nowMs: number, { windowMs, slots }: RateWindow) {
    assert(windowMs > 0 && slots > 1, 'a rate needs a window of two slots or more');
    this.#slotMs = windowMs / slots;
    this.#counts = new Float64Array(slots);
    this.#startMs = nowMs;
    this.#currentSlot = Math.floor(nowMs / this.#slotMs);
  }

  add(nowMs: number, events = 1): void {
    this.#advance(nowMs);
    this.#counts[this.#currentSlot % this.#counts.length]! += events;
  }

  /** Events per second, over the window or over the time since the start while that is shorter (but a slot at least). */
  perSecond(nowMs: number): number {
    this.#advance(nowMs);
    let events = 0;
    for (const count of this.#counts) events += count;
    // The current slot is not over yet: only its elapsed part belongs to the window.
    const windowStartMs = (this.#currentSlot - this.#counts.length + 1) * this.#slotMs;
    const spanMs = Math.max(this.#slotMs, nowMs - Math.max(windowStartMs, this.#startMs));
    return (events * 1000) / spanMs;
  }

  #advance(nowMs: number): void {
    const slot = Math.floor(nowMs / this.#slotMs);
    const steps = Math.min(slot - this.#currentSlot, this.#counts.length);
    for (let i = 0; i < steps; i++) this.#counts[(slot - i) % this.#counts.length] = 0;
    this.#currentSlot = Math.max(this.#currentSlot, slot);
  }
}
