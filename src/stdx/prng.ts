import { assert } from './assert.js';
import { utf8Encode } from './bytes.js';
import { murmur3_x86_32 } from './murmur3.js';

const TWO_26 = 0x400_0000;
const TWO_32 = 0x1_0000_0000;
const TWO_53 = 0x20_0000_0000_0000;

/** A stream of numbers that depends on its seed alone: xoshiro128** (Blackman and Vigna), seeded by splitmix32. */
export class Prng {
  readonly #state: Uint32Array;

  constructor(seed: number) {
    this.#state = new Uint32Array(4);
    let counter = seed >>> 0;
    for (let i = 0; i < 4; i++) {
      counter = (counter + 0x9e3779b9) >>> 0;
      this.#state[i] = splitmix32(counter);
    }
  }

  /** The stream named by a text, for tests and benches whose seeds are words. */
  static named(name: string): Prng {
    return new Prng(murmur3_x86_32(utf8Encode(name), 0));
  }

  /** An integer of 32 uniform bits. */
  nextU32(): number {
    const s = this.#state;
    const result = Math.imul(rotateLeft(Math.imul(s[1]!, 5), 7), 9) >>> 0;
    const shifted = s[1]! << 9;
    s[2]! ^= s[0]!;
    s[3]! ^= s[1]!;
    s[1]! ^= s[2]!;
    s[0]! ^= s[3]!;
    s[2]! ^= shifted;
    s[3] = rotateLeft(s[3]!, 11);
    return result;
  }

  /** A number in [0, 1) with 53 uniform bits, the contract of `Math.random`. */
  nextFloat(): number {
    return ((this.nextU32() >>> 5) * TWO_26 + (this.nextU32() >>> 6)) / TWO_53;
  }

  /** An integer in [0, maxExclusive), without bias; `maxExclusive` is at most 2^32. */
  int(maxExclusive: number): number {
    assert(
      Number.isInteger(maxExclusive) && maxExclusive > 0 && maxExclusive <= TWO_32,
      'int() needs a bound in 1..2^32',
    );
    // Draws above the last whole multiple are drawn again: they would favour small results.
    const limit = TWO_32 - (TWO_32 % maxExclusive);
    for (;;) {
      const draw = this.nextU32();
      if (draw < limit) return draw % maxExclusive;
    }
  }

  /** A copy of `items` in an order where every permutation is equally likely (Fisher and Yates). */
  shuffle<T>(items: readonly T[]): T[] {
    const shuffled = [...items];
    for (let i = shuffled.length - 1; i > 0; i--) {
      const j = this.int(i + 1);
      [shuffled[i], shuffled[j]] = [shuffled[j]!, shuffled[i]!];
    }
    return shuffled;
  }

  /** An independent stream: what is drawn from it later does not change what this one gives. */
  fork(): Prng {
    return new Prng(this.nextU32());
  }
}

function rotateLeft(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

function splitmix32(counter: number): number {
  let mixed = Math.imul(counter ^ (counter >>> 16), 0x21f0aaad);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}
