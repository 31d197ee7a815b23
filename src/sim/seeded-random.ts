import type { Random } from '../node/env/random.js';
import { Prng } from '../stdx/prng.js';

/** Chance that depends on a seed alone. */
export class SeededRandom implements Random {
  readonly #prng: Prng;

  constructor(seed: number) {
    this.#prng = new Prng(seed);
  }

  nextU32(): number {
    return this.#prng.nextU32();
  }

  nextFloat(): number {
    return this.#prng.nextFloat();
  }

  bytes(length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (let i = 0; i < length; i++) bytes[i] = this.#prng.nextU32() >>> 24;
    return bytes;
  }
}
