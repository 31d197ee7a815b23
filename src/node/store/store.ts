import type { KvError } from '../core/errors.js';
import { LIMITS } from '../core/limits.js';
import { slotOf } from '../core/ring/token.js';
import { DATA_KEYS, decodeDataKey, encodeDataKey } from '../core/version/data-key.js';
import { decodeRecord } from '../core/version/record-codec.js';
import type { NodeEnv } from '../env/env.js';
import type { KeyRange, Storage, StorageEntry, StorageOptions } from '../env/storage.js';
import { writePatiently } from './background-store.js';
import { StoreFloors } from './floors.js';
import type { Readiness } from '../services.js';
import type {
  ApplyOutcome,
  Mutation,
  ReadOutcome,
  RecordQuery,
  Swap,
  SystemWrite,
} from './mutation.js';
import { RECORD_INDEXES } from './indexes/record-indexes.js';
import { SequenceMarkers, markerWindowBytes } from './sequence-markers.js';
import { advised, openShard, type ShardParts } from './loss/open-shard.js';
import type { RecoveredShard, WriterId } from './shard-recovery.js';
import { StoreReader } from './store-reader.js';
import type { Derivation } from './record-change.js';
import { RottenCopies } from './rotten-copies.js';
import { storeMetrics } from './store-metrics.js';
import { STORE_OPTIONS } from './store-options.js';
import { sizeOf, StoreWriter } from './store-writer.js';
import { closing, garbled, newerFormat } from './store-refusals.js';
import type { BatchRules } from './write-batch.js';

/** The folder of the first shard in a data directory. */
export const SHARD_FOLDER = 'shard-0';

export interface StoreParts {
  readonly env: Pick<NodeEnv, 'clock' | 'random' | 'disk' | 'metrics' | 'log' | 'buggify'>;
  readonly readiness: Pick<Readiness, 'fail'>;
  readonly folder?: string | undefined;
  readonly acceptLoss?: ShardParts['acceptLoss'];
  readonly isExpected?: ShardParts['isExpected'];
  readonly options?: StorageOptions | undefined;
  /** Why no record is taken now, or undefined when they are; what makes space is taken anyway. */
  readonly refuses?: (() => KvError | undefined) | undefined;
  /** What is kept beside the records, in their batches; it is opened with the shard, whose last batch has that number. */
  readonly derivations?: (storage: Storage, sequence: number) => Promise<readonly Derivation[]>;
}

/** What the upkeep of a store asks of its engine. */
export type StoreEngine = Pick<Storage, 'figures' | 'compact' | 'approximateSize'>;

interface OpenedShard {
  readonly recovered: RecoveredShard;
  readonly derivations: readonly Derivation[];
  readonly floors: StoreFloors;
}

/** What a record costs in queues beside its bytes. */
const QUEUE_OVERHEAD = 64;

/**
 * The records of one shard. What it acknowledges is durable and stays visible until something newer replaces it; what it
 * cannot keep so, it refuses: after a failed write nothing is acknowledged until a restart.
 */
export class Store {
  /** How far its slots are complete. */
  readonly floors: StoreFloors;
  /** The copies that it could not read. */
  readonly rotten: RottenCopies;
  readonly #parts: StoreParts;
  readonly #storage: Storage;
  readonly #recovered: RecoveredShard;
  readonly #writer: StoreWriter;
  readonly #reader: StoreReader;
  readonly #options: StorageOptions;
  #closing = false;
  #load = { diskBytes: 0, atWritten: 0, atMs: 0, asking: false };

