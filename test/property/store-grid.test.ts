import fc from 'fast-check';
import { expect, it } from 'vitest';
import { leafOf } from '../../src/node/core/grid/leaf.js';
import { decodeRecord } from '../../src/node/core/version/record-codec.js';
import type { GridVerdict } from '../../src/node/store/grid/grid-verifier.js';
import { SHARD_FOLDER } from '../../src/node/store/store.js';
import { assert } from '../../src/stdx/assert.js';
import { utf8Encode } from '../../src/stdx/bytes.js';
import { Prng } from '../../src/stdx/prng.js';
import { GridUnderTest } from '../unit/node/store/grid/grid-harness.js';
import {
  coordinates,
  dataKeyOf,
  mutation,
  StoreUnderTest,
  turn,
} from '../unit/node/store/store-harness.js';

const KEYS = Array.from({ length: 12 }, (_, i) => `k${i}`);
const TOKENS = KEYS.map((name) => coordinates(name).token);
const PAGE_BYTES = 4096;

/** A store with its grid under random changes, rot, orders of disk steps, and crashes. */
class Run {
  readonly #prng: Prng;
  readonly #under: GridUnderTest;
  readonly verdicts: GridVerdict[] = [];
  checks = 0;

  constructor(seed: number, under: GridUnderTest) {
    this.#prng = new Prng(seed);
    this.#under = under;
  }

  async step(): Promise<void> {
    const { gate, scheduler, unlikely } = this.#under;
    const draw = this.#prng.int(100);
    if (draw < 40) this.#apply();
    else if (draw < 50) this.#swap();
    else if (draw < 54) this.#rot();
    else if (draw < 60) unlikely.choose('grid.early-page', this.#prng.int(8));
    else if (draw < 63) unlikely.choose('grid.forgotten-page', this.#prng.int(4));
    else if (draw < 70) gate.shut(this.#prng.int(2) === 0 ? 'read' : 'sync');
    else if (draw < 88) {
      if (gate.waiting > 0) await gate.release(this.#prng.int(gate.waiting));
    } else if (draw < 92) await gate.open();
    else if (draw < 94) this.#verify();
    else if (draw < 98) await scheduler.advance(this.#prng.int(3_000));
    else await this.#crash();
    if (this.#prng.int(3) === 0) await turn();
  }

  async finish(): Promise<void> {
    await this.#under.gate.open();
    await turn();
    await this.#check();
  }

  #key(): string {
    return KEYS[this.#prng.int(KEYS.length)]!;
  }

  #apply(): void {
    const ms = 1 + this.#prng.int(40);
    const repair = this.#prng.int(3) === 0;
    this.#under.store.apply(mutation({ key: this.#key(), ms, repair }), () => undefined);
  }

  #swap(): void {
    const key = this.#key();
    const by =
      this.#prng.int(3) === 0 ? mutation({ key, ms: 1 + this.#prng.int(40) }).record : undefined;
    const change = { ...coordinates(key), expected: 'any' as const, by };
    this.#under.store.swap(change, () => undefined);
  }

  #rot(): void {
    const key = dataKeyOf(this.#key());
    if (this.#under.disk.valueOf(SHARD_FOLDER, key) === undefined) return;
    // Its high bit: rot that strikes twice would make the record whole again, and nothing can know that.
    this.#under.disk.damage(SHARD_FOLDER, key, (value) => {
      value[12]! |= 0x80;
      return value;
    });
  }

  /** One value of the grid on the disk is not what it was. */
  #damage(): void {
    const { disk } = this.#under;
    const keys = disk.keys(SHARD_FOLDER, { gte: utf8Encode('g'), lt: utf8Encode('h') });
    const key = keys[this.#prng.int(keys.length + 1)];
    if (key === undefined) return;
    disk.damage(SHARD_FOLDER, key, (value) => {
      value[this.#prng.int(value.length)]! ^= 1 << this.#prng.int(8);
      return value;
    });
  }

  #verify(): void {
    void this.#under.grid.verify().then((verdict) => {
      this.verdicts.push(verdict);
    });
  }

  async #crash(): Promise<void> {
    this.#under.disk.crash(this.#prng.int(2) === 0 ? 'lost' : 'kept');
    await this.#under.gate.open();
    if (this.#prng.int(4) === 0) this.#damage();
    await this.#under.reopen();
    if (this.#prng.int(3) > 0) await this.#check();
  }

  /** What is known is right at once, and soon all is known; but for leaves with rot, of which nothing is said. */
  async #check(): Promise<void> {
    const under = this.#under;
    this.verdicts.push(await under.grid.verify());
    let held = await under.held(1, TOKENS);
    // A page that is damaged is found to be so when it is asked for.
    for (let i = 0; held === undefined && i <= KEYS.length; i++) {
      await under.complete();
      held = await under.held(1, TOKENS);
    }
    assert(held !== undefined, 'all is known at last');
    const naive = under.naive();
    for (const name of this.#rotten()) {
      held.delete(name);
      naive.delete(name);
    }
    expect(held).toEqual(naive);
    const verdict = await under.grid.verify();
    expect(verdict.unknown).toBe(0);
    this.verdicts.push(verdict);
    this.checks += 1;
  }

  #rotten(): readonly string[] {
    return KEYS.flatMap((name) => {
      const key = dataKeyOf(name);
      const value = this.#under.disk.valueOf(SHARD_FOLDER, key);
      const isRotten = value !== undefined && decodeRecord(key, value) === 'corrupt';
      return isRotten ? [`1 ${leafOf(coordinates(name).token)}`] : [];
    });
  }
}

/** A new store, or one with records that never kept a grid. */
async function opened(seed: number, cacheBytes: number): Promise<GridUnderTest> {
  if (seed % 2 === 0) return await GridUnderTest.open(cacheBytes);
  const before = await StoreUnderTest.open();
  for (const key of KEYS.slice(0, 8)) await before.apply({ key, ms: 1 });
  return await GridUnderTest.openOn(before, cacheBytes);
}

it('under any interleaving, rot and crashes the grid is what the records say', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer(), fc.integer({ min: 3, max: 14 }), async (seed, pages) => {
      const under = await opened(seed, pages * PAGE_BYTES);
      const run = new Run(seed, under);
      for (let i = 0; i < 150; i++) await run.step();
      await run.finish();
      for (const verdict of run.verdicts) expect(verdict.differing).toEqual([]);
      expect(run.checks).toBeGreaterThan(0);
      expect(under.failures).toEqual([]);
    }),
    { numRuns: 60 },
  );
});
