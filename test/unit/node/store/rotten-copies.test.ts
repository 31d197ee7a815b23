import { beforeEach, describe, expect, it } from 'vitest';
import { LIMITS } from '../../../../src/node/core/limits.js';
import { RottenCopies } from '../../../../src/node/store/rotten-copies.js';
import { SHARD_FOLDER } from '../../../../src/node/store/store.js';
import { utf8Encode } from '../../../../src/stdx/bytes.js';
import { dataKeyOf, StoreUnderTest } from './store-harness.js';

const HOUR_MS = 3_600_000;

const flip = (value: Uint8Array): Uint8Array => {
  value[value.length - 5]! ^= 1;
  return value;
};

describe('the rotten copies of a store', () => {
  let under: StoreUnderTest;

  beforeEach(async () => {
    under = await StoreUnderTest.open();
    for (const key of ['a', 'b', 'c']) await under.apply({ key, ms: 5 });
    for (const key of ['a', 'b']) under.disk.damage(SHARD_FOLDER, dataKeyOf(key), flip);
  });

  it('are counted when they are met, each once', async () => {
    expect(under.store.rotten.report()).toEqual({ rotten: 0, unhealed: 0 });
    for (const key of ['a', 'a', 'c']) await under.textOf(key);
    await under.apply({ key: 'a', ms: 9 });
    expect(under.store.rotten.report()).toEqual({ rotten: 1, unhealed: 1 });
    await under.textOf('b');
    expect(under.metrics.value('kv_store_rotten_copies')).toBe(2);
    expect(under.metrics.value('kv_store_unhealed_copies')).toBe(2);
  });

  it('count as healed when something takes their place, and not again when they are merely refused', async () => {
    for (const key of ['a', 'b']) await under.textOf(key);
    await under.apply({ key: 'a', ms: 5, repair: true });
    await under.apply({ key: 'b', ms: 9 });
    expect(under.store.rotten.report()).toEqual({ rotten: 2, unhealed: 1 });
    await under.apply({ key: 'a', ms: 7 });
    expect(under.store.rotten.report()).toEqual({ rotten: 2, unhealed: 1 });
  });

  it('are rotten again when they rot again', async () => {
    await under.textOf('a');
    await under.apply({ key: 'a', ms: 5, repair: true });
    under.disk.damage(SHARD_FOLDER, dataKeyOf('a'), flip);
    await under.textOf('a');
    expect(under.store.rotten.report()).toEqual({ rotten: 1, unhealed: 1 });
  });
});

describe('the memory of rotten copies', () => {
  it('is told for a day after a copy was met last', () => {
    let nowMs = 0;
    const copies = new RottenCopies({ monotonicMs: () => nowMs });
    copies.note(utf8Encode('a'));
    copies.note(utf8Encode('b'));
    nowMs = 20 * HOUR_MS;
    copies.note(utf8Encode('a'));
    nowMs = 25 * HOUR_MS;
    expect(copies.report()).toEqual({ rotten: 1, unhealed: 1 });
    nowMs = 45 * HOUR_MS;
    expect(copies.report()).toEqual({ rotten: 0, unhealed: 0 });
  });

  it('is bounded', () => {
    const copies = new RottenCopies({ monotonicMs: () => 0 });
    for (let i = 0; i < LIMITS.rottenRemembered + 10; i++) copies.note(utf8Encode(`k${i}`));
    expect(copies.report().rotten).toBe(LIMITS.rottenRemembered);
  });
});
