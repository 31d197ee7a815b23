import { beforeEach, describe, expect, it } from 'vitest';
import { LIMITS } from '../../../../src/node/core/limits.js';
import { SLOT_COUNT } from '../../../../src/node/core/ring/token.js';
import { purgeOf, type PurgeEnd } from '../../../../src/node/repair/purge-run.js';
import { StoreUnderTest } from '../store/store-harness.js';

const ALL = { from: 0, to: SLOT_COUNT, value: 1e6 };
const KEYS = Array.from({ length: 600 }, (_, i) => `k${i}`);

let under: StoreUnderTest;

beforeEach(async () => {
  under = await StoreUnderTest.open();
  await Promise.all(KEYS.map((key, i) => under.apply({ key, ms: 1 + i, tombstone: true })));
});

function purging(signal: AbortSignal, after?: Uint8Array): Promise<PurgeEnd> {
  return purgeOf(under.store, under.clock, signal)(1, { floors: [ALL], after });
}

describe('the purge of a repair', () => {
  it('says how many tombstones it has removed', async () => {
    const live = new AbortController().signal;
    const end = await under.scheduler.settle(purging(live), 600_000);
    expect(end).toEqual({ dropped: KEYS.length, until: undefined });
    expect(await under.textOf('k1')).toBe('(missing)');
  });

  it('ends in time for the answer when there is much to do, and goes on where it has ended', async () => {
    const live = new AbortController().signal;
    const swap = under.store.swap.bind(under.store);
    under.store.swap = (change, done) => {
      under.clock.after(3_000, () => {
        swap(change, done);
      });
    };
    const ends: PurgeEnd[] = [];
    do {
      const startMs = under.clock.monotonicMs();
      const purge = purging(live, ends.at(-1)?.until);
      ends.push(await under.scheduler.settle(purge, 600_000));
      expect(under.clock.monotonicMs() - startMs).toBeLessThan(LIMITS.repairAskMs);
    } while (ends.at(-1)?.until !== undefined);
    expect(ends.length).toBeGreaterThan(1);
    expect(ends.reduce((sum, { dropped }) => sum + dropped, 0)).toBe(KEYS.length);
    expect(await under.textOf('k599')).toBe('(missing)');
  });

  it('that was stopped before its end is not done: it fails', async () => {
    const stop = new AbortController();
    const ended = expect(purging(stop.signal)).rejects.toMatchObject({ code: 'KV_NOT_READY' });
    await under.scheduler.advance(1);
    stop.abort();
    await ended;
  });
});
