import { FifoQueue } from '../../stdx/fifo-queue.js';
import { LIMITS } from '../core/limits.js';
import type { BatchOperation, Storage } from '../env/storage.js';
import { StoreDamage } from '../env/store-damage.js';
import { markerKey, MARKERS, sealU48, sequenceOf, unsealU48 } from './system-keys.js';

/** Bytes between two points at which the growth of the log is noted; markers go in runs of this many bytes. */
const NOTE_BYTES = 1024 * 1024;
/** Old markers deleted by one batch; each batch adds one, so more than one catches up. */
const DELETED_PER_BATCH = 4;

/** The markers that are there: every batch from `low` to `last`; both zero in a new store. */
export interface MarkerWindow {
  readonly low: number;
  readonly last: number;
}

/**
 * How many bytes of later batches make a marker superfluous.
 * A batch may be lost as long as it is in a log, and not yet in a table. LevelDB has two logs at most, that of the memtable
 * and that of the one before it, and ends a log when its memtable passes the write buffer: a log holds at most one
 * write buffer and the batch that passed it. Bytes are counted before the overhead of the log, so the count errs to keeping.
 */
export function markerWindowBytes(writeBufferBytes: number): number {
  const gridBytes = LIMITS.gridPagesPerFullBatch * 8192;
  const largestBatch = LIMITS.writerBatchBytes + LIMITS.valueBytesHard + gridBytes;
  return 2 * (writeBufferBytes + largestBatch);
}

/**
 * Numbers the batches without gaps, and leaves a marker of each in the batch itself, so that a hole in the log is seen.
 * LevelDB skips a damaged part in the middle of its log in silence; the batches in it are missing, and so are their markers.
 */
export class SequenceMarkers {
  readonly #windowBytes: number;
  readonly #notes = new FifoQueue<{ readonly sequence: number; readonly bytes: number }>();
  #low: number;
  #last: number;
  #bytes = 0;
  #notedBytes = 0;
  #deletableTo: number;

  constructor(found: MarkerWindow, windowBytes: number) {
    this.#windowBytes = windowBytes;
    this.#low = Math.max(1, found.low);
    this.#last = found.last;
    this.#deletableTo = this.#low - 1;
    this.#notes.push({ sequence: found.last, bytes: 0 });
  }

  /** The number of the newest batch that was numbered. */
  get last(): number {
    return this.#last;
  }

  /** Numbers a batch of `batchBytes`, and gives what it must carry: its marker, and the end of markers no longer needed. */
  stamp(batchBytes: number): readonly BatchOperation[] {
    const operations: BatchOperation[] = [];
    for (let i = 0; i < DELETED_PER_BATCH && this.#low <= this.#deletableTo; i++) {
      operations.push({ type: 'del', key: markerKey(this.#low) });
      this.#low += 1;
    }
    this.#last += 1;
    const key = markerKey(this.#last);
    operations.push({ type: 'put', key, value: sealU48(key, this.#low) });
    this.#grow(batchBytes);
    return operations;
  }

  #grow(batchBytes: number): void {
    this.#bytes += batchBytes;
    if (this.#bytes - this.#notedBytes >= NOTE_BYTES) {
      this.#notes.push({ sequence: this.#last, bytes: this.#bytes });
      this.#notedBytes = this.#bytes;
    }
    for (let note = this.#notes.peek(); note !== undefined; note = this.#notes.peek()) {
      if (this.#bytes - note.bytes < this.#windowBytes) return;
      this.#deletableTo = note.sequence;
      this.#notes.shift();
    }
  }
}

/**
 * The window of markers in a storage, checked to be whole.
 * @throws StoreDamage when a batch is missing
 */
export async function readMarkers(storage: Storage): Promise<MarkerWindow> {
  let newest: MarkerWindow | undefined;
  for await (const { key, value } of storage.iterate({ ...MARKERS, reverse: true, limit: 1 })) {
    const low = unsealU48(key, value);
    if (low === undefined) throw damaged(`marker ${sequenceOf(key)}`);
    newest = { low, last: sequenceOf(key) };
  }
  if (newest === undefined) return { low: 0, last: 0 };
  let expected = newest.low;
  for await (const { key } of storage.iterate({ ...MARKERS, gte: markerKey(newest.low) })) {
    if (sequenceOf(key) !== expected) throw gap(expected, sequenceOf(key) - 1);
    expected += 1;
  }
  return newest;
}

function gap(from: number, to: number): StoreDamage {
  const subject = from === to ? `Batch ${from} is` : `Batches ${from} to ${to} are`;
  return new StoreDamage(`${subject} missing in the store`);
}

/** What the store says of a part of itself that it cannot read. */
export function damaged(what: string): StoreDamage {
  return new StoreDamage(`The ${what} is damaged in the store`);
}
