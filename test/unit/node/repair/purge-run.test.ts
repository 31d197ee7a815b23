import { beforeEach, describe, expect, it } from 'vitest';
import { SLOT_COUNT } from '../../../../src/node/core/ring/token.js';
import { purgeOf } from '../../../../src/node/repair/purge-run.js';
import { StoreUnderTest } from '../store/store-harness.js';

const ALL = { from: 0, to: SLOT_COUNT };
const KEYS = Array.from({ length: 600 }, (_, i) => `k${i}`);

let under: StoreUnderTest;

beforeEach(async () => {
  under = await StoreUnderTest.open();
  await Promise.all(KEYS.map((key, i) => under.apply({ key, ms: 1 + i, tombstone: true })));
});

function purging(signal: AbortSignal): Promise<number> {
  return purgeOf(under.store, under.clock, signal)(1, ALL, 1e6);
}

describe('the purge of a repair', () => {
  it('says how many tombstones it has removed', async () => {
    const live = new AbortController().signal;
    expect(await under.scheduler.settle(purging(live), 600_000)).toBe(KEYS.length);
    expect(await under.textOf('k1')).toBe('(missing)');
  });

  it('that was stopped before its end is not done: it fails', async () => {
    const stop = new AbortController();
    const ended = expect(purging(stop.signal)).rejects.toMatchObject({ code: 'KV_NOT_READY' });
    await under.scheduler.advance(1);
    stop.abort();
    await ended;
  });
});
