import { KvError } from '../core/errors.js';
import { decodeDataKey, type DataKey } from '../core/version/data-key.js';
import type { Clock } from '../env/clock.js';
import type { BatchOperation, StorageEntry, KeyRange } from '../env/storage.js';
import type {
  ApplyOutcome,
  ReadOutcome,
  RecordQuery,
  StaleEntry,
  Swap,
  SystemWrite,
} from './mutation.js';

/** Tries to write while the queue is full, and the pause between them. */
const TRIES = 100;
const RETRY_MS = 100;

/** What background work asks of the store of its shard. */
export interface BackgroundStore {
  scan(range: KeyRange): AsyncIterable<StorageEntry>;
  read(query: RecordQuery, done: (outcome: ReadOutcome) => void): void;
  swap(change: Swap, done: (outcome: ApplyOutcome) => void): void;
  writeSystem(write: SystemWrite, done: (outcome: ApplyOutcome) => void): void;
}

/** The copy of a key; the promise never rejects. */
export function readCopy(
  store: Pick<BackgroundStore, 'read'>,
  key: DataKey,
  deadlineMs: number,
): Promise<ReadOutcome> {
  return new Promise((resolve) => {
    store.read({ ...key, deadlineMs }, resolve);
  });
}

/** Swaps a copy; the promise never rejects. */
export function swapCopy(
  store: Pick<BackgroundStore, 'swap'>,
  change: Swap,
): Promise<ApplyOutcome> {
  return new Promise((resolve) => {
    store.swap(change, resolve);
  });
}

/** Removes an entry of an index unless it belongs to what is held of its key; the promise never rejects. */
export function dropEntry(
  store: Pick<BackgroundStore, 'swap'>,
  dataKey: Uint8Array,
  { entry, belongsTo, ...about }: StaleEntry & Pick<Swap, 'deadlineMs' | 'refuses'>,
): Promise<ApplyOutcome> {
  const expected = { entry, belongsTo };
  return swapCopy(store, { ...decodeDataKey(dataKey), expected, by: undefined, ...about });
}

/** Writes beside the records; the promise never rejects. */
export function writeBeside(
  store: Pick<BackgroundStore, 'writeSystem'>,
  write: SystemWrite,
): Promise<ApplyOutcome> {
  return new Promise((resolve) => {
    store.writeSystem(write, resolve);
  });
}

/**
 * Writes beside the records, again while the queue is full, each time what is to be written then: so what was refused once does not undo
 * what was written since. @throws KvError KV_STORE_FAILED, KV_NOT_READY, KV_OVERLOADED after 10 s
 */
export async function writePatiently(
  store: Pick<BackgroundStore, 'writeSystem'>,
  operationsNow: () => readonly BatchOperation[],
  clock: Pick<Clock, 'after'>,
): Promise<void> {
  for (let left = TRIES; ; left--) {
    const write = { operations: operationsNow(), priority: 'background' } as const;
    const outcome = await writeBeside(store, write);
    if (outcome.kind === 'failed') throw outcome.error;
    if (outcome.kind !== 'overloaded') return;
    if (left === 0) throw new KvError('KV_OVERLOADED', 'The queue of the store stays full.');
    await new Promise<void>((resolve) => {
      clock.after(RETRY_MS, resolve);
    });
  }
}

/** The first entries of a range, at most `limit`. */
export async function takeEntries(
  store: Pick<BackgroundStore, 'scan'>,
  range: KeyRange & { readonly limit: number },
): Promise<readonly StorageEntry[]> {
  const entries: StorageEntry[] = [];
  for await (const entry of store.scan(range)) entries.push(entry);
  return entries;
}

/** The key right after another one. */
export function keyAfter(key: Uint8Array): Uint8Array {
  const after = new Uint8Array(key.length + 1);
  after.set(key);
  return after;
}
