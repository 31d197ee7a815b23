import { KvError } from '../node/core/errors.js';
import type {
  BatchOperation,
  KeyRange,
  Storage,
  StorageEntry,
  StorageFigures,
} from '../node/env/storage.js';
import { byteText } from '../stdx/byte-text.js';
import type { MemoryTable } from './memory-table.js';

/** What a storage is about to finish; `file` is a whole-file replacement of the disk. */
export type DiskStep = 'read' | 'write' | 'sync' | 'file';

/** Delays a step until the promise resolves; undefined lets it go at once. For latency and for interleavings. */
export type DiskHold = (step: DiskStep) => Promise<void> | undefined;

/** How many of the batches that were not yet durable a crash leaves. */
export type Survivors = (batches: {
  readonly unsynced: number;
  readonly underWay: number;
}) => number;

/** What can go wrong with one folder of a memory disk. */
export interface FolderFaults {
  /** `write`: nothing of the batch gets to the disk. `sync`: it does, but is not known to be durable. */
  failing: 'write' | 'sync' | undefined;
  /** Texts of the keys whose reads fail. */
  readonly unreadable: Set<string>;
}

export interface MemoryStorageParts {
  readonly table: MemoryTable;
  readonly faults: FolderFaults;
  readonly hold: DiskHold;
  readonly closed: () => void;
}

/** The storage contract in memory: what is not synced is lost in a crash, and a failed write sticks until the reopen. */
export class MemoryStorage implements Storage {
  readonly #parts: MemoryStorageParts;
  readonly #pending: (readonly BatchOperation[])[] = [];
  #lastWrite: Promise<void> = Promise.resolve();
  #failed: KvError | undefined;
  #state: 'open' | 'closed' | 'crashed' = 'open';

  constructor(parts: MemoryStorageParts) {
    this.#parts = parts;
  }

  async get(key: Uint8Array): Promise<Uint8Array | undefined> {
    return (await this.getMany([key]))[0];
  }

  async getMany(keys: readonly Uint8Array[]): Promise<readonly (Uint8Array | undefined)[]> {
    if (this.#state !== 'open') return await this.#refuse();
    const { table, faults } = this.#parts;
    const found = keys.map((key) => table.get(key)?.slice());
    const unreadable = keys.find((key) => faults.unreadable.has(byteText(key)));
    await this.#step('read');
    if (unreadable !== undefined)
      throw new KvError('KV_STORE_FAILED', 'The storage cannot read a block of this key.');
    return found;
  }

  async write(
    batch: readonly BatchOperation[],
    options: { readonly sync: boolean },
  ): Promise<void> {
    if (this.#state !== 'open') return await this.#refuse();
    this.#pending.push(batch);
    const write = this.#writeAfter(this.#lastWrite, options.sync);
    // Whoever asked is told below; the next one begins all the same.
    this.#lastWrite = write.catch(() => undefined);
    await write;
  }

  iterate(range: KeyRange): AsyncIterable<StorageEntry> {
    if (this.#state !== 'open') return this.#pages(this.#refuse());
    return this.#pages(this.#parts.table.range(range.gte, range.lt, range));
  }

  async approximateSize(range: KeyRange): Promise<number> {
    if (this.#state !== 'open') return await this.#refuse();
    let sizeBytes = 0;
    for (const { key, value } of this.#parts.table.range(range.gte, range.lt))
      sizeBytes += key.length + value.length;
    return sizeBytes;
  }

  async properties(): Promise<Readonly<Record<string, string>>> {
    if (this.#state !== 'open') return await this.#refuse();
    return { engine: 'memory' };
  }

  async figures(): Promise<StorageFigures> {
    if (this.#state !== 'open') return await this.#refuse();
    return { levels: [], memoryBytes: 0 };
  }

  async compact(): Promise<void> {
    if (this.#state !== 'open') return await this.#refuse();
    await this.#step('read');
  }

  async close(): Promise<void> {
    if (this.#state !== 'open') return;
    this.#state = 'closed';
    await this.#lastWrite;
    this.#parts.closed();
  }

  /**
   * The process died: nothing of it ever answers again. Of the batches that were not synced, or were under way, the log has
   * as many as `survivors` says of their number: always the first ones, since a log is torn at one place.
   */
  crash(survivors: Survivors): void {
    this.#state = 'crashed';
    const { table } = this.#parts;
    const unsynced = table.unsyncedBatches();
    const kept = survivors({ unsynced, underWay: this.#pending.length });
    table.rollBack(kept);
    for (const batch of this.#pending.slice(0, Math.max(0, kept - unsynced))) table.apply(batch);
    table.sync();
  }

  async #writeAfter(before: Promise<void>, sync: boolean): Promise<void> {
    await before;
    await this.#step(sync ? 'sync' : 'write');
    const batch = this.#pending.shift();
    const { table, faults } = this.#parts;
    this.#failed ??=
      faults.failing &&
      new KvError('KV_STORE_FAILED', `The storage cannot ${faults.failing}: input/output error.`);
    if (batch === undefined) return;
    if (this.#failed === undefined) table.apply(batch);
    else if (faults.failing === 'sync') table.orphan(batch);
    if (this.#failed !== undefined) throw this.#failed;
    if (sync) table.sync();
  }

  async *#pages(
    entries: readonly StorageEntry[] | Promise<never>,
  ): AsyncGenerator<StorageEntry, void, undefined> {
    for (const [index, { key, value }] of (await entries).entries()) {
      if (index % 64 === 0) await this.#step('read');
      yield { key: key.slice(), value: value.slice() };
    }
  }

  async #step(step: DiskStep): Promise<void> {
    await this.#parts.hold(step);
    if (this.#state === 'crashed') await silence();
  }

  async #refuse(): Promise<never> {
    if (this.#state === 'crashed') await silence();
    throw new KvError('KV_STORE_FAILED', 'The storage is closed; open it again.');
  }
}

/** What a dead process gets for an answer. */
export function silence(): Promise<never> {
  return new Promise<never>(() => undefined);
}
