import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LIMITS } from '../../../../../src/node/core/limits.js';
import type { DataKey } from '../../../../../src/node/core/version/data-key.js';
import { StoreDamage } from '../../../../../src/node/env/store-damage.js';
import type { KeyRange, StorageEntry } from '../../../../../src/node/env/storage.js';
import type { BackgroundStore } from '../../../../../src/node/store/background-store.js';
import { dataBound } from '../../../../../src/node/store/data-range.js';
import { Scrubber } from '../../../../../src/node/store/scrub/scrubber.js';
import { SHARD_FOLDER } from '../../../../../src/node/store/store.js';
import { compareBytes, utf8Decode } from '../../../../../src/stdx/bytes.js';
import { coordinates, dataKeyOf, StoreUnderTest } from '../store-harness.js';

const CYCLE_MS = 600_000;
const RECORDS = 2_000;

let under: StoreUnderTest;
let scrubber: Scrubber;
let healed: string[];
let told: string[];

beforeEach(async () => {
  under = await StoreUnderTest.open();
  for (let i = 0; i < RECORDS; i += 100)
    await Promise.all(
      Array.from({ length: 100 }, (_, k) => under.apply({ key: `k${i + k}`, ms: 1 })),
    );
  [healed, told] = [[], []];
  scrubber = scrubberOf(under.store);
});
afterEach(async () => {
  const stopped = scrubber.stop();
  await under.scheduler.settle(stopped, 60_000);
});

function scrubberOf(store: BackgroundStore): Scrubber {
  const { clock, metrics, log, store: kept } = under;
  const opened = new Scrubber({
    env: { clock, metrics, log: log.logger('scrub') },
    store: {
      floors: kept.floors,
      scan: (range) => store.scan(range),
      read: (query, done) => {
        kept.read(query, done);
      },
      swap: (change, done) => {
        kept.swap(change, done);
      },
      writeSystem: (write, done) => {
        kept.writeSystem(write, done);
      },
    },
    events: { emit: ({ message }) => told.push(message) },
    cycleMs: CYCLE_MS,
    heal: ({ key }: DataKey) => healed.push(utf8Decode(key)),
  });
  opened.start();
  return opened;
}

function rot(name: string): void {
  under.disk.damage(SHARD_FOLDER, dataKeyOf(name), (record) => {
    record[record.length - 5]! ^= 1;
    return record;
  });
}

describe('a scrub', () => {
  it('reads every record within a cycle, spread over it, and then those that came since', async () => {
    await under.scheduler.advance(CYCLE_MS / 2);
    const { progress, records } = scrubber.view();
    expect(progress).toBeGreaterThan(0.3);
    expect(records).toBeLessThan(RECORDS);
    await under.scheduler.advance(CYCLE_MS / 2 + 60_000);
    expect(scrubber.view()).toMatchObject({ endedRecords: RECORDS, rotten: 0, unreadable: 0 });
    await under.apply({ key: 'new', ms: 1 });
    await under.scheduler.advance(2 * CYCLE_MS);
    expect(scrubber.view().endedRecords).toBe(RECORDS + 1);
    expect(under.metrics.value('kv_store_scrubbed_records_total')).toBeGreaterThan(2 * RECORDS);
  });

  it('has a rotten copy healed, and asks again until it is', async () => {
    rot('k7');
    rot('k1234');
    await under.scheduler.advance(CYCLE_MS + 60_000);
    expect(new Set(healed)).toEqual(new Set(['k7', 'k1234']));
    expect(scrubber.view().rotten).toBe(2);
    await under.apply({ key: 'k7', ms: 1, repair: true });
    await under.apply({ key: 'k1234', ms: 1, repair: true });
    await under.scheduler.advance(LIMITS.scrubAgainMs);
    healed = [];
    await under.scheduler.advance(CYCLE_MS);
    expect(healed).toEqual([]);
  });

  it('takes a slot with a rotten copy for incomplete', async () => {
    const { namespace, token } = coordinates('k7');
    const slot = token >>> 12;
    const run = { from: slot, to: slot + 1 };
    await under.scheduler.settle(under.store.floors.raise(namespace, [run], 5), 60_000);
    rot('k7');
    await under.scheduler.advance(CYCLE_MS + 60_000);
    expect(under.store.floors.within(namespace, run)).toEqual([{ ...run, value: 0 }]);
  });

  it('goes on where it was when the node starts again', async () => {
    await under.scheduler.advance(CYCLE_MS / 2);
    await under.scheduler.settle(scrubber.stop(), 60_000);
    const { progress } = scrubber.view();
    scrubber = scrubberOf(under.store);
    await under.scheduler.advance(CYCLE_MS / 50);
    expect(scrubber.view().progress).toBeGreaterThanOrEqual(progress);
    expect(scrubber.view().records).toBeLessThan(RECORDS / 2);
    await under.scheduler.advance(CYCLE_MS);
    expect(scrubber.view().endedRecords).toBe(RECORDS);
  });

  it('goes on behind a part that cannot be read, says so, and takes its slots for incomplete', async () => {
    const broken = { gte: dataBound(1, 0x40000000), lt: dataBound(1, 0x48000000) };
    await under.scheduler.settle(scrubber.stop(), 60_000);
    scrubber = scrubberOf(withBadBlock(under.store, broken));
    const run = { from: 0, to: 2 ** 20 };
    await under.scheduler.settle(under.store.floors.raise(1, [run], 5), 60_000);
    await under.scheduler.advance(CYCLE_MS + 120_000);
    expect(scrubber.view().unreadable).toBe(1);
    expect(scrubber.view().endedRecords).toBeGreaterThan(RECORDS * 0.9);
    expect(told).toHaveLength(1);
    expect(told[0]).toContain('--accept-loss');
    const zero = under.store.floors.within(1, run).filter(({ value }) => value === 0);
    expect(zero).toHaveLength(1);
    expect(zero[0]?.from).toBeLessThanOrEqual(0x40000);
    expect(zero[0]?.to).toBeLessThanOrEqual(0x48000);
    expect(zero[0]?.to).toBeGreaterThan(0x47000);
    expect(zero[0]?.from).toBeGreaterThan(0x30000);
  });
});

/** As LevelDB: a scan that gets to such a part fails, wherever it began. */
function withBadBlock(
  store: BackgroundStore,
  { gte, lt }: Pick<KeyRange, 'gte' | 'lt'>,
): BackgroundStore {
  async function* scan(range: KeyRange): AsyncGenerator<StorageEntry> {
    for await (const entry of store.scan(range)) {
      if (compareBytes(entry.key, gte) >= 0 && compareBytes(entry.key, lt) < 0)
        throw new StoreDamage('a bad block');
      yield entry;
    }
  }
  return {
    scan,
    read: store.read.bind(store),
    swap: store.swap.bind(store),
    writeSystem: store.writeSystem.bind(store),
  };
}
