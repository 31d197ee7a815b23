import { Deferred } from '../../stdx/deferred.js';
import { KvError } from '../core/errors.js';
import type { Buggify } from '../env/buggify.js';
import type { Clock } from '../env/clock.js';
import type { BatchOperation, Storage } from '../env/storage.js';
import type { Mutation, PendingMutation } from './mutation.js';
import { MutationQueue } from './mutation-queue.js';
import { readMany } from './read-many.js';
import type { Derivation } from './record-change.js';
import type { SequenceMarkers } from './sequence-markers.js';
import type { StoreMetrics } from './store-metrics.js';
import { CEILING_KEY, sealU48 } from './system-keys.js';
import { WriteBatch, type BatchRules } from './write-batch.js';

export interface WriterParts {
  readonly storage: Storage;
  readonly markers: SequenceMarkers;
  readonly clock: Clock;
  readonly buggify: Buggify;
  readonly metrics: StoreMetrics;
  readonly derivations: readonly Derivation[];
  readonly rules: BatchRules;
  /** Called once, when the storage failed and nothing can be acknowledged any more. */
  readonly onFailed: (error: KvError) => void;
}

/** A flush that is delayed on purpose; longer than a read waits for a replica. */
const DELAYED_FLUSH_MS = 100;

interface Ceiling {
  readonly ms: number;
  readonly durable: Deferred<void>;
}

/**
 * The one writer of a shard: it gathers what waits into a batch and reads what is held while the batch before is synced,
 * then writes, syncs, and acknowledges all of it. At most one write is under way, so a crash can cut the log only at its end.
 *
 * A key that the batch under way also touches is not read from the storage, which may or may not show it yet, but taken
 * from that batch. The batch before that one is durable, so the storage shows it.
 */
export class StoreWriter {
  readonly #parts: WriterParts;
  readonly #queue = new MutationQueue();
  #gathering: WriteBatch;
  /** What is gathered now takes one mutation only. */
  #isShort = false;
  #syncing: WriteBatch | undefined;
  #reading = false;
  #scheduled = false;
  #failed: KvError | undefined;
  #sequence: number;
  #writtenBytes = 0;
  #ceilings: Ceiling[] = [];
  #idle: Deferred<void> | undefined;
  readonly #atRest: ((failed: KvError | undefined) => void)[] = [];

  constructor(parts: WriterParts) {
    this.#parts = parts;
    this.#sequence = parts.markers.last;
    this.#gathering = this.#newBatch();
  }

  /** Number of the last durable batch. */
  get sequence(): number {
    return this.#sequence;
  }

  get queueBytes(): number {
    return this.#queue.sizeBytes + this.#gathering.sizeBytes + (this.#syncing?.sizeBytes ?? 0);
  }

  /** Bytes given to the storage since the start. */
  get writtenBytes(): number {
    return this.#writtenBytes;
  }

