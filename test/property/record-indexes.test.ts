import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Prng } from '../../src/stdx/prng.js';
import { indexEntries, wantedEntries } from '../unit/node/store/indexes/index-contents.js';
import { StoreUnderTest, turn } from '../unit/node/store/store-harness.js';
import type { Shape } from '../unit/node/store/store-harness.js';

const KEYS = ['a', 'b', 'c'];

/** A store under random writes, swaps, orders of disk steps and crashes. */
class Run {
  readonly #prng: Prng;
  readonly #under: StoreUnderTest;

  constructor(seed: number, under: StoreUnderTest) {
    this.#prng = new Prng(seed);
    this.#under = under;
  }

  async step(): Promise<void> {
    const { gate } = this.#under;
    const draw = this.#prng.int(100);
    if (draw < 45) void this.#under.apply({ ...this.#shape(), repair: this.#prng.int(3) === 0 });
    else if (draw < 65) this.#swap();
    else if (draw < 75) gate.shut(this.#prng.int(2) === 0 ? 'read' : 'sync');
    else if (draw < 96) {
      if (gate.waiting > 0) await gate.release(this.#prng.int(gate.waiting));
    } else if (draw < 98) await gate.open();
    else await this.#crash();
    if (this.#prng.int(3) === 0) await turn();
  }

  async finish(): Promise<void> {
    await this.#under.gate.open();
    await turn();
    this.check();
  }

  check(): void {
    expect(indexEntries(this.#under)).toEqual(wantedEntries(this.#under));
  }

  #shape(): Shape {
    const expiresAtMs = this.#prng.int(2) === 0 ? 100 + this.#prng.int(3) : undefined;
    const [ms, tombstone] = [1 + this.#prng.int(8), this.#prng.int(3) === 0];
    return { key: KEYS[this.#prng.int(KEYS.length)]!, ms, expiresAtMs, tombstone };
  }

  #swap(): void {
    const by = this.#prng.int(3) === 0 ? undefined : this.#shape();
    const key = KEYS[this.#prng.int(KEYS.length)]!;
    const expected = this.#prng.int(2) === 0 ? 'any' : { ...this.#shape(), key };
    void this.#under.swap(expected, by === undefined ? undefined : { ...by, key }, key);
  }

  async #crash(): Promise<void> {
    this.#under.disk.crash(this.#prng.int(2) === 0 ? 'lost' : 'kept');
    await this.#under.gate.open();
    await this.#under.reopen();
    this.check();
  }
}

it('after any writes, swaps and crashes the indexes are what a scan of the records says', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer(), async (seed) => {
      const under = await StoreUnderTest.open();
      const run = new Run(seed, under);
      for (let i = 0; i < 150; i++) await run.step();
      await run.finish();
      expect(under.failures).toEqual([]);
    }),
    { numRuns: 120 },
  );
});
