import { assert } from './assert.js';

/** The first delay's bound, the greatest delay, and where chance comes from: numbers in [0, 1). */
export interface BackoffOptions {
  readonly baseMs: number;
  readonly maxMs: number;
  readonly random: () => number;
}

/**
 * Delays between attempts: each lies in the upper half of a bound that doubles from `baseMs` up to `maxMs`.
 * The random half keeps many clients from returning in the same instant; the fixed half keeps one from not waiting at all.
 */
export class Backoff {
  readonly #options: BackoffOptions;
  #boundMs: number;

  constructor(options: BackoffOptions) {
    assert(
      options.baseMs > 0 && options.maxMs >= options.baseMs,
      'a backoff needs 0 < baseMs <= maxMs',
    );
    this.#options = options;
    this.#boundMs = options.baseMs;
  }

  /** The delay before the next attempt, in ms. */
  nextMs(): number {
    const bound = this.#boundMs;
    this.#boundMs = Math.min(bound * 2, this.#options.maxMs);
    return bound / 2 + (bound / 2) * this.#options.random();
  }

  /** Begins again at `baseMs`: an attempt has succeeded. */
  reset(): void {
    this.#boundMs = this.#options.baseMs;
  }
}
