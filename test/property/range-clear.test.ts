import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { SlotRun } from '../../src/node/core/repair/slot-map.js';
import { SLOT_SIZE, slotOf } from '../../src/node/core/ring/token.js';
import { decodeRecord } from '../../src/node/core/version/record-codec.js';
import { SHARD_FOLDER } from '../../src/node/store/store.js';
import { Prng } from '../../src/stdx/prng.js';
import { ClearUnderTest, keyAt, type PutShape } from '../unit/node/store/clear/clear-harness.js';
import { indexEntries, wantedEntries } from '../unit/node/store/indexes/index-contents.js';
import { turn } from '../unit/node/store/store-harness.js';

const SLOTS = 6;
const WHOLE = { from: 0, to: SLOTS };
const PLACES = Array.from({ length: 3 * SLOTS }, (_, i) => ({
  token: Math.floor(i / 3) * SLOT_SIZE + (i % 3) * 2_000,
  name: `k${i}`,
}));
const PAGE_BYTES = 4096;

/** A store parts of which are cleared now and then, under writes, rot, orders of disk steps and crashes. */
class Run {
  readonly #prng: Prng;
  readonly #under: ClearUnderTest;
  readonly #rots: boolean;
  /** By slot: what it held when its floor was lifted. */
  readonly #whole = new Map<number, readonly PutShape[]>();
  #clearing: Promise<unknown> = Promise.resolve();
  #abort = new AbortController();
  isRotten = false;
  cutOff = 0;

  constructor(seed: number, under: ClearUnderTest) {
    this.#prng = new Prng(seed);
    this.#under = under;
    this.#rots = this.#prng.int(2) === 0;
  }

