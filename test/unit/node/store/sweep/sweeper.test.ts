import { beforeEach, describe, expect, it } from 'vitest';
import { LIMITS } from '../../../../../src/node/core/limits.js';
import { expiryKey } from '../../../../../src/node/store/indexes/index-keys.js';
import { SHARD_FOLDER } from '../../../../../src/node/store/store.js';
import { indexEntries, wantedEntries } from '../indexes/index-contents.js';
import { dataKeyOf, type StoreUnderTest } from '../store-harness.js';
import { MARGIN_MS, SweptStore, SWEPT_MS } from './sweeper-harness.js';

let store: SweptStore;
let under: StoreUnderTest;

beforeEach(async () => {
  store = await SweptStore.open();
  under = store.under;
});

const copy = async (key?: string): Promise<object> => {
  const read = await under.read(key);
  if (read.kind !== 'found') return read;
  const { tombstone, expiresAtMs, value, version } = read.record;
  return { tombstone, expiresAtMs, bytes: value.length, ms: version.ms };
};

describe('a value that expired', () => {
  it('is dropped once no clock and no attempt can count on it; version and expiry stay', async () => {
    const expiresAtMs = store.nowMs() + 1_000;
    await under.apply({ ms: 5, expiresAtMs, value: 'hello' });
    await store.advance(1_000 + MARGIN_MS - 1_500);
    expect(await copy()).toEqual({ tombstone: false, expiresAtMs, bytes: 5, ms: 5 });
    await store.advance(4_000);
    expect(await copy()).toEqual({ tombstone: true, expiresAtMs, bytes: 0, ms: 5 });
    expect(store.swept()).toBe(1);
    expect(under.metrics.value('kv_store_swept_bytes_total')).toBe(5);
    expect(indexEntries(under)).toEqual(wantedEntries(under));
  });

  it('shadows what is older as before, and gives way to what is newer', async () => {
    await under.apply({ ms: 5, expiresAtMs: store.nowMs() });
    await store.advance(MARGIN_MS + SWEPT_MS);
    expect(await under.apply({ ms: 4 })).toMatchObject({ kind: 'superseded', version: { ms: 5 } });
    expect(await under.apply({ ms: 6, value: 'new' })).toEqual({ kind: 'written' });
    expect(await under.textOf()).toBe('new');
  });

  it('is taken for written by an attempt of its write that comes after the sweep', async () => {
    const expiresAtMs = store.nowMs();
    await under.apply({ ms: 5, expiresAtMs });
    await store.advance(MARGIN_MS + SWEPT_MS);
    expect(await under.apply({ ms: 5, expiresAtMs })).toEqual({ kind: 'written' });
    expect(await under.apply({ ms: 5, expiresAtMs: expiresAtMs + 1 })).toMatchObject({
      kind: 'superseded',
    });
    expect(await copy()).toMatchObject({ tombstone: true });
  });

  it('is kept when a longer life was written over it', async () => {
    await under.apply({ ms: 5, expiresAtMs: store.nowMs() + 1_000 });
    await under.apply({ ms: 6, expiresAtMs: store.nowMs() + 3_600_000, value: 'longer' });
    await store.advance(MARGIN_MS + SWEPT_MS);
    expect(await under.textOf()).toBe('longer');
    expect(store.swept()).toBe(0);
  });

  it('is swept also when it comes after the walk has passed it', async () => {
    const longAgoMs = store.nowMs() - 1_000_000;
    await under.apply({ key: 'a', ms: 5, expiresAtMs: store.nowMs() - MARGIN_MS });
    await store.advance(SWEPT_MS);
    await under.apply({ key: 'b', ms: 5, expiresAtMs: longAgoMs });
    await store.advance(SWEPT_MS);
    expect(store.swept()).toBe(2);
  });

  it('is swept after a crash in the midst of it', async () => {
    const keys = Array.from({ length: 300 }, (_, i) => `k${i}`);
    await Promise.all(
      keys.map((key, i) => under.apply({ key, ms: 1 + i, expiresAtMs: store.nowMs() + i })),
    );
    await under.scheduler.until(() => store.swept() > 64, 60_000);
    expect(store.swept()).toBeLessThan(keys.length);
    await store.crash();
    await store.advance(MARGIN_MS + SWEPT_MS);
    for (const key of keys) expect(await copy(key)).toMatchObject({ tombstone: true });
    expect(indexEntries(under)).toEqual(wantedEntries(under));
    expect(under.metrics.value('kv_store_expiry_lag_seconds')).toBe(0);
  });
});

describe('nothing is due', () => {
  it('while no other clock has been heard', async () => {
    store.hasHeardClocks = false;
    await store.crash();
    await under.apply({ ms: 5, expiresAtMs: store.nowMs() - 3_600_000 });
    await store.advance(MARGIN_MS + SWEPT_MS);
    expect(store.swept()).toBe(0);
    store.hasHeardClocks = true;
    await store.advance(MARGIN_MS + SWEPT_MS);
    expect(store.swept()).toBe(1);
  });

  it('by a stamp from the future alone', async () => {
    await under.apply({ ms: 5, expiresAtMs: store.nowMs() + 3_000_000 });
    store.hlc.observe({ ms: store.nowMs() + 3_600_000, logical: 0 });
    await store.advance(SWEPT_MS);
    expect(store.swept()).toBe(0);
  });

  it('by a clock of this machine that is an hour ahead of the others', async () => {
    store.clockOffsetMs = 3_600_000;
    await under.apply({ ms: 5, expiresAtMs: store.nowMs() - 3_000_000 });
    await store.advance(SWEPT_MS);
    expect(store.swept()).toBe(0);
  });
});

