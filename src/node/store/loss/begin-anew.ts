import { KvError } from '../../core/errors.js';
import type { NodeEnv } from '../../env/env.js';
import type { BatchOperation, KeyRange, Storage } from '../../env/storage.js';
import * as grid from '../grid/grid-keys.js';
import {
  CEILING_KEY,
  FLOORS,
  INDEXED_KEY,
  LOSS_KEY,
  markerKey,
  MARKERS,
  REPAIR_JOBS,
  REPAIR_TIMES,
  SCRUB_KEY,
  seal,
  sealU48,
  sequenceOf,
  unsealU48,
  WRITER_KEY,
} from '../system-keys.js';

/**
 * How far the numbers of batches leap: more than any store has written in years, so that the next number is above all that peers
 * have heard of, though nobody here knows any more what the last one was.
 */
const LEAP = 2 ** 40;
const SEQUENCE_END = 2 ** 48;
/** Keys that are deleted with one write. */
const DELETED_AT_ONCE = 1_000;

/** What a store must not go on to believe of itself after a part of it was lost. */
const FORGOTTEN: readonly Pick<KeyRange, 'gte' | 'lt'>[] = [
  FLOORS,
  REPAIR_TIMES,
  // Of what they have done, this node may have lost its part.
  REPAIR_JOBS,
  grid.DELTAS,
  grid.PAGES,
  grid.UNKNOWN_PAGES,
  MARKERS,
];

/**
 * Has a store that lost a part of itself begin anew with the records that it still has: it takes nothing for complete (no floors), nothing
 * for known (no hash grid, no indexes), writes under a new id, counts its batches from far above, and knows since when it lacks something.
 * All of it counts once the last write is durable; cut off before, it is done again. @throws KvError KV_STORE_FAILED
 */
export async function beginAnew(
  storage: Storage,
  { random, clock }: Pick<NodeEnv, 'random' | 'clock'>,
): Promise<void> {
  const sequence = (await lastSequence(storage)) + LEAP;
  if (sequence + LEAP >= SEQUENCE_END)
    throw new KvError(
      'KV_STORE_FAILED',
      'This store has lost too much too often: replace the node.',
    );
  for (const range of FORGOTTEN) await forget(storage, range);
  const marker = markerKey(sequence);
  const operations: BatchOperation[] = [
    ...[grid.STATE_KEY, INDEXED_KEY, SCRUB_KEY].map((key) => ({ type: 'del', key }) as const),
    ...(await readableCeiling(storage)),
    { type: 'put', key: WRITER_KEY, value: seal(WRITER_KEY, random.bytes(8)) },
    {
      type: 'put',
      key: LOSS_KEY,
      value: sealU48(LOSS_KEY, Math.max(0, Math.floor(clock.wallMs()))),
    },
    { type: 'put', key: marker, value: sealU48(marker, sequence) },
  ];
  await storage.write(operations, { sync: true });
}

/** The highest number of a batch that has left a trace. */
async function lastSequence(storage: Storage): Promise<number> {
  let last = 0;
  for (const range of [MARKERS, grid.DELTAS])
    for await (const { key } of storage.iterate({ ...range, reverse: true, limit: 1 }))
      last = Math.max(last, sequenceOf(key));
  return last;
}

/** A damaged ceiling is given up: stamps under the new id are never taken for those of the old one. */
async function readableCeiling(storage: Storage): Promise<readonly BatchOperation[]> {
  const ceiling = await storage.get(CEILING_KEY);
  const isWhole = ceiling === undefined || unsealU48(CEILING_KEY, ceiling) !== undefined;
  return isWhole ? [] : [{ type: 'del', key: CEILING_KEY }];
}

async function forget(storage: Storage, range: Pick<KeyRange, 'gte' | 'lt'>): Promise<void> {
  let operations: BatchOperation[] = [];
  for await (const { key } of storage.iterate(range)) {
    operations.push({ type: 'del', key });
    if (operations.length < DELETED_AT_ONCE) continue;
    await storage.write(operations, { sync: false });
    operations = [];
  }
  if (operations.length > 0) await storage.write(operations, { sync: false });
}
