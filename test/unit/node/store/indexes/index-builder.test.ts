import { beforeEach, expect, it } from 'vitest';
import { buildIndexes } from '../../../../../src/node/store/indexes/index-builder.js';
import { Pace } from '../../../../../src/node/store/pace.js';
import { SHARD_FOLDER } from '../../../../../src/node/store/store.js';
import { INDEXED_KEY } from '../../../../../src/node/store/system-keys.js';
import { StoreUnderTest } from '../store-harness.js';
import { indexEntries, wantedEntries } from './index-contents.js';

const KEYS = Array.from({ length: 200 }, (_, i) => `key ${i}`);

let under: StoreUnderTest;

beforeEach(async () => {
  under = await StoreUnderTest.open();
});

function build(signal = new AbortController().signal): Promise<void> {
  const { clock, store } = under;
  const pace = new Pace(clock, { restsPerWork: 1, bytesPerSecond: 10_000 });
  return under.scheduler.settle(buildIndexes({ store, clock, pace }, signal), 60_000);
}

/** Leaves the store as one from before the indexes. */
async function forgetIndexes(): Promise<void> {
  for (const prefix of [0x74, 0x78]) {
    const range = { gte: Uint8Array.of(prefix), lt: Uint8Array.of(prefix + 1) };
    for (const key of under.disk.keys(SHARD_FOLDER, range))
      under.disk.damage(SHARD_FOLDER, key, () => undefined);
  }
  under.disk.damage(SHARD_FOLDER, INDEXED_KEY, () => undefined);
  await under.crash();
}

async function fill(): Promise<void> {
  await Promise.all(
    KEYS.map((key, i) =>
      under.apply({
        key,
        ms: 1 + i,
        tombstone: i % 3 === 0,
        expiresAtMs: i % 2 === 0 ? 1000 + i : undefined,
      }),
    ),
  );
}

it('a store from before the indexes is indexed once, and from then on it is known to be', async () => {
  await fill();
  const whole = indexEntries(under);
  await forgetIndexes();
  expect(indexEntries(under)).toEqual([]);
  await build();
  expect(indexEntries(under)).toEqual(whole);
  expect(wantedEntries(under)).toEqual(whole);
  const sequence = under.store.sequence();
  await build();
  expect(under.store.sequence()).toBe(sequence);
});

it('a store that was made with them is not walked through', async () => {
  const sequence = under.store.sequence();
  await build();
  expect(under.store.sequence()).toBe(sequence);
});

it('what is written meanwhile is indexed too, and what was overwritten is not', async () => {
  await fill();
  await forgetIndexes();
  const building = build();
  const writes = KEYS.map((key, i) =>
    under.apply({ key, ms: 500 + i, tombstone: i % 2 === 0, expiresAtMs: 2000 }),
  );
  await under.scheduler.settle(Promise.all(writes), 60_000);
  await building;
  expect(indexEntries(under)).toEqual(wantedEntries(under));
});

it('cut off, it begins again and ends whole', async () => {
  await fill();
  await forgetIndexes();
  const abort = new AbortController();
  const building = build(abort.signal);
  await under.scheduler.advance(100);
  abort.abort();
  await building;
  expect(indexEntries(under)).not.toEqual(wantedEntries(under));
  await under.crash();
  await build();
  expect(indexEntries(under)).toEqual(wantedEntries(under));
});

it('records that rot or are of a newer version are left alone', async () => {
  await fill();
  await forgetIndexes();
  const keys = under.disk.keys(SHARD_FOLDER, {
    gte: Uint8Array.of(0x64),
    lt: Uint8Array.of(0x65),
  });
  under.disk.damage(SHARD_FOLDER, keys[0]!, (value) => value.fill(7, 3, 5));
  await build();
  expect(indexEntries(under)).toEqual(wantedEntries(under));
});
