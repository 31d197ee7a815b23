import { KvError } from '../core/errors.js';
import { LIMITS } from '../core/limits.js';
import type { NodeId } from '../core/metadata/cluster-metadata.js';
import type { Clock, Timer } from '../env/clock.js';
import type { BatchOperation, Storage } from '../env/storage.js';
import { putSealed, unsealed } from '../metadata/sealed-record.js';
import { PeerMemory, type MemoryChange, type SeenStart } from './peer-memory.js';
import { decodeSeen, encodeSeen, PEER_KEYS, peerKey, peerOf } from './peer-record.js';

/** What the folder holds of the starts of other nodes. */
export interface StoredPeers {
  readonly seen: ReadonlyMap<NodeId, SeenStart>;
  /** Those of which the record is damaged: nothing is known of them any more. */
  readonly damaged: readonly NodeId[];
}

/**
 * Reads what was remembered of other nodes. A damaged record is as good as none: it was evidence, and others have it too.
 * @throws KvError KV_FORMAT_UNKNOWN for what a newer version wrote
 */
export async function loadPeers(storage: Storage): Promise<StoredPeers> {
  const seen = new Map<NodeId, SeenStart>();
  const damaged: NodeId[] = [];
  for await (const { key, value } of storage.iterate(PEER_KEYS)) {
    const content = unsealed(key, value);
    if (content === undefined) damaged.push(peerOf(key));
    else seen.set(peerOf(key), decodeSeen(content));
  }
  return { seen, damaged };
}

export interface PeerMemoryKeeperOptions {
  /** The folder `meta/`; the caller closes it after `close`. */
  readonly storage: Storage;
  readonly stored: StoredPeers;
  readonly clock: Clock;
  /** A write failed: the storage takes nothing more, and what this node has promised by it is in doubt. */
  readonly onFailed: (error: KvError) => void;
}

/**
 * Makes what is known of other nodes outlive a restart: lazily, in batches that are few and small. A new start is durable
 * within a second, a higher sequence within some; what is lost of it in a crash is known by the others.
 */
export class PeerMemoryKeeper {
  readonly memory: PeerMemory;
  readonly #options: PeerMemoryKeeperOptions;
  /** In the order in which they changed, so that each has its turn. */
  readonly #started = new Set<NodeId>();
  readonly #moved = new Set<NodeId>();
  #timer: { readonly dueMs: number; readonly timer: Timer } | undefined;
  #writing: Promise<void> | undefined;
  #failed = false;
  #closed = false;

  constructor(options: PeerMemoryKeeperOptions) {
    this.#options = options;
    this.memory = new PeerMemory({
      stored: options.stored.seen,
      onChanged: (nodeId, change) => {
        this.#note(nodeId, change);
      },
    });
    for (const nodeId of options.stored.damaged) this.#note(nodeId, 'sequence');
  }

  /** Writes what is not durable yet; afterwards nothing is written any more. Never rejects but for a bug. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#timer?.timer.cancel();
    await this.#writing;
    while (this.#waiting > 0 && !this.#failed) await this.#write();
  }

  get #waiting(): number {
    return this.#started.size + this.#moved.size;
  }

  #note(nodeId: NodeId, change: MemoryChange): void {
    if (this.#failed) return;
    if (change === 'start') {
      this.#moved.delete(nodeId);
      this.#started.add(nodeId);
    } else if (!this.#started.has(nodeId)) this.#moved.add(nodeId);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#closed || this.#writing !== undefined || this.#waiting === 0) return;
    const { clock } = this.#options;
    const soon = this.#started.size > 0;
    const delayMs = soon ? LIMITS.peerMemorySoonMs : LIMITS.peerMemoryLaterMs;
    const dueMs = clock.monotonicMs() + delayMs;
    if (this.#timer !== undefined && this.#timer.dueMs <= dueMs) return;
    this.#timer?.timer.cancel();
    const timer = clock.after(delayMs, () => {
      this.#timer = undefined;
      void this.#turn();
    });
    this.#timer = { dueMs, timer };
  }

  async #turn(): Promise<void> {
    this.#writing = this.#write();
    await this.#writing;
    this.#writing = undefined;
    if (!this.#failed) this.#schedule();
  }

  async #write(): Promise<void> {
    const batch = this.#takeBatch();
    if (batch.length === 0) return;
    try {
      await this.#options.storage.write(batch, { sync: true });
    } catch (cause) {
      if (!(cause instanceof KvError)) throw cause;
      this.#failed = true;
      const message = `what is known of other nodes cannot be written: ${cause.message}`;
      this.#options.onFailed(new KvError('KV_STORE_FAILED', message, { cause }));
    }
  }

  #takeBatch(): readonly BatchOperation[] {
    const batch: BatchOperation[] = [];
    for (const waiting of [this.#started, this.#moved])
      for (const nodeId of waiting) {
        if (batch.length >= LIMITS.peerMemoryBatch) return batch;
        waiting.delete(nodeId);
        const operation = this.#operationFor(nodeId);
        if (operation !== undefined) batch.push(operation);
      }
    return batch;
  }

  /** What is known now, which may be more than what was noted, or nothing because the node was forgotten. */
  #operationFor(nodeId: NodeId): BatchOperation | undefined {
    const key = peerKey(nodeId);
    if (key === undefined) return undefined;
    const seen = this.memory.seen(nodeId);
    if (seen === undefined) return { type: 'del', key };
    const content = encodeSeen(seen);
    return content === undefined ? undefined : putSealed(key, content);
  }
}