  async step(): Promise<void> {
    const { gate, scheduler } = this.#under;
    const draw = this.#prng.int(100);
    if (draw < 42) this.#put();
    else if (draw < 46) this.#rot();
    else if (draw < 50) await this.#lift();
    else if (draw < 60) this.#clear();
    else if (draw < 62) this.#abort.abort();
    else if (draw < 68) gate.shut(this.#prng.int(2) === 0 ? 'read' : 'sync');
    else if (draw < 84) {
      if (gate.waiting > 0) await gate.release(this.#prng.int(gate.waiting));
    } else if (draw < 87) await gate.open();
    else if (draw < 96) await scheduler.advance(this.#prng.int(2_000));
    else await this.#crash();
    if (this.#prng.int(3) === 0) await turn();
  }

  /** At last some slots are cleared whole, and everything else is as its records say. */
  async finish(): Promise<void> {
    const under = this.#under;
    await this.#settle();
    const run = this.#run();
    const others = this.#held().filter(({ token }) => !isWithin(token, run));
    await under.cleared([run]);
    expect(this.#held()).toEqual(others);
    expect(under.store.floors.within(1, run)).toEqual([{ ...run, value: 0 }]);
    expect(under.times.oldest(1, [run])).toBe(0);
    if (!this.isRotten) expect(indexEntries(under)).toEqual(wantedEntries(under));
    await this.#checkGrid(run);
    await under.cleared([WHOLE]);
    await this.#checkGrid(WHOLE);
    if (!this.isRotten) expect(indexEntries(under)).toEqual([]);
  }

  #run(): SlotRun {
    const from = this.#prng.int(SLOTS);
    return { from, to: from + 1 + this.#prng.int(SLOTS - from) };
  }

  #put(): void {
    const place = PLACES[this.#prng.int(PLACES.length)]!;
    const ms = 1 + this.#prng.int(40);
    const kind = this.#prng.int(3);
    const life = kind === 1 ? { expiresAtMs: 50 + this.#prng.int(3) } : {};
    const repair = this.#prng.int(3) === 0;
    void this.#under.put({ ...place, ms, repair, tombstone: kind === 0, ...life });
  }

  #rot(): void {
    if (!this.#rots) return;
    const held = this.#held();
    const shape = held[this.#prng.int(held.length + 1)];
    if (shape === undefined) return;
    this.isRotten = true;
    this.#under.rot(shape);
  }

  /** Slots are found to be complete: never while they are cleared. */
  async #lift(): Promise<void> {
    await this.#settle();
    const run = this.#run();
    for (let slot = run.from; slot < run.to; slot++)
      this.#whole.set(
        slot,
        this.#held().filter(({ token }) => isWithin(token, { from: slot, to: slot + 1 })),
      );
    await this.#under.store.floors.raise(1, [run], 20);
    await this.#under.times.note(1, [run], 70);
  }

  #clear(): void {
    this.#abort.abort();
    const abort = new AbortController();
    this.#abort = abort;
    const runs = [this.#run()];
    this.#clearing = this.#clearing
      .then(() => this.#under.clear(runs, { signal: abort.signal }))
      .catch((error: unknown) => {
        expect(error).toMatchObject({ code: 'KV_NOT_READY' });
        this.cutOff += 1;
      });
  }

  async #settle(): Promise<void> {
    await this.#under.gate.open();
    await this.#under.scheduler.settle(this.#clearing, 600_000);
    await turn();
  }

  async #crash(): Promise<void> {
    this.#under.disk.crash(this.#prng.int(2) === 0 ? 'lost' : 'kept');
    await this.#under.gate.open();
    this.#clearing = Promise.resolve();
    await this.#under.reopen();
    for (const [slot, whole] of this.#whole) {
      const [floor] = this.#under.store.floors.within(1, { from: slot, to: slot + 1 });
      if (floor?.value === 0) this.#whole.delete(slot);
      else expect(this.#held()).toEqual(expect.arrayContaining([...whole]));
    }
  }

  /** What has records on the disk. */
  #held(): readonly PutShape[] {
    const { disk } = this.#under;
    return PLACES.filter((place) => disk.valueOf(SHARD_FOLDER, keyAt(place)) !== undefined);
  }

  async #checkGrid(empty: SlotRun): Promise<void> {
    const { grid } = this.#under;
    await this.#under.complete();
    expect(await grid.root(1, [empty])).toEqual({ hi: 0, lo: 0 });
    const verdict = await grid.verify();
    // Nothing is said of a leaf with rot, and of no other.
    const unreadable = this.#rottenSlots().size;
    expect(verdict).toMatchObject({ differing: [], unreadable, unknown: 0 });
  }

  #rottenSlots(): ReadonlySet<number> {
    const { disk } = this.#under;
    const rotten = this.#held().filter((place) => {
      const key = keyAt(place);
      const value = disk.valueOf(SHARD_FOLDER, key);
      return value !== undefined && decodeRecord(key, value) === 'corrupt';
    });
    return new Set(rotten.map(({ token }) => slotOf(token)));
  }
}

function isWithin(token: number, { from, to }: SlotRun): boolean {
  return token >= from * SLOT_SIZE && token < to * SLOT_SIZE;
}

it('under any interleaving, rot and crashes what is cleared is as if it had never been, and no floor outlives a lost record', async () => {
  let cutOff = 0;
  await fc.assert(
    fc.asyncProperty(fc.integer(), fc.integer({ min: 3, max: 14 }), async (seed, pages) => {
      const under = await ClearUnderTest.open(pages * PAGE_BYTES);
      const run = new Run(seed, under);
      for (let i = 0; i < 120; i++) await run.step();
      await run.finish();
      expect(under.failures).toEqual([]);
      cutOff += run.cutOff;
    }),
    {
      numRuns: 60,
      examples: [
        // A copy rots twice, and its page is computed from the records in between.
        [-1317229151, 3],
        // A tombstone comes while the entries of tombstones are cleared.
        [258469784, 3],
      ],
    },
  );
  expect(cutOff).toBeGreaterThan(0);
});
