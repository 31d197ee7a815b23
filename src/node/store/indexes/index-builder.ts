import { KvError } from '../../core/errors.js';
import { LIMITS } from '../../core/limits.js';
import { DATA_KEYS, decodeDataKey } from '../../core/version/data-key.js';
import { decodeRecord } from '../../core/version/record-codec.js';
import type { Clock } from '../../env/clock.js';
import type { StorageEntry } from '../../env/storage.js';
import { keyAfter, swapCopy, takeEntries, writeBeside } from '../background-store.js';
import type { BackgroundStore } from '../background-store.js';
import type { ApplyOutcome } from '../mutation.js';
import type { Pace } from '../pace.js';
import { INDEXED_KEY, sealU48 } from '../system-keys.js';

/** The number of these indexes; a store that was made with them, or has been walked through, carries it. */
export const INDEXES = 1;

/** Entries of one page of records that are looked at. */
const PAGE_RECORDS = 64;

export interface IndexBuilderParts {
  readonly store: BackgroundStore;
  readonly clock: Clock;
  readonly pace: Pace;
}

/**
 * Indexes the records of a store from before the indexes, once: afterwards every copy that must be in an index is.
 * Each copy that an index wants is swapped for itself, so that the one who keeps the indexes enters it; a copy that has changed
 * meanwhile was entered by its change. Stopped or cut off, it begins again at the next start.
 * @throws KvError KV_STORE_FAILED
 */
export async function buildIndexes(parts: IndexBuilderParts, signal: AbortSignal): Promise<void> {
  if (await isBuilt(parts.store)) return;
  let next: Uint8Array | undefined = DATA_KEYS.gte;
  while (next !== undefined && !signal.aborted) {
    const from: Uint8Array = next;
    next = (await parts.pace.work(signal, () => enterPage(parts, from))).next;
  }
  if (signal.aborted) return;
  const mark = { type: 'put', key: INDEXED_KEY, value: sealU48(INDEXED_KEY, INDEXES) } as const;
  check(await writeBeside(parts.store, { operations: [mark], priority: 'background' }));
}

interface Page {
  readonly sizeBytes: number;
  /** Where the next page begins; undefined after the last one. */
  readonly next: Uint8Array | undefined;
}

async function enterPage(parts: IndexBuilderParts, from: Uint8Array): Promise<Page> {
  const range = { gte: from, lt: DATA_KEYS.lt, limit: PAGE_RECORDS };
  const page = await takeEntries(parts.store, range);
  await Promise.all(page.map((entry) => enter(parts, entry)));
  const last = page.at(-1);
  return {
    sizeBytes: page.reduce((bytes, { key, value }) => bytes + key.length + value.length, 0),
    next: last === undefined ? undefined : keyAfter(last.key),
  };
}

async function isBuilt(store: BackgroundStore): Promise<boolean> {
  const range = { gte: INDEXED_KEY, lt: keyAfter(INDEXED_KEY), limit: 1 };
  return (await takeEntries(store, range)).length > 0;
}

async function enter(
  { store, clock }: IndexBuilderParts,
  { key, value }: StorageEntry,
): Promise<void> {
  const copy = decodeRecord(key, value);
  if (typeof copy !== 'object') return;
  if (!copy.tombstone && copy.expiresAtMs === undefined) return;
  const deadlineMs = clock.monotonicMs() + LIMITS.backgroundSwapMs;
  const change = { ...decodeDataKey(key), expected: copy, by: copy.encoded, deadlineMs };
  check(await swapCopy(store, change));
}

/** @throws KvError when it is not known that the copy is indexed */
function check(outcome: ApplyOutcome): void {
  if (outcome.kind === 'failed') throw outcome.error;
  if (outcome.kind === 'overloaded')
    throw new KvError('KV_OVERLOADED', 'Too much background work waits for the store.');
}
