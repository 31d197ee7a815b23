import type { KvError } from '../../../../../src/node/core/errors.js';
import type { SlotRun } from '../../../../../src/node/core/repair/slot-map.js';
import {
  DATA_KEYS,
  decodeDataKey,
  encodeDataKey,
} from '../../../../../src/node/core/version/data-key.js';
import { encodeRecord } from '../../../../../src/node/core/version/record-codec.js';
import { slotOf } from '../../../../../src/node/core/ring/token.js';
import { RepairTimes } from '../../../../../src/node/repair/repair-times.js';
import { clearRanges } from '../../../../../src/node/store/clear/range-clear.js';
import type { ApplyOutcome } from '../../../../../src/node/store/mutation.js';
import { Pace } from '../../../../../src/node/store/pace.js';
import { SHARD_FOLDER } from '../../../../../src/node/store/store.js';
import { utf8Encode } from '../../../../../src/stdx/bytes.js';
import { GridUnderTest } from '../grid/grid-harness.js';

/** A record where a test wants it, whatever its key hashes to. */
export interface PutShape {
  readonly namespace?: number;
  readonly token: number;
  readonly name?: string;
  readonly ms?: number;
  readonly tombstone?: boolean;
  readonly expiresAtMs?: number;
  readonly value?: Uint8Array;
  readonly repair?: boolean;
}

/** The data key of such a record. */
export function keyAt({ namespace = 1, token, name = 'k' }: PutShape): Uint8Array {
  return encodeDataKey({ namespace, token, key: utf8Encode(name) });
}

/** A store with its grid and its times of repair, parts of which are cleared. */
export class ClearUnderTest extends GridUnderTest {
  times!: RepairTimes;
  /** Records that were told to be gone. */
  removed = 0;

  static override async open(cacheBytes?: number): Promise<ClearUnderTest> {
    const under = new ClearUnderTest();
    under.cacheBytes = cacheBytes;
    await under.reopen();
    return under;
  }

  override async reopen(): Promise<GridUnderTest['store']> {
    const store = await super.reopen();
    const { clock, log } = this;
    this.times = new RepairTimes({ store, clock, log: log.logger('repair') });
    await this.times.recover();
    return store;
  }

  put(shape: PutShape): Promise<ApplyOutcome> {
    const { namespace = 1, token, name = 'k', ms = 5 } = shape;
    const { tombstone = false, expiresAtMs, repair = false } = shape;
    const version = { ms, logical: 0, writerHi: 0, writerLo: 1 };
    const value = tombstone ? new Uint8Array() : (shape.value ?? utf8Encode(`${name} ${ms}`));
    const record = encodeRecord(keyAt(shape), { version, tombstone, expiresAtMs, value });
    const place = { namespace, token, key: utf8Encode(name) };
    return new Promise((resolve) => {
      this.store.apply({ ...place, record, repair, priority: 'live' }, resolve);
    });
  }

  /** Clears slots of a namespace; the promise may need virtual time to pass. */
  clear(
    runs: readonly SlotRun[],
    {
      namespace = 1,
      signal = new AbortController().signal,
      refuses,
    }: {
      readonly namespace?: number;
      readonly signal?: AbortSignal;
      readonly refuses?: (token: number) => KvError | undefined;
    } = {},
  ): Promise<number> {
    const { store, clock, times } = this;
    const parts = {
      store,
      clock,
      pace: new Pace(clock, { restsPerWork: 1, bytesPerSecond: 1e9 }),
      onRemoved: (records: number) => {
        this.removed += records;
      },
      forgetTimes: (id: number, slots: readonly SlotRun[]) => times.forget(id, slots),
    };
    return clearRanges(parts, { namespace, runs, refuses }, signal);
  }

  /** Clears, and lets as much virtual time pass as that takes. */
  async cleared(...args: Parameters<ClearUnderTest['clear']>): Promise<number> {
    return await this.scheduler.settle(this.clear(...args), 600_000);
  }

  /** Lets looks at the disk go until removals are with the writer, whose own look waits. */
  async removalsWait(): Promise<void> {
    const { gate, scheduler, store } = this;
    gate.shut('read');
    for (;;) {
      await scheduler.until(() => gate.waiting > 0, 60_000);
      if (store.queueBytes() > 0) return;
      await gate.release();
    }
  }

  /** Slots of a namespace that have records on the disk. */
  slots(namespace = 1): readonly number[] {
    const keys = this.disk.keys(SHARD_FOLDER, DATA_KEYS).map(decodeDataKey);
    const own = keys.filter((key) => key.namespace === namespace);
    return [...new Set(own.map(({ token }) => slotOf(token)))].sort((a, b) => a - b);
  }

  /** Makes the copy of a key one that cannot be read, however often: a bit that flips twice would make it whole again. */
  rot(shape: PutShape): void {
    this.disk.damage(SHARD_FOLDER, keyAt(shape), (value) => {
      // The highest bit of the writer, which no record of a test has.
      value[12]! |= 0x80;
      return value;
    });
  }
}
