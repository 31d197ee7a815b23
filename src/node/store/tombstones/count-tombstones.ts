import { compareStamps } from '../../core/version/version.js';
import type { Stamp } from '../../core/version/version.js';
import type { StorageEntry } from '../../env/storage.js';
import type { BackgroundStore } from '../background-store.js';
import { keyAfter, takeEntries } from '../background-store.js';
import { readStampValue } from '../indexes/index-keys.js';
import type { Pace } from '../pace.js';
import { tombstoneRanges, type TombstoneScope } from './tombstone-ranges.js';

/** Entries of one page that are counted. */
const PAGE_ENTRIES = 1_000;

export interface TombstoneCount {
  readonly count: number;
  /** The lowest stamp of one; undefined when there is none. */
  readonly oldest: Stamp | undefined;
  /** False when it was cancelled before the end. */
  readonly isWhole: boolean;
}

/** The tombstones that a node keeps in a scope, by their index: no record is read. @throws KvError KV_STORE_FAILED */
export async function countTombstones(
  { store, pace }: { readonly store: Pick<BackgroundStore, 'scan'>; readonly pace: Pace },
  scope: TombstoneScope,
  signal: AbortSignal,
): Promise<TombstoneCount> {
  let count = 0;
  let oldest: Stamp | undefined;
  for (const { gte, lt } of tombstoneRanges(scope)) {
    let from: Uint8Array | undefined = gte;
    while (from !== undefined) {
      if (signal.aborted) return { count, oldest, isWhole: false };
      const range = { gte: from, lt, limit: PAGE_ENTRIES };
      const { entries } = await pace.work(signal, async () => {
        const page = await takeEntries(store, range);
        return { entries: page, sizeBytes: sizeOf(page) };
      });
      count += entries.length;
      for (const { value } of entries) oldest = older(oldest, readStampValue(value));
      const last = entries.at(-1);
      from = last === undefined ? undefined : keyAfter(last.key);
    }
  }
  return { count, oldest, isWhole: true };
}

function older(a: Stamp | undefined, b: Stamp | undefined): Stamp | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return compareStamps(a, b) <= 0 ? a : b;
}

function sizeOf(entries: readonly StorageEntry[]): number {
  return entries.reduce((bytes, { key, value }) => bytes + key.length + value.length, 0);
}
