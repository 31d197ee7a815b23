import { beforeEach, describe, expect, it } from 'vitest';
import {
  expiryBound,
  expiryKey,
  readExpiryKey,
  readStampValue,
  readTombstoneKey,
  stampValue,
  tombstoneKey,
} from '../../../../../src/node/store/indexes/index-keys.js';
import { SHARD_FOLDER } from '../../../../../src/node/store/store.js';
import { compareBytes, toHex } from '../../../../../src/stdx/bytes.js';
import { dataKeyOf, StoreUnderTest } from '../store-harness.js';
import { indexEntries, wantedEntries } from './index-contents.js';

let under: StoreUnderTest;

beforeEach(async () => {
  under = await StoreUnderTest.open();
});

const xEntry = (expiresAtMs: number): string =>
  `${toHex(expiryKey({ expiresAtMs, dataKey: dataKeyOf() }))}=`;
const tEntry = (ms: number): string =>
  `${toHex(tombstoneKey(dataKeyOf()))}=${toHex(stampValue({ ms, logical: 0 }))}`;

describe('the keys of the indexes', () => {
  it('begin with what they are sorted by, and give back what they were made of', () => {
    const dataKey = dataKeyOf();
    const key = expiryKey({ expiresAtMs: 0x0102_0304_0506, dataKey });
    expect(toHex(key)).toBe(`78010203040506${toHex(dataKey)}`);
    expect(readExpiryKey(key)).toEqual({ expiresAtMs: 0x0102_0304_0506, dataKey });
    expect(toHex(tombstoneKey(dataKey))).toBe(`74${toHex(dataKey).slice(2)}`);
    expect(readTombstoneKey(tombstoneKey(dataKey))).toEqual(dataKey);
    expect(compareBytes(expiryBound(7), expiryKey({ expiresAtMs: 7, dataKey }))).toBeLessThan(0);
    expect(compareBytes(expiryKey({ expiresAtMs: 6, dataKey }), expiryBound(7))).toBeLessThan(0);
  });

  it('are nothing when they are not whole', () => {
    const key = expiryKey({ expiresAtMs: 5, dataKey: dataKeyOf() });
    expect(readExpiryKey(key.subarray(0, 16))).toBeUndefined();
    expect(readExpiryKey(key.subarray(7))).toBeUndefined();
    expect(readTombstoneKey(key)).toBeUndefined();
    expect(readTombstoneKey(tombstoneKey(dataKeyOf()).subarray(0, 9))).toBeUndefined();
    expect(readStampValue(Uint8Array.of(1))).toBeUndefined();
    expect(readStampValue(stampValue({ ms: 9, logical: 65_535 }))).toEqual({
      ms: 9,
      logical: 65_535,
    });
  });
});

describe('a copy is in the index that it belongs to, and in no other', () => {
  it('a value without expiry is in none', async () => {
    await under.apply({ ms: 1 });
    expect(indexEntries(under)).toEqual([]);
  });

  it('a value with an expiry, under it, until something newer takes its place', async () => {
    await under.apply({ ms: 1, expiresAtMs: 50 });
    expect(indexEntries(under)).toEqual([xEntry(50)]);
    await under.apply({ ms: 2, expiresAtMs: 90 });
    expect(indexEntries(under)).toEqual([xEntry(90)]);
    await under.apply({ ms: 3, expiresAtMs: 90 });
    expect(indexEntries(under)).toEqual([xEntry(90)]);
    await under.apply({ ms: 1, expiresAtMs: 60 });
    expect(indexEntries(under)).toEqual([xEntry(90)]);
    await under.apply({ ms: 4 });
    expect(indexEntries(under)).toEqual([]);
  });

  it('a tombstone, with its newest stamp, until it is purged or written over', async () => {
    await under.apply({ ms: 1, tombstone: true });
    await under.apply({ ms: 2, tombstone: true });
    expect(indexEntries(under)).toEqual([tEntry(2)]);
    await under.swap({ ms: 2, tombstone: true }, undefined);
    expect(indexEntries(under)).toEqual([]);
    await under.apply({ ms: 3, tombstone: true });
    await under.apply({ ms: 4 });
    expect(indexEntries(under)).toEqual([]);
  });

  it('a copy whose value was swept moves from the one to the other', async () => {
    await under.apply({ ms: 1, expiresAtMs: 50 });
    await under.swap({ ms: 1, expiresAtMs: 50 }, { ms: 1, expiresAtMs: 50, tombstone: true });
    expect(indexEntries(under)).toEqual([tEntry(1)]);
  });

  it('several changes of one key in one batch leave the entries of the last', async () => {
    await Promise.all([
      under.apply({ ms: 1, expiresAtMs: 50 }),
      under.apply({ ms: 2, tombstone: true }),
      under.apply({ ms: 3, expiresAtMs: 70 }),
    ]);
    expect(indexEntries(under)).toEqual([xEntry(70)]);
  });
});

describe('over a copy that cannot be read', () => {
  const rot = (): void => {
    under.disk.damage(SHARD_FOLDER, dataKeyOf(), (value) => {
      value[20]! ^= 4;
      return value;
    });
  };

  it('the entry of a tombstone goes, since it is known by its key alone', async () => {
    await under.apply({ ms: 1, tombstone: true });
    rot();
    await under.apply({ ms: 2, repair: true });
    expect(indexEntries(under)).toEqual([]);
  });

  it('the entry by expiry stays beside that of the copy that takes its place', async () => {
    await under.apply({ ms: 1, expiresAtMs: 50 });
    rot();
    await under.apply({ ms: 2, repair: true, expiresAtMs: 70 });
    expect(indexEntries(under)).toEqual([xEntry(50), xEntry(70)]);
    expect(wantedEntries(under)).toEqual([xEntry(70)]);
  });
});
