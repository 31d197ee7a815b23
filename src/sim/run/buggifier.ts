import { BUGGIFY_POINTS, type Buggify, type BuggifyPoint } from '../../node/env/buggify.js';
import type { Random } from '../../node/env/random.js';

/** Half of the points are on in a run, so that rare branches also meet usual ones. */
const ON_SHARE = 0.5;
const CHANCE_MAX = 0.2;

/** Draws which unlikely branches are taken in one run, and how often each. */
export class Buggifier {
  readonly #random: Random;
  readonly #chances = new Map<BuggifyPoint, number>();
  readonly #taken = new Map<BuggifyPoint, number>();

  constructor(random: Random) {
    this.#random = random;
    // The keys of a literal object come in the order in which they are written.
    for (const point of Object.keys(BUGGIFY_POINTS) as BuggifyPoint[]) {
      const on = random.nextFloat() < ON_SHARE;
      const chance = random.nextFloat() * CHANCE_MAX;
      if (on) this.#chances.set(point, chance);
    }
  }

  readonly decide: Buggify = (point) => {
    const chance = this.#chances.get(point);
    if (chance === undefined || this.#random.nextFloat() >= chance) return false;
    this.#taken.set(point, (this.#taken.get(point) ?? 0) + 1);
    return true;
  };

  /** How often each point was taken. */
  taken(): ReadonlyMap<BuggifyPoint, number> {
    return this.#taken;
  }
}
