import { describe, expect, it } from 'vitest';
import { LIMITS } from '../../../../src/node/core/limits.js';
import { encodeDataKey } from '../../../../src/node/core/version/data-key.js';
import { encodeRecord } from '../../../../src/node/core/version/record-codec.js';
import type { KeyRange, StorageEntry } from '../../../../src/node/env/storage.js';
import { SlotReader } from '../../../../src/node/repair/slot-reader.js';
import { idOf } from '../core/metadata/states.js';
import { GridUnderTest } from '../store/grid/grid-harness.js';

const SEED = { hi: 1, lo: 2 };
const KEY = encodeDataKey({ namespace: 1, token: 4096, key: Uint8Array.of(0x61) });
const ENTRY: StorageEntry = {
  key: KEY,
  value: encodeRecord(KEY, {
    version: { ms: 5, logical: 0, writerHi: 0, writerLo: 1 },
    tombstone: false,
    value: Uint8Array.of(1),
  }),
};

interface Scene {
  readonly reader: SlotReader;
  /** Entries that were read. */
  readonly read: () => number;
}

/** A replica of which each slot holds so many copies, each of which takes so long to read. */
async function sceneOf(copies: readonly number[], eachMs = 0): Promise<Scene> {
  const { store } = await GridUnderTest.open();
  let [nowMs, read] = [0, 0];
  const left = [...copies];
  const scan = async function* ({ limit = 0 }: KeyRange): AsyncIterable<StorageEntry> {
    const count = Math.min(limit, left.shift() ?? 0);
    for (let i = 0; i < count; i++) {
      nowMs += eachMs;
      read += 1;
      yield ENTRY;
    }
  };
  const reader = new SlotReader({
    clock: { monotonicMs: () => nowMs },
    store: { floors: store.floors, scan },
    ownId: idOf(1),
    heal: () => undefined,
  });
  return { reader, read: () => read };
}

describe('the sums of slots', () => {
  it('are told of as many slots as have so many copies together', async () => {
    const { reader, read } = await sceneOf([10, LIMITS.repairSumKeys - 20, 10, 10]);
    const sums = await reader.sums(1, { slots: [1, 2, 3, 4], seed: SEED });
    expect(sums.map((of) => of !== undefined)).toEqual([true, true]);
    // The next one is not begun: it would be as large as the others, and read for nothing.
    expect(read()).toBe(LIMITS.repairSumKeys - 10);
  });

  it('are told of those before one that is larger than they were', async () => {
    const { reader, read } = await sceneOf([10, LIMITS.repairSumKeys, 10]);
    const sums = await reader.sums(1, { slots: [1, 2, 3], seed: SEED });
    expect(sums.map((of) => of !== undefined)).toEqual([true]);
    expect(read()).toBe(LIMITS.repairSumKeys);
  });

  it('are told of as many slots as there is time for', async () => {
    const { reader } = await sceneOf([10, 10, 10], LIMITS.repairSumMs / 15);
    const sums = await reader.sums(1, { slots: [1, 2, 3], seed: SEED });
    expect(sums.map((of) => of !== undefined)).toEqual([true]);
  });

  it('are not told of a slot with more copies than that, or that takes longer', async () => {
    const large = await sceneOf([LIMITS.repairSumKeys + 1, 1]);
    expect(await large.reader.sums(1, { slots: [1, 2], seed: SEED })).toEqual([undefined]);
    expect(large.read()).toBe(LIMITS.repairSumKeys);
    const slow = await sceneOf([10, 1], LIMITS.repairSumMs / 5);
    expect(await slow.reader.sums(1, { slots: [1, 2], seed: SEED })).toEqual([undefined]);
    expect(slow.read()).toBe(5);
  });
});
