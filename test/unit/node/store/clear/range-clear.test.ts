import { beforeEach, describe, expect, it } from 'vitest';
import { KvError } from '../../../../../src/node/core/errors.js';
import { LIMITS } from '../../../../../src/node/core/limits.js';
import { RING_SIZE, SLOT_COUNT, SLOT_SIZE } from '../../../../../src/node/core/ring/token.js';
import { stampValue, tombstoneKey } from '../../../../../src/node/store/indexes/index-keys.js';
import { holdsAnything } from '../../../../../src/node/store/clear/range-clear.js';
import { SHARD_FOLDER } from '../../../../../src/node/store/store.js';
import { seal } from '../../../../../src/node/store/system-keys.js';
import { ALL } from '../grid/grid-harness.js';
import { indexEntries, wantedEntries } from '../indexes/index-contents.js';
import { turn } from '../store-harness.js';
import { ClearUnderTest, keyAt } from './clear-harness.js';

/** Slots 100 to 199. */
const RUN = { from: 100, to: 200 };
const inRun = (i: number): number => (RUN.from + (i % 100)) * SLOT_SIZE + (i % SLOT_SIZE);

let under: ClearUnderTest;

beforeEach(async () => {
  under = await ClearUnderTest.open();
});

/** Records of all kinds in the run, more than one page of them. */
async function fill(count = 600): Promise<void> {
  const shapes = Array.from({ length: count }, (_, i) => {
    const at = { token: inRun(i), name: `k${i}`, ms: 10 + (i % 7) };
    if (i % 3 === 0) return { ...at, tombstone: true };
    return i % 3 === 1 ? { ...at, expiresAtMs: 1 + i } : at;
  });
  const outcomes = await Promise.all(shapes.map((shape) => under.put(shape)));
  expect(outcomes.every(({ kind }) => kind === 'written')).toBe(true);
}

async function rootsAreThoseOfAnEmptyStore(): Promise<void> {
  const empty = await ClearUnderTest.open();
  await empty.complete();
  await under.complete();
  for (const runs of [[RUN], ALL])
    expect(await under.grid.root(1, runs)).toEqual(await empty.grid.root(1, runs));
  const verdict = await under.grid.verify();
  expect(verdict).toMatchObject({ differing: [], unknown: 0 });
}

