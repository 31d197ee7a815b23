import { beforeEach, describe, expect, it } from 'vitest';
import { encodeDataKey } from '../../../../../src/node/core/version/data-key.js';
import { stampValue, tombstoneKey } from '../../../../../src/node/store/indexes/index-keys.js';
import type { BackgroundStore } from '../../../../../src/node/store/background-store.js';
import { Pace } from '../../../../../src/node/store/pace.js';
import { SHARD_FOLDER } from '../../../../../src/node/store/store.js';
import { countTombstones } from '../../../../../src/node/store/tombstones/count-tombstones.js';
import type { TombstoneCount } from '../../../../../src/node/store/tombstones/count-tombstones.js';
import { purgeTombstones } from '../../../../../src/node/store/tombstones/purge-tombstones.js';
import type { PurgeCount } from '../../../../../src/node/store/tombstones/purge-tombstones.js';
import type { TombstoneScope } from '../../../../../src/node/store/tombstones/tombstone-ranges.js';
import { indexEntries, wantedEntries } from '../indexes/index-contents.js';
import { coordinates, dataKeyOf, StoreUnderTest } from '../store-harness.js';

const ALL = { namespace: 1, range: { start: 0, end: 0 } };
const KEYS = Array.from({ length: 600 }, (_, i) => `k${i}`);

let under: StoreUnderTest;

beforeEach(async () => {
  under = await StoreUnderTest.open();
});

const pace = (): Pace => new Pace(under.clock, { restsPerWork: 1, bytesPerSecond: 1e6 });
const live = (): AbortSignal => new AbortController().signal;

function purge(upToMs: number, scope: TombstoneScope = ALL, signal = live()): Promise<PurgeCount> {
  const { store, clock } = under;
  const purging = purgeTombstones({ store, clock, pace: pace() }, { ...scope, upToMs }, signal);
  return under.scheduler.settle(purging, 600_000);
}

function count(scope: TombstoneScope = ALL, signal = live()): Promise<TombstoneCount> {
  const counting = countTombstones({ store: under.store, pace: pace() }, scope, signal);
  return under.scheduler.settle(counting, 600_000);
}

async function deleteAll(): Promise<void> {
  await Promise.all(KEYS.map((key, i) => under.apply({ key, ms: 1 + i, tombstone: true })));
}