describe('entries that belong to no copy', () => {
  it('are removed, and the copy that rot had hidden is left as it is', async () => {
    const [staleMs, laterMs] = [store.nowMs() - MARGIN_MS - 5_000, store.nowMs() + 3_600_000];
    await under.apply({ ms: 5, expiresAtMs: staleMs });
    under.disk.damage(SHARD_FOLDER, dataKeyOf(), (value) => value.fill(9, 3, 6));
    await under.apply({ ms: 6, expiresAtMs: laterMs, repair: true, value: 'later' });
    expect(indexEntries(under)).toHaveLength(2);
    await store.advance(SWEPT_MS);
    expect(indexEntries(under)).toEqual(wantedEntries(under));
    expect(await under.textOf()).toBe('later');
    expect(under.metrics.value('kv_store_stale_index_entries_total')).toBe(1);
  });

  it('are removed when they are no entries at all', async () => {
    const key = expiryKey({ expiresAtMs: 7, dataKey: Uint8Array.of(1, 2, 3) });
    under.disk.damage(SHARD_FOLDER, key, () => new Uint8Array());
    await store.advance(SWEPT_MS);
    expect(indexEntries(under)).toEqual([]);
  });

  it('stay while the copy cannot be read: somebody may heal it to what they say', async () => {
    await under.apply({ ms: 5, expiresAtMs: store.nowMs() - MARGIN_MS });
    under.disk.damage(SHARD_FOLDER, dataKeyOf(), (value) => value.fill(9, 3, 6));
    await store.advance(SWEPT_MS);
    expect(indexEntries(under)).toHaveLength(1);
  });
});

describe('the sweeper', () => {
  it('leaves most of the time to others: it rests longer than it works', async () => {
    const keys = Array.from({ length: 640 }, (_, i) => `k${i}`);
    await Promise.all(keys.map((key) => under.apply({ key, ms: 1, expiresAtMs: store.nowMs() })));
    let workMs = 0;
    under.gate.shut('sync');
    await store.advance(MARGIN_MS + 3_000);
    const fromMs = under.clock.monotonicMs();
    while (store.swept() < keys.length && workMs < 10_000) {
      if (under.gate.waiting > 0) {
        await store.advance(10);
        workMs += 10;
        await under.gate.release();
      } else await store.advance(1);
    }
    await under.gate.open();
    expect(store.swept()).toBe(keys.length);
    expect(under.clock.monotonicMs() - fromMs).toBeGreaterThan(3 * workMs);
  });

  it('ends at once when it is stopped, and sweeps nothing more', async () => {
    await store.sweeper.stop();
    await under.apply({ ms: 5, expiresAtMs: store.nowMs() - MARGIN_MS });
    await store.advance(SWEPT_MS);
    expect(store.swept()).toBe(0);
    await under.store.close();
  });

  it('tells of a store that cannot be walked, and tries again later', async () => {
    await under.store.close();
    await store.advance(5_000);
    expect(under.metrics.value('kv_store_sweep_failures_total')).toBe(1);
    expect(under.log.lines.map(({ message }) => message)).toContain(
      'expired values could not be swept; it is tried again',
    );
    await under.reopen();
    await store.advance(LIMITS.sweepAfterFailureMs);
    expect(under.metrics.value('kv_store_sweep_failures_total')).toBe(2);
  });

  it('waits when the store takes nothing more, because it failed or because its queue is full', async () => {
    const large = new Uint8Array(9 * 1024 * 1024);
    await under.apply({ ms: 5, expiresAtMs: store.nowMs() });
    under.gate.shut('sync');
    const fillers = ['a', 'b', 'c'].map((key) =>
      under.apply({ key, ms: 1, value: large, priority: 'background' }),
    );
    await store.advance(MARGIN_MS + 5_000);
    expect(store.swept()).toBe(0);
    const readsBefore = under.gate.steps.length;
    await store.advance(5_000);
    expect(under.gate.steps.length - readsBefore).toBeLessThan(30);
    await under.gate.open();
    await Promise.all(fillers);
    await store.advance(5_000);
    expect(store.swept()).toBe(1);

    await under.apply({ key: 'later', ms: 5, expiresAtMs: store.nowMs() - MARGIN_MS - 2_000 });
    under.disk.failWrites(SHARD_FOLDER);
    await store.advance(SWEPT_MS);
    expect(under.metrics.value('kv_store_sweep_failures_total')).toBe(1);
  });

  it('passes by a copy whose block cannot be read, and sweeps it when it can', async () => {
    await under.apply({ ms: 5, expiresAtMs: store.nowMs() });
    under.disk.failReads(SHARD_FOLDER, dataKeyOf());
    await store.advance(MARGIN_MS + SWEPT_MS);
    expect(store.swept()).toBe(0);
    under.disk.healReads(SHARD_FOLDER);
    await store.advance(SWEPT_MS);
    expect(store.swept()).toBe(1);
  });
});