  private constructor(parts: StoreParts, storage: Storage, opened: OpenedShard) {
    const { recovered, derivations, floors } = opened;
    const { clock, buggify } = parts.env;
    this.#parts = parts;
    this.#storage = storage;
    this.#recovered = recovered;
    this.#options = parts.options ?? STORE_OPTIONS;
    this.floors = floors;
    this.rotten = new RottenCopies(clock);
    const metrics = storeMetrics(parts.env.metrics, {
      queueBytes: () => this.#writer.queueBytes,
      sequence: () => this.#writer.sequence,
      rotten: () => this.rotten.report(),
    });
    const rules: BatchRules = {
      floorMsOf: (dataKey) => floors.ofKey(dataKey),
      onCorrupt: (dataKey) => {
        metrics.corrupt.inc();
        this.rotten.note(dataKey);
        this.#distrust(dataKey);
      },
    };
    this.#writer = new StoreWriter({
      storage,
      clock,
      buggify,
      metrics,
      rules,
      derivations: [RECORD_INDEXES, this.rotten, ...derivations],
      markers: new SequenceMarkers(
        recovered.markers,
        markerWindowBytes(this.#options.writeBufferBytes),
      ),
      onFailed: (error) => {
        this.#failed(error);
      },
    });
    this.#reader = new StoreReader({ storage, clock, buggify, metrics, rules });
    floors.writeWith((operations) => writePatiently(this, operations, clock));
  }

  /**
   * Opens the shard, making it when it is new, and checks that no batch of it is missing.
   * @throws KvError KV_STORE_FAILED, KV_DATA_DIR_LOCKED
   */
  static async open(parts: StoreParts): Promise<Store> {
    const options = parts.options ?? STORE_OPTIONS;
    const { folder = SHARD_FOLDER } = parts;
    const { storage, recovered } = await openShard({ ...parts, folder, options });
    try {
      const { last } = recovered.markers;
      const derivations = (await parts.derivations?.(storage, last)) ?? [];
      const floors = await StoreFloors.read(storage, (namespace) => {
        parts.env.log.warn('the floors of a namespace are damaged and begin at 0', { namespace });
      });
      const store = new Store(parts, storage, { recovered, derivations, floors });
      await store.#measureLoad();
      return store;
    } catch (error) {
      await storage.close();
      throw advised(error);
    }
  }

  /** Merges a record; `done` is called once, when the outcome is durable or at once when it is refused. */
  apply(mutation: Mutation, done: (outcome: ApplyOutcome) => void): void {
    const dataKey = encodeDataKey(mutation);
    const record = decodeRecord(dataKey, mutation.record);
    const refusal = this.#closing ? closing() : this.#parts.refuses?.();
    if (refusal !== undefined) done({ kind: 'failed', error: refusal });
    else if (record === 'corrupt') done({ kind: 'failed', error: garbled() });
    else if (record === 'unknown-format') done({ kind: 'failed', error: newerFormat() });
    else {
      const sizeBytes = dataKey.length + record.encoded.length + QUEUE_OVERHEAD;
      const { repair, deadlineMs, priority } = mutation;
      const pending = { dataKey, record, repair, deadlineMs, sizeBytes, done };
      this.#writer.enqueue({ kind: 'merge', ...pending }, priority);
    }
  }

  /** Replaces a copy if it is still the expected one, or removes it, in the background; `done` as with `apply`. */
  swap(change: Swap, done: (outcome: ApplyOutcome) => void): void {
    const dataKey = encodeDataKey(change);
    const by = change.by === undefined ? undefined : decodeRecord(dataKey, change.by);
    if (this.#closing) done({ kind: 'failed', error: closing() });
    else if (by === 'corrupt') done({ kind: 'failed', error: garbled() });
    else if (by === 'unknown-format') done({ kind: 'failed', error: newerFormat() });
    else {
      const { expected, deadlineMs, refuses } = change;
      const sizeBytes = dataKey.length + (by?.encoded.length ?? 0) + QUEUE_OVERHEAD;
      const pending = { dataKey, expected, by, deadlineMs, refuses, sizeBytes, done };
      this.#writer.enqueue({ kind: 'swap', ...pending }, 'background');
    }
  }

  /** Writes what is kept beside the records with one of the next batches; `done` as with `apply`. */
  writeSystem(write: SystemWrite, done: (outcome: ApplyOutcome) => void): void {
    if (this.#closing) done({ kind: 'failed', error: closing() });
    else {
      const { operations, priority, deadlineMs, refuses } = write;
      const sizeBytes = sizeOf(operations) + QUEUE_OVERHEAD;
      const pending = { operations, deadlineMs, refuses, sizeBytes, done };
      this.#writer.enqueue({ kind: 'system', ...pending }, priority);
    }
  }

  /** Entries in order of their keys, as they are on the disk when it is asked for: what is under way is not in it. */
  scan(range: KeyRange): AsyncIterable<StorageEntry> {
    return this.#storage.iterate(range);
  }

  /** The copy of a key: all that was acknowledged before is seen, and nothing that a crash could take back. */
  read(query: RecordQuery, done: (outcome: ReadOutcome) => void): void {
    if (this.#closing) done({ kind: 'failed', error: closing() });
    else
      this.#reader.enqueue({
        dataKey: encodeDataKey(query),
        deadlineMs: query.deadlineMs,
        done,
      });
  }

  /** Calls `run` when no batch is under way: all that was derived is durable, and `scan` shows exactly that. */
  atRest(run: (failed: KvError | undefined) => void): void {
    this.#writer.atRest(run);
  }

  /** Number of the last durable batch when the shard was opened: never below what an earlier run told of itself. */
  openedSequence(): number {
    return this.#recovered.markers.last;
  }

  /** Number of the last durable batch; a peer that saw a higher one knows that this disk was rolled back. */
  sequence(): number {
    return this.#writer.sequence;
  }

  /** The 64-bit id with which this shard signs the versions it issues, as two halves. */
  writerId(): WriterId {
    return this.#recovered.writerId;
  }

  /** The ceiling that the clock had reserved when the shard was opened: no stamp of an earlier run is at or above it. */
  ceilingMs(): number {
    return this.#recovered.ceilingMs;
  }

  /** When a loss was accepted that was not made good when the shard was opened, in ms since 1970; undefined when nothing was lost. */
  lossMs(): number | undefined {
    return this.#recovered.lossMs;
  }

  /** Makes a ceiling durable. @throws KvError KV_STORE_FAILED */
  async reserveCeiling(ceilingMs: number): Promise<void> {
    await this.#writer.reserve(ceilingMs);
  }

  /** Bytes of mutations that wait or are under way. */
  queueBytes(): number {
    return this.#writer.queueBytes;
  }

  /** Bytes of records, roughly: the tables as last measured, and what was written since and may still be in memory. */
  loadBytes(): number {
    const { diskBytes, atWritten, atMs, asking } = this.#load;
    const stale = this.#parts.env.clock.monotonicMs() - atMs >= LIMITS.loadRefreshMs;
    if (stale && !asking && !this.#closing) this.#refreshLoad();
    const unmeasured = this.#writer.writtenBytes - atWritten;
    return diskBytes + unmeasured + (atWritten % this.#options.writeBufferBytes);
  }

  /** The engine, for its figures and for its upkeep; records are reached by the other methods. */
  get engine(): StoreEngine {
    return this.#storage;
  }

  /** Bytes of keys and values given to the engine since the start. */
  writtenBytes(): number {
    return this.#writer.writtenBytes;
  }

  /** Figures of the engine, for people. */
  async properties(): Promise<Readonly<Record<string, string>>> {
    return await this.#storage.properties();
  }

  /** Refuses what comes, finishes what was accepted, and closes. */
  async close(): Promise<void> {
    this.#closing = true;
    await this.#writer.drained();
    await this.#storage.close();
  }

  /** A slot with a copy that cannot be read is not complete: what it lost may be older than its floor. */
  #distrust(dataKey: Uint8Array): void {
    const { namespace, token } = decodeDataKey(dataKey);
    this.floors.reset(namespace, slotOf(token)).catch((error: unknown) => {
      this.#parts.env.log.warn('the floor of a damaged slot could not be lowered on the disk', {
        error,
      });
    });
  }

  #refreshLoad(): void {
    this.#load.asking = true;
    this.#measureLoad().catch((error: unknown) => {
      this.#load.asking = false;
      this.#parts.env.log.warn('the size of the store could not be read', { error });
    });
  }

  async #measureLoad(): Promise<void> {
    const atWritten = this.#writer.writtenBytes;
    const diskBytes = await this.#storage.approximateSize(DATA_KEYS);
    const atMs = this.#parts.env.clock.monotonicMs();
    this.#load = { diskBytes, atWritten, atMs, asking: false };
  }

  #failed(error: KvError): void {
    this.#parts.env.log.error('the store failed and acknowledges nothing more', { error });
    this.#parts.readiness.fail(error);
  }
}