describe('a purge', () => {
  it('removes what is stamped up to the floor, and nothing that is younger or no tombstone', async () => {
    await deleteAll();
    await under.apply({ key: 'value', ms: 1 });
    const done = await purge(400);
    expect(done).toMatchObject({ purged: 400, kept: 200, isWhole: true });
    expect(done.purgedBytes).toBeGreaterThan(400 * 20);
    expect(await under.textOf('k399')).toBe('(missing)');
    expect(await under.read('k400')).toMatchObject({ kind: 'found', record: { tombstone: true } });
    expect(await under.textOf('value')).toBe('v1');
    expect(indexEntries(under)).toEqual(wantedEntries(under));
    expect(await purge(400)).toMatchObject({ purged: 0, kept: 200, isWhole: true });
  });

  it('leaves the entry of a tombstone that comes after the look at its copy', async () => {
    const { store, clock } = under;
    const entry = tombstoneKey(dataKeyOf());
    under.disk.damage(SHARD_FOLDER, entry, () => stampValue({ ms: 3, logical: 0 }));
    let changes = 0;
    const late: BackgroundStore = {
      scan: (range) => store.scan(range),
      read: (query, done) => store.read(query, done),
      swap: (change, done) => {
        changes += 1;
        void under.apply({ ms: 4, tombstone: true }).then(() => store.swap(change, done));
      },
      writeSystem: (write, done) => {
        changes += 1;
        void under.apply({ ms: 4, tombstone: true }).then(() => store.writeSystem(write, done));
      },
    };
    const parts = { store: late, clock, pace: pace() };
    await under.scheduler.settle(purgeTombstones(parts, { ...ALL, upToMs: 3 }, live()), 60_000);
    // One change, or a crash after the first would leave the tombstone without its entry.
    expect(changes).toBe(1);
    expect(indexEntries(under)).toEqual(wantedEntries(under));
    expect(indexEntries(under)).toHaveLength(1);
  });

  it('removes copies that were swept as well', async () => {
    await under.apply({ ms: 5, expiresAtMs: 50 });
    await under.swap({ ms: 5, expiresAtMs: 50 }, { ms: 5, expiresAtMs: 50, tombstone: true });
    expect(await purge(5)).toMatchObject({ purged: 1 });
    expect(await under.textOf()).toBe('(missing)');
  });

  it('keeps to its namespace and its tokens, round the end of the ring too', async () => {
    await deleteAll();
    const token = (key: string): number => coordinates(key).token;
    const [low, high] = [0x4000_0000, 0xc000_0000];
    const inner = KEYS.filter((key) => token(key) >= low && token(key) < high).length;
    const between = { namespace: 1, range: { start: low, end: high } };
    const around = { namespace: 1, range: { start: high, end: low } };
    expect(await count(between)).toMatchObject({ count: inner });
    expect(await count(around)).toMatchObject({ count: KEYS.length - inner });
    expect(await purge(1e6, { ...ALL, namespace: 2 })).toMatchObject({ purged: 0, kept: 0 });
    expect(await purge(1e6, around)).toMatchObject({ purged: KEYS.length - inner });
    expect(await purge(1e6, between)).toMatchObject({ purged: inner });
    expect(await count()).toMatchObject({ count: 0 });
  });

  it('leaves a tombstone alone that was written over while it was looked at', async () => {
    await under.apply({ ms: 5, tombstone: true });
    under.gate.shut('sync');
    const write = under.apply({ ms: 6, value: 'new' });
    const purging = purge(5);
    await under.scheduler.advance(10);
    await under.gate.open();
    expect(await purging).toMatchObject({ purged: 0 });
    await write;
    expect(await under.textOf()).toBe('new');
  });

  it('stops when it is told to, and says that it is not whole', async () => {
    await deleteAll();
    const abort = new AbortController();
    const purging = purge(1e6, ALL, abort.signal);
    await under.scheduler.advance(1);
    abort.abort();
    const done = await purging;
    expect(done.isWhole).toBe(false);
    expect(done.purged).toBeGreaterThan(0);
    expect(done.purged).toBeLessThan(KEYS.length);
    expect(await count()).toMatchObject({ count: KEYS.length - done.purged });
  });

  it('is the same after a crash in the midst of it', async () => {
    await deleteAll();
    const { store, clock } = under;
    void purgeTombstones({ store, clock, pace: pace() }, { ...ALL, upToMs: 1e6 }, live());
    await under.scheduler.advance(2);
    await under.crash();
    expect(indexEntries(under)).toEqual(wantedEntries(under));
    await purge(1e6);
    expect(await count()).toMatchObject({ count: 0 });
    for (const key of KEYS) expect(await under.textOf(key)).toBe('(missing)');
  });

  it('waits for room in the store, and goes on', async () => {
    await deleteAll();
    const filler = new Uint8Array(9 * 1024 * 1024);
    under.gate.shut('sync');
    const large = ['a', 'b', 'c'].map((key) =>
      under.apply({ key, ms: 1, value: filler, priority: 'background' }),
    );
    const purging = purge(1e6);
    await under.scheduler.advance(100);
    await under.gate.open();
    expect(await purging).toMatchObject({ purged: KEYS.length, isWhole: true });
    await Promise.all(large);
  });

  it('ends with the error of a store that has failed', async () => {
    await deleteAll();
    under.disk.failWrites(SHARD_FOLDER);
    await expect(purge(1e6)).rejects.toMatchObject({ code: 'KV_STORE_FAILED' });
  });
});

describe('entries that belong to no tombstone', () => {
  it('are removed by a purge, and a copy that cannot be read is left alone', async () => {
    await under.apply({ key: 'value', ms: 1 });
    await under.apply({ key: 'rotten', ms: 1, tombstone: true });
    under.disk.damage(SHARD_FOLDER, dataKeyOf('rotten'), (bytes) => bytes.fill(9, 3, 6));
    for (const key of ['value', 'nothing'])
      under.disk.damage(SHARD_FOLDER, tombstoneKey(dataKeyOf(key)), () =>
        stampValue({ ms: 1, logical: 0 }),
      );
    expect(await purge(5)).toMatchObject({ purged: 0, kept: 0 });
    expect(await count()).toMatchObject({ count: 1 });
    expect(await under.textOf('value')).toBe('v1');
  });

  it('are removed when their key is none', async () => {
    const key = tombstoneKey(encodeDataKey({ namespace: 1, token: 9, key: new Uint8Array(0) }));
    under.disk.damage(SHARD_FOLDER, key, () => new Uint8Array());
    await purge(5);
    expect(await count()).toMatchObject({ count: 0 });
  });
});

describe('a count', () => {
  it('says how many there are and how old the oldest is', async () => {
    expect(await count()).toEqual({ count: 0, oldest: undefined, isWhole: true });
    await deleteAll();
    await purge(7);
    const oldest = { ms: 8, logical: 0 };
    expect(await count()).toEqual({ count: KEYS.length - 7, oldest, isWhole: true });
  });

  it('that is cancelled says that it is not whole', async () => {
    await deleteAll();
    expect(await count(ALL, AbortSignal.abort())).toMatchObject({ isWhole: false });
  });
});