  /** Takes a mutation for one of the next batches; `done` is called once, at once when it is refused. */
  enqueue(pending: PendingMutation, priority: Mutation['priority']): void {
    if (this.#failed !== undefined) pending.done({ kind: 'failed', error: this.#failed });
    else if (!this.#queue.push(pending, priority)) pending.done({ kind: 'overloaded' });
    else this.#wake();
  }

  /** Makes the ceiling of the clock durable with the next batch. @throws KvError KV_STORE_FAILED */
  async reserve(ceilingMs: number): Promise<void> {
    if (this.#failed !== undefined) throw this.#failed;
    const ceiling = { ms: ceilingMs, durable: new Deferred<void>() };
    this.#ceilings.push(ceiling);
    this.#wake();
    await ceiling.durable.promise;
  }

  /** Resolves when nothing waits and nothing is under way. */
  async drained(): Promise<void> {
    if (this.#busy()) await (this.#idle ??= new Deferred<void>()).promise;
  }

  /**
   * Calls `run` when no batch is under way: at once, or as soon as the one under way is durable and before the next is made. What was
   * derived until then is on the disk, and nothing else is. A store that has failed says so, and is never at rest.
   */
  atRest(run: (failed: KvError | undefined) => void): void {
    if (this.#failed !== undefined || this.#syncing === undefined) run(this.#failed);
    else this.#atRest.push(run);
  }

  /** All that is asked for in one turn goes into one batch. */
  #wake(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#advance();
    });
  }

  #advance(): void {
    if (this.#failed !== undefined || this.#reading) return;
    this.#gather();
    const unread = this.#gathering.takeUnread();
    if (unread.length > 0) {
      this.#read(unread);
      return;
    }
    this.#gathering.decide();
    if (this.#syncing === undefined) this.#write();
    if (!this.#busy()) this.#idle?.resolve();
  }

  #busy(): boolean {
    const gathered = this.#gathering.mutations + this.#ceilings.length;
    return this.#syncing !== undefined || this.#queue.size + gathered > 0;
  }

  #gather(): void {
    while (!this.#isShort || this.#gathering.mutations === 0) {
      const next = this.#queue.next(this.#gathering);
      if (next === undefined) return;
      if (!this.#expired(next.pending)) this.#gathering.add(next, this.#syncing);
    }
  }

  #expired({ deadlineMs, done }: PendingMutation): boolean {
    if (deadlineMs === undefined || this.#parts.clock.monotonicMs() <= deadlineMs) return false;
    const message = 'The write waited for the disk beyond its deadline; it was not applied.';
    done({ kind: 'failed', error: new KvError('KV_WRITE_TIMEOUT', message) });
    return true;
  }

  #read(slots: ReturnType<WriteBatch['takeUnread']>): void {
    const batch = this.#gathering;
    this.#reading = true;
    void readMany(
      this.#parts.storage,
      slots.map((slot) => slot.dataKey),
    ).then((copies) => {
      this.#reading = false;
      if (this.#failed !== undefined) return;
      batch.fill(slots, copies);
      batch.decide();
      this.#advance();
    });
  }

  #write(): void {
    const batch = this.#gathering;
    if (batch.mutations + this.#ceilings.length === 0) return;
    const operations = this.#operationsOf(batch);
    const ceilings = this.#ceilings;
    const highest = ceilings.at(-1);
    if (highest !== undefined)
      operations.push({ type: 'put', key: CEILING_KEY, value: sealU48(CEILING_KEY, highest.ms) });
    this.#gathering = this.#newBatch();
    this.#ceilings = [];
    if (operations.length === 0) {
      batch.acknowledge();
      this.#wake();
      return;
    }
    this.#syncing = batch;
    const { buggify, clock } = this.#parts;
    const sync = (): void => {
      this.#sync(operations, ceilings);
    };
    if (buggify('store.delayed-flush')) clock.after(DELAYED_FLUSH_MS, sync);
    else sync();
  }

  #operationsOf(batch: WriteBatch): BatchOperation[] {
    const { derivations, markers } = this.#parts;
    const changes = batch.changes();
    const operations = batch.operations();
    const sequence = markers.last + 1;
    if (changes.length > 0)
      for (const one of derivations) operations.push(...one.derive(changes, sequence));
    // Nothing is written for the sake of what might ride along, unless somebody asked for a batch.
    const isWritten = operations.length + this.#ceilings.length > 0 || batch.isWanted;
    if (isWritten) for (const one of derivations) operations.push(...(one.ride?.(sequence) ?? []));
    return operations;
  }

  #sync(operations: BatchOperation[], ceilings: readonly Ceiling[]): void {
    const { storage, markers, clock } = this.#parts;
    const sizeBytes = sizeOf(operations);
    operations.push(...markers.stamp(sizeBytes));
    const sequence = markers.last;
    const startMs = clock.monotonicMs();
    void storage.write(operations, { sync: true }).then(
      () => {
        this.#sequence = sequence;
        this.#writtenBytes += sizeBytes;
        this.#measure(sizeBytes, clock.monotonicMs() - startMs);
        this.#synced(ceilings);
      },
      (error: unknown) => {
        this.#fail(error, ceilings);
      },
    );
  }

  #synced(ceilings: readonly Ceiling[]): void {
    const batch = this.#syncing;
    this.#syncing = undefined;
    for (const ceiling of ceilings) ceiling.durable.resolve();
    for (const run of this.#atRest.splice(0)) run(undefined);
    // The next batch is sent off before the answers are: the disk works while they are composed.
    this.#advance();
    batch?.acknowledge();
    if (!this.#busy()) this.#idle?.resolve();
  }

  #measure(sizeBytes: number, syncMs: number): void {
    const { metrics } = this.#parts;
    metrics.batches.inc();
    metrics.batchBytes.observe(sizeBytes);
    metrics.mutations.observe(this.#syncing?.mutations ?? 0);
    metrics.syncSeconds.observe(syncMs / 1000);
  }

  #fail(cause: unknown, ceilings: readonly Ceiling[]): void {
    const text =
      'The store could not write and sync a batch: it acknowledges nothing until a restart.';
    const error = new KvError('KV_STORE_FAILED', text, { cause });
    const unknown = new KvError('KV_STORE_FAILED', text, { cause, outcome: 'unknown' });
    this.#failed = error;
    this.#parts.onFailed(error);
    this.#syncing?.fail(unknown);
    this.#syncing = undefined;
    this.#gathering.fail(error);
    for (const run of this.#atRest.splice(0)) run(error);
    for (const pending of this.#queue.drain()) pending.done({ kind: 'failed', error });
    for (const ceiling of [...ceilings, ...this.#ceilings]) ceiling.durable.reject(error);
    this.#ceilings = [];
    this.#gathering = this.#newBatch();
    this.#idle?.resolve();
  }

  #newBatch(): WriteBatch {
    this.#queue.beginBatch();
    this.#isShort = this.#parts.buggify('store.short-batch');
    return new WriteBatch(this.#parts.rules);
  }
}

/** Bytes of keys and values. */
export function sizeOf(operations: readonly BatchOperation[]): number {
  let sizeBytes = 0;
  for (const operation of operations)
    sizeBytes += operation.key.length + (operation.type === 'put' ? operation.value.length : 0);
  return sizeBytes;
}