describe('ranges that are cleared', () => {
  it('have no records, no entries and no hash any more, whatever the records were', async () => {
    await fill();
    await under.complete();
    expect(await under.cleared([RUN])).toBe(600);
    expect(under.removed).toBe(600);
    expect(under.slots()).toEqual([]);
    expect(indexEntries(under)).toEqual([]);
    await rootsAreThoseOfAnEmptyStore();
    expect(await under.cleared([RUN])).toBe(0);
  });

  it('end where they end, also at both ends of the ring, and in their namespace', async () => {
    const outside = [0, 99, 200, SLOT_COUNT - 1].map((slot) => ({ token: slot * SLOT_SIZE }));
    const lastOfSlots = [{ token: 100 * SLOT_SIZE - 1 }, { token: RING_SIZE - 1 }];
    const inside = [{ token: 100 * SLOT_SIZE }, { token: 200 * SLOT_SIZE - 1 }];
    const other = { namespace: 2, token: 150 * SLOT_SIZE, tombstone: true };
    for (const shape of [...outside, ...lastOfSlots, ...inside, other]) await under.put(shape);
    expect(await under.cleared([RUN])).toBe(2);
    expect(under.slots()).toEqual([0, 99, 200, SLOT_COUNT - 1]);
    expect(under.slots(2)).toEqual([150]);
    expect(indexEntries(under)).toEqual(wantedEntries(under));
    const ends = [
      { from: 0, to: 1 },
      { from: SLOT_COUNT - 1, to: SLOT_COUNT },
    ];
    expect(await under.cleared(ends)).toBe(3);
    expect(under.slots()).toEqual([99, 200]);
    await under.complete();
    expect((await under.grid.verify()).differing).toEqual([]);
  });

  it('lose copies that cannot be read, or are of a newer version, and those count as healed', async () => {
    await fill(6);
    const [rotten, unknown] = [keyAt({ token: inRun(2), name: 'k2' }), { token: inRun(3) }];
    under.rot({ token: inRun(2), name: 'k2' });
    const newer = seal(keyAt(unknown), new Uint8Array(40).fill(2));
    under.disk.damage(SHARD_FOLDER, keyAt(unknown), () => newer);
    under.disk.failReads(SHARD_FOLDER, keyAt({ token: inRun(4), name: 'k4' }));
    expect(under.disk.valueOf(SHARD_FOLDER, rotten)).toBeDefined();
    expect(await under.cleared([RUN])).toBe(7);
    expect(under.slots()).toEqual([]);
    expect(under.store.rotten.report()).toEqual({ rotten: 2, unhealed: 0 });
    under.disk.healReads(SHARD_FOLDER);
    await rootsAreThoseOfAnEmptyStore();
  });

  it('lose entries of tombstones that belong to no record, and keep none of their own', async () => {
    const at = keyAt({ token: inRun(7) });
    const outside = keyAt({ token: RUN.to * SLOT_SIZE });
    for (const key of [at, outside])
      under.disk.damage(SHARD_FOLDER, tombstoneKey(key), () => stampValue({ ms: 3, logical: 0 }));
    expect(await under.cleared([RUN])).toBe(0);
    expect(indexEntries(under)).toHaveLength(1);
    expect(under.disk.valueOf(SHARD_FOLDER, tombstoneKey(outside))).toBeDefined();
  });

  it('leave a tombstone its entry that came after the look at the records', async () => {
    const late = { token: inRun(7), tombstone: true };
    const key = tombstoneKey(keyAt(late));
    under.disk.damage(SHARD_FOLDER, key, () => stampValue({ ms: 3, logical: 0 }));
    under.gate.shut('read');
    const clearing = under.clear([RUN]);
    await under.scheduler.until(() => under.gate.waiting > 0, 60_000);
    const written = under.put(late);
    await turn();
    await under.gate.release(1);
    expect((await written).kind).toBe('written');
    await under.gate.open();
    expect(await under.scheduler.settle(clearing, 600_000)).toBe(0);
    expect(under.slots()).toEqual([RUN.from + 7]);
    expect(indexEntries(under)).toEqual(wantedEntries(under));
  });

  it('lose what was still on its way to the disk behind the look', async () => {
    await fill();
    under.gate.shut('sync');
    const clearing = under.clear([RUN]);
    await turn();
    const late = under.put({ token: RUN.from * SLOT_SIZE, name: 'late', ms: 99 });
    await under.gate.open();
    expect((await late).kind).toBe('written');
    await under.scheduler.settle(clearing, 600_000);
    expect(under.slots()).toEqual([]);
  });

  it('forget how far they were complete, and when they were repaired, also on the disk', async () => {
    const around = { from: 50, to: 250 };
    await under.store.floors.raise(1, [around], 40);
    await under.store.floors.raise(2, [around], 40);
    await under.times.note(1, [around], 70);
    await under.cleared([RUN]);
    for (const reopen of [false, true]) {
      if (reopen) await under.crash();
      const floors = under.store.floors.within(1, around).map(({ value }) => value);
      expect(floors).toEqual([40, 0, 40]);
      expect(under.store.floors.within(2, around)).toEqual([{ ...around, value: 40 }]);
      expect(under.times.oldest(1, [{ from: 50, to: 100 }])).toBe(70);
      expect(under.times.oldest(1, [{ from: 199, to: 200 }])).toBe(0);
    }
    // What comes back is news.
    expect((await under.put({ token: inRun(1), ms: 30, repair: true })).kind).toBe('written');
    expect(under.slots()).toEqual([101]);
  });

  it('never have a floor when they have lost a record, wherever a crash comes, and are empty after another run', async () => {
    let crashes = 0;
    for (const underWay of ['lost', 'kept'] as const)
      for (let syncs = 0; syncs < 7; syncs++) {
        under = await ClearUnderTest.open();
        await fill();
        await under.store.floors.raise(1, [RUN], 9);
        await under.times.note(1, [RUN], 70);
        under.gate.shut('sync');
        const clearing = under.clear([RUN]).catch((error: unknown) => error);
        for (let i = 0; i < syncs; i++) {
          await under.scheduler.reached(() => under.gate.waiting > 0, 5_000);
          await under.gate.release();
        }
        await under.scheduler.reached(() => under.gate.waiting > 0, 5_000);
        under.disk.crash(underWay);
        await under.gate.open();
        await under.reopen();
        void clearing;
        const [floor] = under.store.floors.within(1, RUN);
        const left = under.disk.keys(SHARD_FOLDER, {
          gte: keyAt({ token: 0 }),
          lt: keyAt({ namespace: 2, token: 0 }),
        });
        if (left.length < 600) expect(floor?.value).toBe(0);
        if (left.length > 0 && left.length < 600) crashes += 1;
        expect(indexEntries(under)).toEqual(wantedEntries(under));
        under.removed = 0;
        expect(await under.cleared([RUN])).toBe(left.length);
        expect(under.slots()).toEqual([]);
        expect(under.store.floors.within(1, RUN)).toEqual([{ ...RUN, value: 0 }]);
        await rootsAreThoseOfAnEmptyStore();
      }
    expect(crashes).toBeGreaterThan(1);
  });
});

