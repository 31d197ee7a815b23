import { beforeEach, describe, expect, it } from 'vitest';
import { leafRunsOf, splitRuns } from '../../../../../src/node/core/grid/leaf-runs.js';
import {
  emptyLeaves,
  hashAt,
  NO_RECORDS,
  xorOf,
} from '../../../../../src/node/core/grid/leaf-hashes.js';
import { LEAF_COUNT, leafOf, PAGE_LEAVES } from '../../../../../src/node/core/grid/leaf.js';
import { itemHash } from '../../../../../src/node/core/grid/item-hash.js';
import * as keys from '../../../../../src/node/store/grid/grid-keys.js';
import { SHARD_FOLDER } from '../../../../../src/node/store/store.js';
import {
  copyOf,
  coordinates,
  dataKeyOf,
  mutation,
  StoreUnderTest,
  turn,
} from '../store-harness.js';
import { ALL, GridUnderTest } from './grid-harness.js';

const WRITTEN = { kind: 'written' };
const TOKEN = coordinates('k').token;

let under: GridUnderTest;

beforeEach(async () => {
  under = await GridUnderTest.open();
});

/** Writes so many keys, each as a batch of its own. */
async function fill(count: number, ms = 1): Promise<void> {
  for (let i = 0; i < count; i++) await under.apply({ key: `k${i}`, ms });
}

function tokensOf(count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => coordinates(`k${i}`).token);
}

describe('a leaf', () => {
  it('is the hash of its records as soon as they are acknowledged, and of what replaces them', async () => {
    expect(await under.leafOf(TOKEN)).toEqual(NO_RECORDS);
    await under.apply({ ms: 1 });
    expect(await under.leafOf(TOKEN)).toEqual(itemHash(dataKeyOf(), copyOf({ ms: 1 })));
    await under.apply({ ms: 2 });
    expect(await under.leafOf(TOKEN)).toEqual(itemHash(dataKeyOf(), copyOf({ ms: 2 })));
    expect(await under.swap('any', undefined)).toEqual(WRITTEN);
    expect(await under.leafOf(TOKEN)).toEqual(NO_RECORDS);
  });

  it('is not changed by a sweep, and the batch has no delta', async () => {
    await under.apply({ ms: 1, expiresAtMs: 5 });
    const before = await under.leafOf(TOKEN);
    const deltas = under.disk.keys(SHARD_FOLDER, keys.DELTAS).length;
    const swept = { ms: 1, expiresAtMs: 5, tombstone: true, value: '' };
    expect(await under.swap({ ms: 1, expiresAtMs: 5 }, swept)).toEqual(WRITTEN);
    expect(await under.leafOf(TOKEN)).toEqual(before);
    expect(under.disk.keys(SHARD_FOLDER, keys.DELTAS).length).toBe(deltas);
  });

  it('of another namespace is another', async () => {
    await under.apply({ ms: 1 });
    expect(await under.leafOf(TOKEN, 2)).toEqual(NO_RECORDS);
  });
});

describe('a batch', () => {
  it('carries one delta, however many leaves it changes and however often', async () => {
    under.gate.shut('sync');
    const writes = [under.apply({ key: 'a', ms: 1 })];
    await turn();
    for (const ms of [1, 2, 3]) for (const key of ['b', 'c']) writes.push(under.apply({ key, ms }));
    await turn();
    await under.gate.open();
    await Promise.all(writes);
    expect(under.disk.keys(SHARD_FOLDER, keys.DELTAS).length).toBe(2);
    expect(
      await under.held(
        1,
        ['a', 'b', 'c'].map((key) => coordinates(key).token),
      ),
    ).toEqual(under.naive());
  });
});

describe('a range', () => {
  it('that goes over the end of the ring folds into the records in it, and so do its pieces', async () => {
    await fill(40);
    const tokens = tokensOf(40);
    const slot = (token: number): number => leafOf(token) * 4096;
    const sorted = tokens.map(slot).toSorted((a, b) => a - b);
    const [start, end] = [sorted[30]!, sorted[10]!];
    const runs = leafRunsOf(start, end);
    let expected = NO_RECORDS;
    for (const [i, token] of tokens.entries())
      if (slot(token) >= start || slot(token) < end)
        expected = xorOf(expected, itemHash(dataKeyOf(`k${i}`), copyOf({ key: `k${i}`, ms: 1 })));
    expect(await under.grid.root(1, runs)).toEqual(expected);
    const pieces = (await under.grid.roots(1, splitRuns(runs, 7))) ?? [];
    expect(pieces.length).toBe(7);
    expect(pieces.reduce(xorOf)).toEqual(expected);
    const leaves = (await under.grid.leaves(1, runs)) ?? emptyLeaves(1);
    expect(hashAt(leaves, 0)).toEqual(await under.leafOf(start));
    expect(hashAt(leaves, leaves.length / 2 - 1)).toEqual(await under.leafOf(end - 4096));
  });
});

