import { LIMITS } from '../../core/limits.js';
import { decodeDataKey } from '../../core/version/data-key.js';
import { encodeRecord } from '../../core/version/record-codec.js';
import type { StoredRecord } from '../../core/version/record.js';
import type { Clock } from '../../env/clock.js';
import {
  dropEntry,
  keyAfter,
  readCopy,
  swapCopy,
  takeEntries,
  writeBeside,
} from '../background-store.js';
import type { BackgroundStore } from '../background-store.js';
import { expiryBound, readExpiryKey } from '../indexes/index-keys.js';
import type { ExpiryEntry } from '../indexes/index-keys.js';
import { valueExpiresAtMs } from '../indexes/record-indexes.js';
import type { ApplyOutcome, ReadOutcome, SystemWrite } from '../mutation.js';
import type { SweepMetrics } from './sweep-metrics.js';

/** Expired copies that are looked at together. */
const PAGE_ENTRIES = 64;

export interface SweepPageParts {
  readonly store: BackgroundStore;
  readonly clock: Clock;
  readonly metrics: SweepMetrics;
}

/** What became of one page. */
export interface SweptPage {
  readonly sizeBytes: number;
  /** Where to go on; undefined when nothing more is due. */
  readonly next: Uint8Array | undefined;
  /** The store had no room or no time for a change: it is too early to go on. */
  readonly isHeldUp: boolean;
  /** The first expiry in the page; undefined when it was empty. */
  readonly oldestMs: number | undefined;
}

/**
 * Drops the values of the first copies from `from` on that expired at `dueMs` or before: each is replaced by the tombstone with
 * its version and its expiry, unless it has changed. What could not be done for want of room or time is where the next page begins.
 * @throws KvError when the store is closing or has failed
 */
export async function sweepPage(
  parts: SweepPageParts,
  { from, dueMs }: { readonly from: Uint8Array; readonly dueMs: number },
): Promise<SweptPage> {
  const range = { gte: from, lt: expiryBound(dueMs + 1), limit: PAGE_ENTRIES };
  const keys = (await takeEntries(parts.store, range)).map(({ key }) => key);
  const ends = await Promise.all(keys.map((key) => sweepEntry(parts, key)));
  const undone = ends.findIndex((end) => end === 'again');
  const [first, last] = [keys[0], keys.at(-1)];
  return {
    sizeBytes: ends.reduce<number>((sum, end) => sum + (end === 'again' ? 0 : end), 0),
    next: undone >= 0 ? keys[undone] : last && keyAfter(last),
    isHeldUp: undone >= 0,
    oldestMs: first === undefined ? undefined : readExpiryKey(first)?.expiresAtMs,
  };
}

/** Bytes that were looked at, or that it must be tried again. */
type SweepEnd = number | 'again';

async function sweepEntry(parts: SweepPageParts, key: Uint8Array): Promise<SweepEnd> {
  const entry = readExpiryKey(key);
  if (entry === undefined)
    return removed(parts, key, await writeBeside(parts.store, removalOf(parts, key)));
  const read = await readEntry(parts, entry);
  if (isUnanswered(read)) return 'again';
  if (read.kind === 'corrupt' || read.kind === 'failed') return key.length;
  const copy = expiringCopy(read, entry);
  if (copy !== undefined) return await sweep(parts, entry, copy);
  const belongsTo = (held: StoredRecord): boolean => isExpiring(held, entry);
  const deadlineMs = deadlineOf(parts);
  const stale = { entry: key, belongsTo, deadlineMs };
  return removed(parts, key, await dropEntry(parts.store, entry.dataKey, stale));
}

function readEntry(parts: SweepPageParts, { dataKey }: ExpiryEntry): Promise<ReadOutcome> {
  return readCopy(parts.store, decodeDataKey(dataKey), deadlineOf(parts));
}

/** The copy to which the entry belongs. */
function expiringCopy(read: ReadOutcome, entry: ExpiryEntry): StoredRecord | undefined {
  return read.kind === 'found' && isExpiring(read.record, entry) ? read.record : undefined;
}

function isExpiring(record: StoredRecord, { expiresAtMs }: ExpiryEntry): boolean {
  return valueExpiresAtMs(record) === expiresAtMs;
}

async function sweep(
  parts: SweepPageParts,
  { dataKey }: ExpiryEntry,
  copy: StoredRecord,
): Promise<SweepEnd> {
  const { version, expiresAtMs } = copy;
  const by = encodeRecord(dataKey, { version, expiresAtMs, tombstone: true, value: NONE });
  const change = { ...decodeDataKey(dataKey), expected: copy, by, deadlineMs: deadlineOf(parts) };
  const outcome = await swapCopy(parts.store, change);
  const { metrics } = parts;
  if (isUnanswered(outcome)) return 'again';
  if (outcome.kind === 'written') {
    metrics.swept.inc();
    metrics.sweptBytes.inc(copy.value.length);
  }
  return dataKey.length + copy.encoded.length;
}

const NONE = new Uint8Array(0);

function removalOf(parts: SweepPageParts, key: Uint8Array): SystemWrite {
  const operations = [{ type: 'del', key }] as const;
  return { operations, priority: 'background', deadlineMs: deadlineOf(parts) };
}

function removed({ metrics }: SweepPageParts, key: Uint8Array, outcome: ApplyOutcome): SweepEnd {
  if (isUnanswered(outcome)) return 'again';
  metrics.stale.inc();
  return key.length;
}

function deadlineOf({ clock }: SweepPageParts): number {
  return clock.monotonicMs() + LIMITS.backgroundSwapMs;
}

/**
 * Neither done nor impossible; a record of a newer version of kv is left alone.
 * @throws KvError when the store is closing or has failed
 */
function isUnanswered(outcome: ReadOutcome | ApplyOutcome): boolean {
  if (outcome.kind !== 'failed') return outcome.kind === 'overloaded';
  const { code } = outcome.error;
  if (code === 'KV_READ_TIMEOUT' || code === 'KV_WRITE_TIMEOUT') return true;
  if (code !== 'KV_FORMAT_UNKNOWN') throw outcome.error;
  return false;
}