describe('a clearing', () => {
  it('ends when it is told to, says so, and leaves the rest to another one', async () => {
    await fill();
    const abort = new AbortController();
    const clearing = under.clear([RUN], { signal: abort.signal });
    const failure = expect(clearing).rejects.toMatchObject({ code: 'KV_NOT_READY' });
    await under.scheduler.until(() => under.removed > 0, 60_000);
    abort.abort();
    await failure;
    const { removed } = under;
    expect(removed).toBeLessThan(600);
    expect(await under.cleared([RUN])).toBe(600 - removed);
  });

  it('does nothing at all when its signal came before', async () => {
    await fill(3);
    await under.store.floors.raise(1, [RUN], 9);
    const clearing = under.clear([RUN], { signal: AbortSignal.abort() });
    await expect(clearing).rejects.toMatchObject({ code: 'KV_NOT_READY' });
    expect(under.store.floors.within(1, RUN)).toEqual([{ ...RUN, value: 9 }]);
    expect(under.slots()).toHaveLength(3);
  });

  it('waits for room in the store, and goes on', async () => {
    await fill(100);
    const large = await under.fillBackground();
    const clearing = under.clear([RUN]);
    await turn();
    await under.scheduler.advance(LIMITS.purgeAgainMs / 2);
    await under.gate.open();
    const written = { kind: 'written' };
    expect(await Promise.all(large)).toEqual([written, written, written]);
    await turn();
    expect(under.removed).toBe(0);
    expect(await under.scheduler.settle(clearing, 600_000)).toBe(100);
  });

  it('takes no time for ranges that are empty', async () => {
    const runs = Array.from({ length: 500 }, (_, i) => ({ from: 2 * i, to: 2 * i + 1 }));
    expect(await under.clear(runs)).toBe(0);
    expect(under.scheduler.nowMs()).toBe(0);
  });

  it('takes no more of large records at once than fits a batch', async () => {
    const value = new Uint8Array(400 * 1024);
    for (let i = 0; i < 9; i++) await under.put({ token: inRun(i), value });
    const clearing = under.clear([RUN]);
    await under.scheduler.until(() => under.removed > 0, 60_000);
    expect(under.removed).toBe(3);
    expect(await under.scheduler.settle(clearing, 600_000)).toBe(9);
  });

  it('leaves what its order refuses when the writer decides, though it was to go when it was read', async () => {
    await fill(3);
    let isOwner = false;
    const mine = new KvError('KV_EPOCH_CHANGED', 'mine');
    const clearing = under.clear([RUN], { refuses: () => (isOwner ? mine : undefined) });
    const failure = expect(clearing).rejects.toBe(mine);
    await under.removalsWait();
    isOwner = true;
    // The very same copy arrives again: it is there, and nothing has to be written for it.
    const again = under.put({ token: inRun(2), name: 'k2', ms: 12 });
    await under.gate.open();
    expect((await again).kind).toBe('written');
    await failure;
    expect(under.slots()).toHaveLength(3);
    expect(under.removed).toBe(0);
  });

  it('refuses entries beside the records likewise', async () => {
    const key = tombstoneKey(keyAt({ token: inRun(7) }));
    under.disk.damage(SHARD_FOLDER, key, () => stampValue({ ms: 3, logical: 0 }));
    const mine = new KvError('KV_EPOCH_CHANGED', 'mine');
    const asked: number[] = [];
    const clearing = under.clear([RUN], {
      refuses: (token) => {
        asked.push(token);
        return mine;
      },
    });
    const failure = expect(clearing).rejects.toBe(mine);
    await under.scheduler.advance(1_000);
    await failure;
    expect(asked).toEqual([inRun(7)]);
    expect(under.disk.valueOf(SHARD_FOLDER, key)).toBeDefined();
  });
});

describe('the look whether anything is held', () => {
  const holds = (runs = [RUN]): Promise<boolean> => holdsAnything(under.store, 1, runs);

  it('sees records of any kind in the slots, and a floor above 0, and nothing of others', async () => {
    expect(await holds()).toBe(false);
    await under.put({ token: RUN.to * SLOT_SIZE });
    await under.put({ namespace: 2, token: inRun(1) });
    await under.store.floors.raise(1, [{ from: 0, to: 100 }], 9);
    expect(await holds()).toBe(false);
    await under.put({ token: 200 * SLOT_SIZE - 1, tombstone: true });
    expect(await holds()).toBe(true);
    await under.cleared([RUN]);
    expect(await holds([])).toBe(false);
    expect(await holds()).toBe(false);
    await under.store.floors.raise(1, [{ from: 199, to: 201 }], 9);
    expect(await holds()).toBe(true);
    await under.cleared([RUN]);
    expect(await holds()).toBe(false);
  });
});
