import { beforeEach, describe, expect, it } from 'vitest';
import { encodeRecord } from '../../../../src/node/core/version/record-codec.js';
import type { ApplyOutcome } from '../../../../src/node/store/mutation.js';
import { SHARD_FOLDER } from '../../../../src/node/store/store.js';
import { crc32c } from '../../../../src/stdx/crc32c.js';
import { dataKeyOf, mutation, StoreUnderTest, turn } from './store-harness.js';

let under: StoreUnderTest;

beforeEach(async () => {
  under = await StoreUnderTest.open();
});

const written = { kind: 'written' };
const versionAt = (ms: number): object => ({ ms, logical: 0, writerHi: 0, writerLo: 1 });

const flip = (value: Uint8Array): Uint8Array => {
  value[20]! ^= 4;
  return value;
};

describe('one mutation after the other', () => {
  it('what is written is read, and what is not is missing', async () => {
    expect(await under.apply({ ms: 5, value: 'five' })).toEqual(written);
    expect(await under.textOf()).toBe('five');
    expect(await under.textOf('other')).toBe('(missing)');
  });

  it('an older record is superseded by the version that is held, and changes nothing', async () => {
    await under.apply({ ms: 5 });
    expect(await under.apply({ ms: 4 })).toEqual({ kind: 'superseded', version: versionAt(5) });
    expect(await under.textOf()).toBe('v5');
  });

  it('an older repair counts as written, and changes nothing', async () => {
    await under.apply({ ms: 5 });
    expect(await under.apply({ ms: 4, repair: true })).toEqual(written);
    expect(await under.textOf()).toBe('v5');
  });

  it('the same record again is written without another batch', async () => {
    await under.apply({ ms: 5 });
    const before = under.store.sequence();
    expect(await under.apply({ ms: 5 })).toEqual(written);
    expect(under.store.sequence()).toBe(before);
  });

  it('of two records with one version the same one stays, in either order', async () => {
    const other = await StoreUnderTest.open();
    const kinds = [
      await under.apply({ ms: 5, value: 'a' }),
      await under.apply({ ms: 5, value: 'b' }),
      await other.apply({ ms: 5, value: 'b' }),
      await other.apply({ ms: 5, value: 'a' }),
    ].map((outcome) => outcome.kind);
    expect(await under.textOf()).toBe(await other.textOf());
    expect(kinds.sort()).toEqual(['superseded', 'written', 'written', 'written']);
  });

  it('keys with equal bytes in other namespaces or under other tokens are other keys', async () => {
    const one = mutation({ ms: 5 });
    await under.apply({ ms: 5 });
    for (const other of [
      { ...one, namespace: 2 },
      { ...one, token: 2 },
    ]) {
      const outcome = await new Promise((resolve) => under.store.read(other, resolve));
      expect(outcome).toEqual({ kind: 'missing' });
    }
  });

  it('a record that does not match its key is refused before anything is done', async () => {
    const { record } = mutation({ key: 'other', ms: 5 });
    const outcome = await new Promise<ApplyOutcome>((resolve) =>
      under.store.apply({ ...mutation({ ms: 5 }), record }, resolve),
    );
    expect(outcome).toMatchObject({ kind: 'failed', error: { code: 'KV_CORRUPT' } });
    expect(await under.textOf()).toBe('(missing)');
  });
});

