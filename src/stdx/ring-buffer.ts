import { assert } from './assert.js';

/** Keeps the newest `capacity` items, and counts those that it dropped. */
export class RingBuffer<T> {
  readonly #capacity: number;
  readonly #slots: T[] = [];
  #pushed = 0;

  constructor(capacity: number) {
    assert(Number.isInteger(capacity) && capacity > 0, 'a ring buffer needs a capacity');
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#slots.length;
  }

  /** How many items were pushed out by newer ones. */
  get dropped(): number {
    return this.#pushed - this.#slots.length;
  }

  push(item: T): void {
    this.#slots[this.#pushed % this.#capacity] = item;
    this.#pushed += 1;
  }

  /** The held items, oldest first. */
  toArray(): T[] {
    const oldest = this.#pushed % this.#capacity;
    if (this.#slots.length < this.#capacity) return [...this.#slots];
    return [...this.#slots.slice(oldest), ...this.#slots.slice(0, oldest)];
  }
}