describe('after a crash', () => {
  it('each page gets the changes that it lacks, and no other', async () => {
    await fill(30);
    under.unlikely.choose('grid.early-page', 20);
    await fill(30, 2);
    const stored = under.disk.keys(SHARD_FOLDER, keys.PAGES).length;
    expect(stored).toBeGreaterThan(5);
    const deltas = under.disk.keys(SHARD_FOLDER, keys.DELTAS).length;
    expect(deltas).toBeLessThan(60);
    await under.crash('kept');
    expect(under.grid.isComplete()).toBe(true);
    expect(await under.held(1, tokensOf(30))).toEqual(under.naive());
    expect(await under.grid.verify()).toMatchObject({ differingCount: 0, unknown: 0 });
  });
});

describe('the cache', () => {
  it('keeps its bound, whatever the number of pages, and the grid is right', async () => {
    under = await GridUnderTest.open(20 * PAGE_LEAVES * 8);
    for (let round = 1; round <= 2; round++) await fill(120, round);
    expect(under.metrics.value('kv_store_grid_cache_bytes')).toBeLessThanOrEqual(
      22 * PAGE_LEAVES * 8,
    );
    expect(under.disk.keys(SHARD_FOLDER, keys.DELTAS).length).toBeLessThan(60);
    expect(await under.held(1, tokensOf(120))).toEqual(under.naive());
    await under.crash();
    expect(await under.held(1, tokensOf(120))).toEqual(under.naive());
    expect((await under.grid.root(1, ALL)) ?? NO_RECORDS).not.toEqual(NO_RECORDS);
  });
});

describe('what is not known', () => {
  it('of a store from before the grid is built, while writes go on, and nothing is said before', async () => {
    const before = await StoreUnderTest.open();
    for (let i = 0; i < 20; i++) await before.apply({ key: `k${i}`, ms: 1 });
    under = await GridUnderTest.openOn(before);
    expect(under.grid.isComplete()).toBe(false);
    expect(await under.grid.root(1, ALL)).toBeUndefined();
    for (let i = 0; i < 30; i++) {
      await under.scheduler.advance(1);
      await under.apply({ key: `k${i}`, ms: 2 });
    }
    await under.complete();
    expect(await under.held(1, tokensOf(30))).toEqual(under.naive());
    await under.crash();
    expect(under.grid.isComplete()).toBe(true);
    expect(await under.held(1, tokensOf(30))).toEqual(under.naive());
  });

  it('of a page that lost count over a corrupt copy is computed again, also after a crash', async () => {
    await fill(10);
    under.disk.damage(SHARD_FOLDER, dataKeyOf('k3'), (value) => value.fill(1, 3, 5));
    const repair = under.apply({ key: 'k3', ms: 4, repair: true });
    expect(await repair).toEqual(WRITTEN);
    expect(await under.leafOf(coordinates('k3').token)).toBeUndefined();
    expect(await under.leafOf(coordinates('k4').token)).toBeDefined();
    await under.crash();
    expect(under.grid.isComplete()).toBe(false);
    await under.complete();
    expect(await under.held(1, tokensOf(10))).toEqual(under.naive());
    expect(under.disk.keys(SHARD_FOLDER, keys.UNKNOWN_PAGES)).toEqual([]);
  });

  it('of a page that is damaged is computed again when it is met', async () => {
    under.unlikely.choose('grid.early-page');
    await fill(10);
    await fill(10, 2);
    await under.crash();
    const page = keys.pageIdOfData(dataKeyOf('k5'));
    under.disk.damage(SHARD_FOLDER, keys.pageKey(page), (value) => value.fill(7, 100, 120));
    await under.crash();
    await under.leafOf(coordinates('k5').token);
    await under.complete();
    expect(await under.held(1, tokensOf(10))).toEqual(under.naive());
  });

  it.each([
    ['its state', (): Uint8Array => keys.STATE_KEY],
    ['a delta', (): Uint8Array => under.disk.keys(SHARD_FOLDER, keys.DELTAS)[3]!],
  ])('is all of the grid when %s is damaged; it is built anew, once', async (_, which) => {
    under.unlikely.choose('grid.early-page');
    await fill(10);
    under.unlikely.stop();
    await fill(10, 2);
    // Its page is on the disk, and there will be no record by which it would be found.
    expect(await under.swap('any', undefined, 'k4')).toEqual(WRITTEN);
    under.disk.damage(SHARD_FOLDER, which(), (value) => value.fill(9, 0, 3));
    await under.crash();
    expect(under.grid.isComplete()).toBe(false);
    const warned = (): number =>
      under.log.lines.filter(({ message }) => message.includes('built anew')).length;
    expect(warned()).toBe(1);
    await under.complete();
    expect(await under.held(1, tokensOf(10))).toEqual(under.naive());
    await under.crash();
    expect(warned()).toBe(1);
    expect(await under.held(1, tokensOf(10))).toEqual(under.naive());
  });
});

