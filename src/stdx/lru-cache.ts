import { assert } from './assert.js';

/** What a cache may hold; without `maxBytes`, `sizeOf` is not asked. */
export interface LruLimits<V> {
  readonly maxEntries: number;
  readonly maxBytes?: number;
  readonly sizeOf?: (value: V) => number;
}

interface Entry<V> {
  readonly value: V;
  readonly sizeBytes: number;
}

/** A map that never exceeds its limits: it forgets what was not used for longest. A value over `maxBytes` is not kept. */
export class LruCache<K, V> {
  readonly #limits: LruLimits<V>;
  readonly #onForgotten: ((key: K) => void) | undefined;
  readonly #maxBytes: number;
  // A Map iterates in insertion order, and every use inserts again: the first entry is the oldest.
  readonly #entries = new Map<K, Entry<V>>();
  #sizeBytes = 0;

  /** `onForgotten` hears of what did not fit any more, not of what was deleted. */
  constructor(limits: LruLimits<V>, onForgotten?: (key: K) => void) {
    assert(limits.maxEntries > 0, 'a cache needs room for one entry');
    assert(
      (limits.maxBytes === undefined) === (limits.sizeOf === undefined),
      'maxBytes and sizeOf go together',
    );
    this.#limits = limits;
    this.#onForgotten = onForgotten;
    this.#maxBytes = limits.maxBytes ?? Infinity;
  }

  get size(): number {
    return this.#entries.size;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** The value, now the most recently used one. */
  get(key: K): V | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.value;
  }

  /** Whether the key is held; this is no use of it. */
  has(key: K): boolean {
    return this.#entries.has(key);
  }

  /** Holds `value` as the most recently used one, and forgets what no longer fits. */
  set(key: K, value: V): void {
    this.delete(key);
    const sizeBytes = this.#limits.sizeOf?.(value) ?? 0;
    // Without this, a value that can never fit would empty the cache on its way out.
    if (sizeBytes > this.#maxBytes) return;
    this.#entries.set(key, { value, sizeBytes });
    this.#sizeBytes += sizeBytes;
    for (const oldest of this.#entries.keys()) {
      if (this.#fits()) return;
      this.delete(oldest);
      this.#onForgotten?.(oldest);
    }
  }

  /** Forgets the key; says whether it was held. */
  delete(key: K): boolean {
    const entry = this.#entries.get(key);
    if (entry === undefined) return false;
    this.#sizeBytes -= entry.sizeBytes;
    return this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
    this.#sizeBytes = 0;
  }

  #fits(): boolean {
    return this.#entries.size <= this.#limits.maxEntries && this.#sizeBytes <= this.#maxBytes;
  }
}
