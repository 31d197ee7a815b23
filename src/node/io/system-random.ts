import { randomBytes } from 'node:crypto';
import type { Random } from '../env/random.js';

/** Bytes drawn from the operating system at once: one call costs as much as a hundred small draws. */
const POOL_BYTES = 4096;

/** Chance of cryptographic quality from the operating system. */
export class SystemRandom implements Random {
  #pool = Buffer.alloc(0);
  #used = 0;

  nextU32(): number {
    return this.#draw(4).readUInt32BE(0);
  }

  nextFloat(): number {
    // 53 bits, as many as a double in [0, 1) holds.
    return (this.nextU32() * 0x20_0000 + (this.nextU32() >>> 11)) / 0x20_0000_0000_0000;
  }

  bytes(length: number): Uint8Array {
    return new Uint8Array(randomBytes(length));
  }

  #draw(length: number): Buffer {
    if (this.#used + length > this.#pool.length) {
      this.#pool = randomBytes(POOL_BYTES);
      this.#used = 0;
    }
    const drawn = this.#pool.subarray(this.#used, this.#used + length);
    this.#used += length;
    return drawn;
  }
}
