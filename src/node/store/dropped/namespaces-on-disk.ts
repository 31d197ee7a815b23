import { DATA_KEYS, decodeDataKey, encodeDataKey } from '../../core/version/data-key.js';
import type { Clock } from '../../env/clock.js';
import { LIMITS } from '../../core/limits.js';
import { swapCopy, takeEntries, writeBeside, type BackgroundStore } from '../background-store.js';
import type { ApplyOutcome } from '../mutation.js';
import { tombstoneRanges } from '../tombstones/tombstone-ranges.js';

/** Records, or entries beside them, that go together. */
const PAGE_ENTRIES = 256;
const NO_KEY = new Uint8Array(0);
const WHOLE_RING = { start: 0, end: 0 };

export interface DroppedDataParts {
  readonly store: BackgroundStore;
  readonly clock: Clock;
}

/** What one step has removed; it is the last one when nothing was left. */
export interface RemovedPage {
  readonly records: number;
  readonly sizeBytes: number;
}

/** The namespaces of which the store holds records, ascending: a look at the disk for each. @throws KvError when the store fails */
export async function namespacesOnDisk(
  store: Pick<BackgroundStore, 'scan'>,
): Promise<readonly number[]> {
  const found: number[] = [];
  let gte: Uint8Array = DATA_KEYS.gte;
  for (;;) {
    const [entry] = await takeEntries(store, { ...DATA_KEYS, gte, limit: 1 });
    if (entry === undefined) return found;
    const { namespace } = decodeDataKey(entry.key);
    found.push(namespace);
    gte = startOf(namespace + 1);
  }
}

/**
 * Removes the first records of a namespace that is gone, whatever they are: nobody reads them any more, and its id is never used again. What
 * could not be removed for want of room or time is there in the next step.
 * @throws KvError when the store is closing or has failed
 */
export async function removeRecords(
  { store, clock }: DroppedDataParts,
  namespace: number,
): Promise<RemovedPage> {
  const range = { gte: startOf(namespace), lt: startOf(namespace + 1), limit: PAGE_ENTRIES };
  const entries = await takeEntries(store, range);
  const deadlineMs = clock.monotonicMs() + LIMITS.backgroundSwapMs;
  const outcomes = await Promise.all(
    entries.map(({ key }) =>
      swapCopy(store, { ...decodeDataKey(key), expected: 'any', by: undefined, deadlineMs }),
    ),
  );
  const sizeBytes = entries.reduce((sum, { key, value }) => sum + key.length + value.length, 0);
  return { records: outcomes.filter(isDone).length, sizeBytes };
}

/** Removes what is left of it in the index of tombstones, where a corrupt record had an entry. @throws as `removeRecords` */
export async function removeEntries(
  { store, clock }: DroppedDataParts,
  namespace: number,
): Promise<void> {
  for (const range of tombstoneRanges({ namespace, range: WHOLE_RING })) {
    const entries = await takeEntries(store, { ...range, limit: PAGE_ENTRIES });
    if (entries.length === 0) continue;
    const operations = entries.map(({ key }) => ({ type: 'del', key }) as const);
    const deadlineMs = clock.monotonicMs() + LIMITS.backgroundSwapMs;
    const write = { operations, priority: 'background', deadlineMs } as const;
    isDone(await writeBeside(store, write));
  }
}

function startOf(namespace: number): Uint8Array {
  return encodeDataKey({ namespace, token: 0, key: NO_KEY });
}

/** @throws KvError when the store is closing or has failed */
function isDone(outcome: ApplyOutcome): boolean {
  if (outcome.kind === 'failed' && outcome.error.code !== 'KV_WRITE_TIMEOUT') throw outcome.error;
  return outcome.kind === 'written';
}