describe('a verification', () => {
  it('tells the leaves that differ from their records, while writes go on', async () => {
    await fill(10);
    under.disk.damage(SHARD_FOLDER, dataKeyOf('k3'), () => mutation({ key: 'k3', ms: 7 }).record);
    under.disk.damage(SHARD_FOLDER, dataKeyOf('k6'), (value) => value.fill(1, 3, 5));
    under.gate.shut('read');
    const verdict = under.grid.verify();
    const writes = Array.from({ length: 10 }, (_, i) => under.apply({ key: `k${i}`, ms: 9 }));
    await under.gate.open();
    await Promise.all(writes);
    const leaf = leafOf(coordinates('k3').token);
    expect(await verdict).toMatchObject({
      differing: [{ namespace: 1, leaf }],
      differingCount: 1,
      unreadable: 1,
      unknown: 0,
    });
  });

  it('tells the leaf of a copy that could not be read when its page was computed, and can be now', async () => {
    await fill(10);
    const { token } = coordinates('k3');
    const leaves = [{ namespace: 1, leaf: leafOf(token) }];
    const flip = (): void => {
      under.disk.damage(SHARD_FOLDER, dataKeyOf('k3'), (value) => {
        value[12]! ^= 0x80;
        return value;
      });
    };
    flip();
    under.grid.recompute(leaves);
    await under.complete();
    expect(await under.leafOf(token)).toEqual(NO_RECORDS);
    expect(await under.grid.verify()).toMatchObject({ differing: [], unreadable: 1, unknown: 0 });
    flip();
    expect(await under.grid.verify()).toMatchObject({ differing: leaves, unreadable: 0 });
    under.grid.recompute(leaves);
    await under.complete();
    expect(await under.held(1, tokensOf(10))).toEqual(under.naive());
    expect(await under.grid.verify()).toMatchObject({ differing: [], unreadable: 0, unknown: 0 });
  });

  it('looks at the leaves that it is asked for', async () => {
    await fill(10);
    under.disk.damage(SHARD_FOLDER, dataKeyOf('k3'), () => mutation({ key: 'k3', ms: 7 }).record);
    const leaf = leafOf(coordinates('k3').token);
    const inside = [{ from: leaf, to: leaf + 1 }];
    const outside = [
      { from: 0, to: leaf },
      { from: leaf + 1, to: LEAF_COUNT },
    ];
    const of = (runs: typeof inside): Promise<object> => under.grid.verify({ namespace: 1, runs });
    expect(await of(inside)).toMatchObject({ pages: 1, differingCount: 1 });
    expect(await of(outside)).toMatchObject({ differingCount: 0 });
    expect(await under.grid.verify({ namespace: 2, runs: ALL })).toMatchObject({ pages: 0 });
  });

  it('and all that is under way ends when the grid stops', async () => {
    await fill(3);
    under.gate.shut('read');
    const verdict = expect(under.grid.verify()).rejects.toMatchObject({ code: 'KV_NOT_READY' });
    const stopped = under.grid.stop();
    await under.gate.open();
    await stopped;
    await verdict;
  });
});
