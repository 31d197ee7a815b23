import type { KvError } from '../../core/errors.js';
import { LIMITS } from '../../core/limits.js';
import type { SlotRun } from '../../core/repair/slot-map.js';
import { decodeDataKey, tokenOfData } from '../../core/version/data-key.js';
import type { Clock } from '../../env/clock.js';
import type { KeyRange } from '../../env/storage.js';
import {
  dropEntry,
  keyAfter,
  swapCopy,
  takeEntries,
  writeBeside,
  type BackgroundStore,
} from '../background-store.js';
import { dataOfSlots } from '../data-range.js';
import { readTombstoneKey, tombstoneKey } from '../indexes/index-keys.js';
import type { ApplyOutcome } from '../mutation.js';
import { pause, type Pace } from '../pace.js';
import { endWhenCutOff } from './cut-off.js';

/** Records, or entries beside them, that go together, and bytes of them. */
const PAGE_ENTRIES = 256;
const PAGE_BYTES = 1024 * 1024;

export interface RemovalParts {
  readonly store: BackgroundStore;
  readonly clock: Clock;
  readonly pace: Pace;
  /** Told of each page of records that is gone durably. */
  readonly onRemoved: (records: number) => void;
}

/** Slots of one namespace that are to be empty. */
export interface RemovalOrder {
  readonly namespace: number;
  readonly runs: readonly SlotRun[];
  /** Why what lies at a token must not be removed any more; asked by the writer when it decides. */
  readonly refuses?: ((token: number) => KvError | undefined) | undefined;
}

/** Keys that go, and how one of them does. */
interface Removal {
  readonly range: Pick<KeyRange, 'gte' | 'lt'>;
  readonly remove: (key: Uint8Array, deadlineMs: number) => Promise<ApplyOutcome>;
  readonly onRemoved?: RemovalParts['onRemoved'] | undefined;
}

/**
 * Removes durably, in the background, all records of some slots, whatever they are, with what is kept beside them, and says how many records
 * there were. It walks until it finds none, so what was still on its way to the disk goes too; after a crash, another call goes on.
 *
 * An entry by expiry of a copy that could not be read stays: nobody knows where it is, and the sweeper removes it when it is due.
 * @throws KvError KV_NOT_READY when the signal comes first, what the order refuses with, KV_STORE_FAILED
 */
export async function removeData(
  parts: RemovalParts,
  order: RemovalOrder,
  signal: AbortSignal,
): Promise<number> {
  const records = order.runs.map((run) => recordsOf(parts, order, run));
  let total = 0;
  for (;;) {
    const removed = await removeEach(parts, records, signal);
    total += removed;
    if (removed === 0) break;
  }
  const entries = order.runs.map((run) => tombstoneEntriesOf(parts, order, run));
  await removeEach(parts, entries, signal);
  return total;
}

function recordsOf(
  { store, onRemoved }: RemovalParts,
  { namespace, refuses }: RemovalOrder,
  run: SlotRun,
): Removal {
  return {
    range: dataOfSlots(namespace, run),
    remove: (dataKey, deadlineMs) => {
      const key = decodeDataKey(dataKey);
      const change = { ...key, expected: 'any', by: undefined, deadlineMs } as const;
      return swapCopy(store, { ...change, refuses: refuses && (() => refuses(key.token)) });
    },
    onRemoved,
  };
}

/** Entries of tombstones that a store has lost with a part of itself: those of others went with their records. */
function tombstoneEntriesOf(
  { store }: RemovalParts,
  { namespace, refuses }: RemovalOrder,
  run: SlotRun,
): Removal {
  const { gte, lt } = dataOfSlots(namespace, run);
  return {
    range: { gte: tombstoneKey(gte), lt: tombstoneKey(lt) },
    remove: (key, deadlineMs) => {
      const token = tokenOfData(key);
      const about = { deadlineMs, refuses: refuses && (() => refuses(token)) };
      const dataKey = readTombstoneKey(key);
      if (dataKey !== undefined) {
        // A tombstone that came after its records were walked keeps its entry: the writer looks whether there is one.
        return dropEntry(store, dataKey, { entry: key, belongsTo: () => true, ...about });
      }
      const operations = [{ type: 'del', key }] as const;
      return writeBeside(store, { operations, priority: 'background', ...about });
    },
  };
}

async function removeEach(
  parts: RemovalParts,
  removals: readonly Removal[],
  signal: AbortSignal,
): Promise<number> {
  let removed = 0;
  for (const removal of removals) {
    endWhenCutOff(signal);
    // A look costs next to nothing, and most ranges are empty: only what is removed is followed by a rest.
    const [first] = await takeEntries(parts.store, { ...removal.range, limit: 1 });
    if (first !== undefined) removed += await removeAll(parts, removal, signal);
  }
  return removed;
}

async function removeAll(
  parts: RemovalParts,
  removal: Removal,
  signal: AbortSignal,
): Promise<number> {
  let removed = 0;
  let from: Uint8Array | undefined = removal.range.gte;
  while (from !== undefined) {
    endWhenCutOff(signal);
    const range: KeyRange = { ...removal.range, gte: from, limit: PAGE_ENTRIES };
    const page = await parts.pace.work(signal, () => removePage(parts, removal, range));
    removed += page.removed;
    if (page.removed > 0) removal.onRemoved?.(page.removed);
    if (page.isHeldUp) await pause(parts.clock, LIMITS.purgeAgainMs, signal);
    from = page.next;
  }
  return removed;
}

interface RemovedPage {
  readonly removed: number;
  readonly sizeBytes: number;
  /** Where the next page begins; undefined at the end. */
  readonly next: Uint8Array | undefined;
  /** The store had no room for a change: the next page begins with it. */
  readonly isHeldUp: boolean;
}

async function removePage(
  { store, clock }: RemovalParts,
  { remove }: Removal,
  range: KeyRange,
): Promise<RemovedPage> {
  const keys: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const { key, value } of store.scan(range)) {
    keys.push(key);
    sizeBytes += key.length + value.length;
    if (sizeBytes >= PAGE_BYTES) break;
  }
  const deadlineMs = clock.monotonicMs() + LIMITS.backgroundSwapMs;
  const outcomes = await Promise.all(keys.map((key) => remove(key, deadlineMs)));
  const ends = outcomes.map(isDone);
  const undone = ends.indexOf(false);
  const last = keys.at(-1);
  const isFull = keys.length === range.limit || sizeBytes >= PAGE_BYTES;
  return {
    removed: ends.filter((isRemoved) => isRemoved).length,
    sizeBytes,
    next: undone >= 0 ? keys[undone] : isFull && last ? keyAfter(last) : undefined,
    isHeldUp: undone >= 0,
  };
}

/** False for what must be tried again. @throws KvError what the order refuses with, and when the store is closing or has failed */
function isDone(outcome: ApplyOutcome): boolean {
  if (outcome.kind === 'failed' && outcome.error.code !== 'KV_WRITE_TIMEOUT') throw outcome.error;
  return outcome.kind === 'written';
}