describe('unreadable copies', () => {
  it('a corrupt copy is neither found nor missing', async () => {
    await under.apply({ ms: 5 });
    under.disk.damage(SHARD_FOLDER, dataKeyOf(), flip);
    expect(await under.textOf()).toBe('(corrupt)');
    expect(await under.textOf('other')).toBe('(missing)');
    expect(under.metrics.value('kv_store_corrupt_records_total')).toBe(1);
  });

  it('a normal write over a corrupt copy is refused, because it might hide a newer one', async () => {
    await under.apply({ ms: 5 });
    under.disk.damage(SHARD_FOLDER, dataKeyOf(), flip);
    expect(await under.apply({ ms: 6 })).toEqual({ kind: 'corrupt' });
    expect(await under.textOf()).toBe('(corrupt)');
  });

  it('a repair replaces a corrupt copy, and writes in its batch go on from there', async () => {
    await under.apply({ ms: 5 });
    under.disk.damage(SHARD_FOLDER, dataKeyOf(), flip);
    const outcomes = await Promise.all([
      under.apply({ ms: 9 }),
      under.apply({ ms: 5, repair: true }),
      under.apply({ ms: 4 }),
      under.apply({ ms: 6 }),
    ]);
    expect(outcomes.map((outcome) => outcome.kind)).toEqual([
      'corrupt',
      'written',
      'superseded',
      'written',
    ]);
    expect(await under.textOf()).toBe('v6');
  });

  it('a block that cannot be read makes its keys corrupt, and no others', async () => {
    await Promise.all(['a', 'b', 'c'].map((key) => under.apply({ key, ms: 5 })));
    under.disk.failReads(SHARD_FOLDER, dataKeyOf('b'));
    const texts = ['a', 'b', 'c', 'd'].map((key) => under.textOf(key));
    expect(await Promise.all(texts)).toEqual(['v5', '(corrupt)', 'v5', '(missing)']);
    const writes = ['a', 'b', 'd'].map((key) => under.apply({ key, ms: 6 }));
    const kinds = (await Promise.all(writes)).map((outcome) => outcome.kind);
    expect(kinds).toEqual(['written', 'corrupt', 'written']);
    expect(await under.apply({ key: 'b', ms: 7, repair: true })).toEqual(written);
  });

  it('a whole record of a newer format is not touched, and said to be one', async () => {
    under.disk.damage(SHARD_FOLDER, dataKeyOf(), () => {
      const content = { version: { ms: 5, logical: 0, writerHi: 0, writerLo: 1 }, tombstone: true };
      const bytes = encodeRecord(dataKeyOf(), { ...content, value: new Uint8Array() });
      bytes[0] = 9;
      const body = bytes.subarray(0, -4);
      new DataView(bytes.buffer).setUint32(body.length, crc32c(body, crc32c(dataKeyOf())));
      return bytes;
    });
    const failed = { kind: 'failed', error: { code: 'KV_FORMAT_UNKNOWN' } };
    expect(await under.read()).toMatchObject(failed);
    expect(await under.apply({ ms: 9 })).toMatchObject(failed);
    expect(await under.apply({ ms: 9, repair: true })).toMatchObject(failed);
  });
});

describe('mutations that run together', () => {
  it('several of one key in one batch are decided as if one came after the other', async () => {
    const before = under.store.sequence();
    const shapes = [{ ms: 3 }, { ms: 7 }, { ms: 5 }, { ms: 5, repair: true }, { ms: 8 }, { ms: 8 }];
    const outcomes = await Promise.all(shapes.map((shape) => under.apply(shape)));
    expect(outcomes).toEqual([
      written,
      written,
      { kind: 'superseded', version: versionAt(7) },
      written,
      written,
      written,
    ]);
    expect(await under.textOf()).toBe('v8');
    expect(under.store.sequence()).toBe(before + 1);
  });

  it('a mutation sees what the batch under way writes, although the storage does not show it yet', async () => {
    under.gate.shut('sync');
    const first = under.apply({ ms: 5 });
    await turn();
    const [older, newer] = [under.apply({ ms: 4 }), under.apply({ ms: 6 })];
    await turn();
    expect(await under.textOf()).toBe('(missing)');
    await under.gate.open();
    expect(await first).toEqual(written);
    expect(await older).toEqual({ kind: 'superseded', version: versionAt(5) });
    expect(await newer).toEqual(written);
    expect(await under.textOf()).toBe('v6');
  });

  it('the next batch is read while the one before syncs', async () => {
    under.gate.shut('sync');
    const first = under.apply({ key: 'a', ms: 5 });
    await turn();
    const second = under.apply({ key: 'b', ms: 5 });
    await turn();
    expect(under.gate.steps.slice(-3)).toEqual(['read', 'sync', 'read']);
    await under.gate.open();
    expect([await first, await second]).toEqual([written, written]);
  });

  it('all that comes in one turn is one read and one synced batch', async () => {
    under.gate.steps.length = 0;
    await Promise.all(Array.from({ length: 300 }, (_, i) => under.apply({ key: `k${i}`, ms: 5 })));
    expect(under.gate.steps).toEqual(['read', 'sync']);
    await Promise.all(Array.from({ length: 30 }, (_, i) => under.read(`k${i}`)));
    expect(under.gate.steps).toEqual(['read', 'sync', 'read']);
    expect(under.metrics.value('kv_store_batches_total')).toBe(1);
    expect(under.metrics.value('kv_store_batch_mutations')).toBe(300);
  });
});

describe('load', () => {
  it('counts what was written at once, and is measured again after a while', async () => {
    expect(under.store.loadBytes()).toBe(0);
    await under.apply({ ms: 1, value: new Uint8Array(50_000) });
    expect(under.store.loadBytes()).toBeGreaterThan(50_000);
    await under.scheduler.advance(20_000);
    under.store.loadBytes();
    await turn();
    expect(under.store.loadBytes()).toBeGreaterThan(50_000);
  });
});
