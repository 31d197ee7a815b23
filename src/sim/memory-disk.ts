import { KvError } from '../node/core/errors.js';
import type { Disk, Storage, StorageOptions } from '../node/env/storage.js';
import { MemoryStorage, silence } from './memory-storage.js';
import type { DiskHold, FolderFaults } from './memory-storage.js';
import { byteText, MemoryTable } from './memory-table.js';

interface Folder {
  readonly table: MemoryTable;
  readonly faults: FolderFaults;
  open: MemoryStorage | undefined;
}

export interface MemoryDiskOptions {
  readonly hold?: DiskHold | undefined;
}

/**
 * A data directory in memory: it outlives the node that uses it, loses what was not synced when that node crashes,
 * and fails where a test tells it to. Two nodes over one instance are two processes on one directory.
 */
export class MemoryDisk implements Disk {
  readonly #hold: DiskHold;
  readonly #files = new Map<string, Uint8Array>();
  readonly #folders = new Map<string, Folder>();
  #locked = false;
  #filesFail = false;
  #freeBytes: number | undefined;
  /** Counts crashes; a call that began in an earlier life never ends. */
  #life = 0;

  constructor(options: MemoryDiskOptions = {}) {
    this.#hold = options.hold ?? (() => undefined);
  }

  async lock(): Promise<void> {
    if (this.#locked)
      throw new KvError('KV_DATA_DIR_LOCKED', 'Another process uses the data directory in memory.');
    this.#locked = true;
  }

  async unlock(): Promise<void> {
    this.#locked = false;
  }

  async readFile(name: string): Promise<Uint8Array | undefined> {
    return this.#files.get(name)?.slice();
  }

  async replaceFile(name: string, content: Uint8Array): Promise<void> {
    const life = this.#life;
    const copy = content.slice();
    await this.#hold('file');
    if (life !== this.#life) await silence();
    if (this.#filesFail)
      throw new KvError('KV_STORE_FAILED', `The disk cannot replace ${name}: input/output error.`);
    this.#files.set(name, copy);
  }

  async openStorage(folder: string, _options: StorageOptions): Promise<Storage> {
    const found = this.#folder(folder);
    if (found.open !== undefined)
      throw new KvError('KV_DATA_DIR_LOCKED', `The folder ${folder} is open already.`);
    found.faults.failing = undefined;
    const { table, faults } = found;
    table.recover();
    const closed = (): void => {
      found.open = undefined;
    };
    found.open = new MemoryStorage({ table, faults, hold: this.#hold, closed });
    return found.open;
  }

  async freeBytes(): Promise<number | undefined> {
    return this.#freeBytes;
  }

  // --- what a test does to the disk ---

  /** The process dies: unsynced writes are gone, its calls never answer, the lock is free. */
  crash(underWay: 'lost' | 'kept' = 'lost'): void {
    this.#life += 1;
    this.#locked = false;
    for (const folder of this.#folders.values()) {
      folder.open?.crash(underWay);
      folder.open = undefined;
    }
  }

  /** A second disk with what is durable on this one: an old image, or a clone. */
  copy(): MemoryDisk {
    const copy = new MemoryDisk({ hold: this.#hold });
    for (const [name, content] of this.#files) copy.#files.set(name, content);
    for (const [name, folder] of this.#folders)
      copy.#folders.set(name, newFolder(folder.table.copySynced()));
    return copy;
  }

  /** From now on writes to the folder fail, until it is opened again. */
  failWrites(folder: string, how: 'write' | 'sync' = 'sync'): void {
    this.#folder(folder).faults.failing = how;
  }

  healWrites(folder: string): void {
    this.#folder(folder).faults.failing = undefined;
  }

  /** Reads of the key fail until `healReads`, as in a bad block. */
  failReads(folder: string, key: Uint8Array): void {
    this.#folder(folder).faults.unreadable.add(byteText(key));
  }

  healReads(folder: string): void {
    this.#folder(folder).faults.unreadable.clear();
  }

  /** Changes a value behind the back of the node, durably; undefined deletes the entry. */
  damage(
    folder: string,
    key: Uint8Array,
    change: (value: Uint8Array) => Uint8Array | undefined,
  ): void {
    const { table } = this.#folder(folder);
    const value = change(table.get(key)?.slice() ?? new Uint8Array());
    table.apply([value === undefined ? { type: 'del', key } : { type: 'put', key, value }]);
    table.sync();
  }

  /** Whether the replacement of files fails. */
  failFiles(fail: boolean): void {
    this.#filesFail = fail;
  }

  setFreeBytes(freeBytes: number | undefined): void {
    this.#freeBytes = freeBytes;
  }

  #folder(name: string): Folder {
    let folder = this.#folders.get(name);
    if (folder === undefined) {
      folder = newFolder(new MemoryTable());
      this.#folders.set(name, folder);
    }
    return folder;
  }
}

function newFolder(table: MemoryTable): Folder {
  return { table, faults: { failing: undefined, unreadable: new Set() }, open: undefined };
}
