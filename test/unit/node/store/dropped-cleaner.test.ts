import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  DATA_KEYS,
  decodeDataKey,
  encodeDataKey,
} from '../../../../src/node/core/version/data-key.js';
import { LIMITS } from '../../../../src/node/core/limits.js';
import { encodeRecord } from '../../../../src/node/core/version/record-codec.js';
import { clusterViewOf } from '../../../../src/node/metadata/cluster-view.js';
import { DroppedCleaner } from '../../../../src/node/store/dropped/dropped-cleaner.js';
import type { ApplyOutcome } from '../../../../src/node/store/mutation.js';
import { SHARD_FOLDER } from '../../../../src/node/store/store.js';
import { utf8Encode } from '../../../../src/stdx/bytes.js';
import { after, clusterOfSize } from '../core/metadata/states.js';
import { coordinates, StoreUnderTest } from './store-harness.js';

let under: StoreUnderTest;
let cleaner: DroppedCleaner;

/** Epoch 3, in which only the default namespace is left. */
const view = clusterViewOf(
  after(
    after(clusterOfSize(1), {
      kind: 'create-namespace',
      namespace: {
        name: 'gone',
        mode: 'lww',
        replication: undefined,
        defaultTtlMs: undefined,
        defaultLevel: 'quorum',
      },
    }),
    { kind: 'drop-namespace', id: 2 },
  ),
);

beforeEach(async () => {
  under = await StoreUnderTest.open();
  cleaner = new DroppedCleaner({
    env: { clock: under.clock, log: under.log.logger('store'), metrics: under.metrics },
    store: under.store,
    view: () => view,
  });
  for (const namespace of [1, 2, 3, 4]) for (let i = 0; i < 600; i++) await put(namespace, `k${i}`);
});

afterEach(async () => {
  await under.scheduler.settle(cleaner.stop(), 60_000);
});

/** Writes a record of any namespace. */
async function put(namespace: number, name: string): Promise<void> {
  const place = { ...coordinates(name), namespace };
  const version = { ms: 5, logical: 0, writerHi: 0, writerLo: 1 };
  const kept = { version, tombstone: name.endsWith('3'), expiresAtMs: undefined };
  const value = utf8Encode(kept.tombstone ? '' : 'v');
  const record = encodeRecord(encodeDataKey(place), { ...kept, value });
  const outcome = await new Promise<ApplyOutcome>((resolve) => {
    under.store.apply({ ...place, record, repair: false, priority: 'live' }, resolve);
  });
  expect(outcome.kind).toBe('written');
}

function left(): readonly number[] {
  const counts = new Map<number, number>();
  for (const key of under.disk.keys(SHARD_FOLDER, DATA_KEYS)) {
    const { namespace } = decodeDataKey(key);
    counts.set(namespace, (counts.get(namespace) ?? 0) + 1);
  }
  return [1, 2, 3, 4].map((namespace) => counts.get(namespace) ?? 0);
}

describe('what is cleaned after namespaces', () => {
  it('is all of those that were dropped: not of those that are there, nor of those not heard of yet', async () => {
    cleaner.start();
    await under.scheduler.until(() => left()[1] === 0 && left()[2] === 0, 60_000);
    expect(left()).toEqual([600, 0, 0, 600]);
    const counted = (): number => under.metrics.value('kv_store_dropped_records_total');
    await under.scheduler.until(() => counted() === 1200, 60_000);
  });

  it('are rotten copies too, and what comes late', async () => {
    const { key, token } = coordinates('k7');
    under.disk.failReads(SHARD_FOLDER, encodeDataKey({ namespace: 2, token, key }));
    cleaner.start();
    await under.scheduler.until(() => left()[1] === 0, 60_000);
    await put(2, 'late');
    expect(left()[1]).toBe(1);
    await under.scheduler.advance(LIMITS.droppedEveryMs + 1_000);
    expect(left()[1]).toBe(0);
  });
});
