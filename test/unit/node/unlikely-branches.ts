import type { Buggify, BuggifyPoint } from '../../../src/node/env/buggify.js';

/** A buggify that a test steers: it says yes at the points that were chosen, as often as was asked for, and no elsewhere. */
export class UnlikelyBranches {
  readonly #left = new Map<BuggifyPoint, number>();
  readonly #taken = new Map<BuggifyPoint, number>();

  readonly buggify: Buggify = (point) => {
    const left = this.#left.get(point) ?? 0;
    if (left === 0) return false;
    this.#left.set(point, left - 1);
    this.#taken.set(point, this.taken(point) + 1);
    return true;
  };

  /** From now on the unlikely thing is done there, the next `times` times. */
  choose(point: BuggifyPoint, times = Infinity): void {
    this.#left.set(point, times);
  }

  /** From now on nothing unlikely is done anywhere. */
  stop(): void {
    this.#left.clear();
  }

  /** How often the unlikely branch was taken there. */
  taken(point: BuggifyPoint): number {
    return this.#taken.get(point) ?? 0;
  }
}
