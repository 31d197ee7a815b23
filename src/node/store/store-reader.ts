import { FifoQueue } from '../../stdx/fifo-queue.js';
import { KvError } from '../core/errors.js';
import { LIMITS } from '../core/limits.js';
import { decodeRecord } from '../core/version/record-codec.js';
import type { Buggify } from '../env/buggify.js';
import type { Clock } from '../env/clock.js';
import type { Storage } from '../env/storage.js';
import type { ReadOutcome } from './mutation.js';
import { readMany } from './read-many.js';
import type { RawCopy } from './read-many.js';
import type { StoreMetrics } from './store-metrics.js';
import { newerFormat } from './store-refusals.js';
import type { BatchRules } from './write-batch.js';

export interface ReaderParts {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly buggify: Buggify;
  readonly metrics: StoreMetrics;
  readonly rules: BatchRules;
}

export interface PendingRead {
  readonly dataKey: Uint8Array;
  readonly deadlineMs: number | undefined;
  readonly done: (outcome: ReadOutcome) => void;
}

/** Below this many keys a batch is not split over threads: the call costs more than it saves. */
const KEYS_WORTH_A_CALL = 32;

/**
 * Answers reads from the storage, gathered into few calls: all that are asked for in one turn, and while all calls are under
 * way, all that wait. The storage shows a batch only when it is synced, so a read never sees what a crash could take back.
 */
export class StoreReader {
  readonly #parts: ReaderParts;
  readonly #queue = new FifoQueue<PendingRead>();
  #underWay = 0;
  #scheduled = false;

  constructor(parts: ReaderParts) {
    this.#parts = parts;
  }

  /** Answers once; at once when too many wait. */
  enqueue(pending: PendingRead): void {
    if (this.#queue.size >= LIMITS.readQueueKeys) {
      pending.done({ kind: 'overloaded' });
      return;
    }
    this.#queue.push(pending);
    if (this.#scheduled || this.#underWay >= LIMITS.readBatches) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#advance();
    });
  }

  #advance(): void {
    while (this.#queue.size > 0 && this.#underWay < LIMITS.readBatches) {
      const free = LIMITS.readBatches - this.#underWay;
      const even = Math.max(KEYS_WORTH_A_CALL, Math.ceil(this.#queue.size / free));
      const most = this.#parts.buggify('store.short-read') ? 1 : LIMITS.readBatchKeys;
      this.#read(this.#take(Math.min(even, most)));
    }
  }

  #take(count: number): PendingRead[] {
    const taken: PendingRead[] = [];
    const nowMs = this.#parts.clock.monotonicMs();
    while (taken.length < count) {
      const pending = this.#queue.shift();
      if (pending === undefined) break;
      if (pending.deadlineMs !== undefined && nowMs > pending.deadlineMs) pending.done(late());
      else taken.push(pending);
    }
    return taken;
  }

  #read(reads: readonly PendingRead[]): void {
    if (reads.length === 0) return;
    this.#underWay += 1;
    void readMany(
      this.#parts.storage,
      reads.map((read) => read.dataKey),
    ).then((copies) => {
      this.#underWay -= 1;
      this.#advance();
      for (const [index, read] of reads.entries())
        read.done(this.#outcome(read.dataKey, copies[index]));
    });
  }

  #outcome(dataKey: Uint8Array, copy: RawCopy): ReadOutcome {
    if (copy === undefined) return { kind: 'missing' };
    const record = copy === 'unreadable' ? 'corrupt' : decodeRecord(dataKey, copy);
    if (record === 'unknown-format') return { kind: 'failed', error: newerFormat() };
    const { rules } = this.#parts;
    if (record === 'corrupt') {
      rules.onCorrupt(dataKey);
      return { kind: 'corrupt' };
    }
    // Whether a tombstone of that age has gone already must make no difference to anybody.
    if (record.tombstone && record.version.ms <= rules.floorMsOf(dataKey))
      return { kind: 'missing' };
    return { kind: 'found', record };
  }
}

function late(): ReadOutcome {
  const message = 'The read waited for the disk beyond its deadline.';
  return { kind: 'failed', error: new KvError('KV_READ_TIMEOUT', message) };
}
