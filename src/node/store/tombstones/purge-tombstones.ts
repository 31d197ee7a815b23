import { compareBytes } from '../../../stdx/bytes.js';
import { LIMITS } from '../../core/limits.js';
import { decodeDataKey } from '../../core/version/data-key.js';
import { decodeRecord } from '../../core/version/record-codec.js';
import type { DecodedRecord } from '../../core/version/record-codec.js';
import type { StoredRecord } from '../../core/version/record.js';
import type { Clock } from '../../env/clock.js';
import type { StorageEntry } from '../../env/storage.js';
import { dropEntry, keyAfter, swapCopy, takeEntries, writeBeside } from '../background-store.js';
import type { BackgroundStore } from '../background-store.js';
import { readStampValue, readTombstoneKey } from '../indexes/index-keys.js';
import type { ApplyOutcome } from '../mutation.js';
import { pause, type Pace } from '../pace.js';
import { tombstoneRanges, type TombstoneScope } from './tombstone-ranges.js';

/** Entries of one page; those above the floor cost no more than this. */
const PAGE_ENTRIES = 256;

export interface PurgeParts {
  readonly store: BackgroundStore;
  readonly clock: Clock;
  readonly pace: Pace;
}

export interface PurgeOrder extends TombstoneScope {
  /** Tombstones stamped in this millisecond or before may go: nothing older than one of them can come back. */
  readonly upToMs: number;
  /** Where an earlier purge of the same scope has ended; undefined begins. */
  readonly from?: Uint8Array | undefined;
}

export interface PurgeCount {
  readonly purged: number;
  /** Tombstones that were met and are younger. */
  readonly kept: number;
  readonly purgedBytes: number;
  /** False when it was cancelled before the end; what was purged stays so. */
  readonly isWhole: boolean;
  /** From where another one goes on that was cancelled. */
  readonly next: Uint8Array | undefined;
}

/**
 * Removes the tombstones of a scope up to a floor, each only while it is still the copy that was looked at; one that was written
 * over meanwhile stays. Whoever gives the order has to know that no older copy can come back from anywhere.
 * @throws KvError KV_STORE_FAILED
 */
export async function purgeTombstones(
  parts: PurgeParts,
  order: PurgeOrder,
  signal: AbortSignal,
): Promise<PurgeCount> {
  const total = { purged: 0, kept: 0, purgedBytes: 0 };
  for (const { gte, lt } of tombstoneRanges(order)) {
    if (order.from !== undefined && compareBytes(order.from, lt) >= 0) continue;
    let from: Uint8Array | undefined = later(gte, order.from);
    while (from !== undefined) {
      if (signal.aborted) return { ...total, isWhole: false, next: from };
      const range = { gte: from, lt, limit: PAGE_ENTRIES };
      const page: PurgedPage = await parts.pace.work(signal, () =>
        purgePage(parts, range, order.upToMs),
      );
      total.purged += page.purged;
      total.kept += page.kept;
      total.purgedBytes += page.purgedBytes;
      if (page.isHeldUp) await pause(parts.clock, LIMITS.purgeAgainMs, signal);
      from = page.next;
    }
  }
  return { ...total, isWhole: true, next: undefined };
}

function later(key: Uint8Array, other: Uint8Array | undefined): Uint8Array {
  return other !== undefined && compareBytes(other, key) > 0 ? other : key;
}

interface PurgedPage extends Omit<PurgeCount, 'isWhole' | 'next'> {
  readonly sizeBytes: number;
  readonly next: Uint8Array | undefined;
  /** The store had no room for a change: the next page begins with it. */
  readonly isHeldUp: boolean;
}

/** What became of one entry: bytes purged, that it is none of ours, or that it must be tried again. */
type PurgeEnd = number | 'kept' | 'gone' | 'again';

async function purgePage(
  parts: PurgeParts,
  range: Parameters<typeof takeEntries>[1],
  upToMs: number,
): Promise<PurgedPage> {
  const entries = await takeEntries(parts.store, range);
  const ends = await Promise.all(entries.map((entry) => purgeEntry(parts, entry, upToMs)));
  const undone = ends.indexOf('again');
  const last = entries.at(-1);
  const done = undone < 0 ? ends : ends.slice(0, undone);
  const purged = ends.filter((end) => typeof end === 'number');
  return {
    purged: purged.length,
    purgedBytes: purged.reduce((sum, bytes) => sum + bytes, 0),
    kept: done.filter((end) => end === 'kept').length,
    sizeBytes: entries.reduce((sum, { key }) => sum + key.length, 0),
    next: undone >= 0 ? entries[undone]?.key : last && keyAfter(last.key),
    isHeldUp: undone >= 0,
  };
}

async function purgeEntry(
  parts: PurgeParts,
  { key, value }: StorageEntry,
  upToMs: number,
): Promise<PurgeEnd> {
  const stamp = readStampValue(value);
  if (stamp !== undefined && stamp.ms > upToMs) return 'kept';
  const dataKey = readTombstoneKey(key);
  if (dataKey === undefined) return await drop(parts, key);
  const copy = await copyOf(parts, dataKey);
  if (typeof copy === 'string') return 'gone';
  if (copy?.tombstone !== true) {
    const stale = { entry: key, belongsTo: isTombstone, deadlineMs: deadlineOf(parts) };
    return endOf(await dropEntry(parts.store, dataKey, stale));
  }
  if (copy.version.ms > upToMs) return 'kept';
  const change = { ...decodeDataKey(dataKey), expected: copy, by: undefined };
  const outcome = await swapCopy(parts.store, { ...change, deadlineMs: deadlineOf(parts) });
  if (outcome.kind === 'written') return dataKey.length + copy.encoded.length;
  return outcome.kind === 'superseded' ? 'gone' : endOf(outcome);
}

/** The copy as it lies there: a reader is not shown a tombstone that may go. */
async function copyOf(
  { store }: PurgeParts,
  dataKey: Uint8Array,
): Promise<DecodedRecord | undefined> {
  const [entry] = await takeEntries(store, { gte: dataKey, lt: keyAfter(dataKey), limit: 1 });
  return entry && decodeRecord(dataKey, entry.value);
}

function isTombstone({ tombstone }: StoredRecord): boolean {
  return tombstone;
}

async function drop(parts: PurgeParts, key: Uint8Array): Promise<PurgeEnd> {
  const operations = [{ type: 'del', key }] as const;
  const write = { operations, priority: 'background', deadlineMs: deadlineOf(parts) } as const;
  return endOf(await writeBeside(parts.store, write));
}

/** @throws KvError when the store is closing or has failed */
function endOf(outcome: ApplyOutcome): PurgeEnd {
  if (outcome.kind === 'overloaded') return 'again';
  if (outcome.kind !== 'failed') return 'gone';
  if (outcome.error.code === 'KV_WRITE_TIMEOUT') return 'again';
  throw outcome.error;
}

function deadlineOf({ clock }: PurgeParts): number {
  return clock.monotonicMs() + LIMITS.backgroundSwapMs;
}
