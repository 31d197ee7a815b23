import type { DataKey } from '../core/version/data-key.js';
import type { StorageEntry, KeyRange } from '../env/storage.js';
import type { ApplyOutcome, ReadOutcome, RecordQuery, Swap, SystemWrite } from './mutation.js';

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

/** Writes beside the records; the promise never rejects. */
export function writeBeside(
  store: Pick<BackgroundStore, 'writeSystem'>,
  write: SystemWrite,
): Promise<ApplyOutcome> {
  return new Promise((resolve) => {
    store.writeSystem(write, resolve);
  });
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
