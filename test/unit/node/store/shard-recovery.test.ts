import { beforeEach, describe, expect, it } from 'vitest';
import { SHARD_FOLDER } from '../../../../src/node/store/store.js';
import {
  CEILING_KEY,
  markerKey,
  sealU48,
  WRITER_KEY,
} from '../../../../src/node/store/system-keys.js';
import { StoreUnderTest } from './store-harness.js';

let under: StoreUnderTest;

const failsWith = async (text: string): Promise<void> => {
  const failure = { code: 'KV_STORE_FAILED', message: expect.stringContaining(text) as string };
  await expect(under.reopen()).rejects.toMatchObject(failure);
  // The folder was closed again: the refusal is the same the next time.
  await expect(under.reopen()).rejects.toMatchObject(failure);
};

const damage = (key: Uint8Array, change: (value: Uint8Array) => Uint8Array | undefined): void => {
  under.disk.damage(SHARD_FOLDER, key, change);
};

const lose = (): undefined => undefined;
const flip = (value: Uint8Array): Uint8Array => {
  value[0]! ^= 1;
  return value;
};

beforeEach(async () => {
  under = await StoreUnderTest.open();
  for (let ms = 1; ms <= 9; ms++) await under.apply({ ms });
  await under.store.close();
});

describe('a store that lost something acknowledged does not open', () => {
  it('a batch in the middle is named, and so is the next step', async () => {
    damage(markerKey(5), lose);
    await failsWith('Batch 5 is missing');
    await failsWith('replace the node, or start it with --accept-loss');
  });

  it('several batches in the middle, and the first one', async () => {
    for (const sequence of [1, 2, 3]) damage(markerKey(sequence), lose);
    await failsWith('Batches 1 to 3 are missing');
  });

  it('all markers', async () => {
    for (let sequence = 1; sequence <= 10; sequence++) damage(markerKey(sequence), lose);
    await failsWith('The sequence of batches is damaged');
  });

  it('a damaged newest marker', async () => {
    damage(markerKey(10), flip);
    await failsWith('The marker 10 is damaged');
  });

  it.each([
    ['damaged', flip],
    ['gone', lose],
    ['of another length', (value: Uint8Array) => value.subarray(1)],
  ])('a writer id that is %s', async (_how, change) => {
    damage(WRITER_KEY, change);
    await failsWith('The writer id is damaged');
  });

  it('a damaged ceiling of the clock', async () => {
    await under.reopen();
    await under.store.reserveCeiling(77);
    await under.store.close();
    damage(CEILING_KEY, flip);
    await failsWith('The ceiling of the clock is damaged');
  });
});

describe('a whole store opens', () => {
  it('with the sequence and the ceiling of the last run', async () => {
    await under.reopen();
    expect(under.store.sequence()).toBe(10);
    expect(under.store.ceilingMs()).toBe(0);
    await under.store.reserveCeiling(1234);
    await under.store.reserveCeiling(99);
    await under.crash();
    expect(under.store.sequence()).toBe(12);
    expect(under.store.ceilingMs()).toBe(99);
  });

  it('after a write that was cut off: its number is used again', async () => {
    await under.reopen();
    under.gate.shut('sync');
    void under.apply({ ms: 99 });
    under.disk.crash('lost');
    await under.gate.open();
    await under.reopen();
    expect(under.store.sequence()).toBe(10);
    await under.apply({ ms: 100 });
    expect(under.store.sequence()).toBe(11);
  });

  it('a value sealed for one key is not accepted under another', async () => {
    damage(CEILING_KEY, () => sealU48(WRITER_KEY, 5));
    await failsWith('The ceiling of the clock is damaged');
  });
});
