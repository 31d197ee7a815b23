import { assert } from '../stdx/assert.js';
import { KvError } from '../node/core/errors.js';
import type { Disk, KeyRange, Storage, StorageOptions } from '../node/env/storage.js';
import { StoreDamage } from '../node/env/store-damage.js';
import { MemoryStorage, silence } from './memory-storage.js';
import type { DiskHold, FolderFaults, Survivors } from './memory-storage.js';
import { byteText } from '../stdx/byte-text.js';
import { MemoryTable } from './memory-table.js';

interface FileReplacement {
  readonly name: string;
  readonly content: Uint8Array;
  readonly hold: DiskHold;
}

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
    await this.#replaceFile({ name, content, hold: this.#hold });
  }

  async openStorage(folder: string, options: StorageOptions): Promise<Storage> {
    return this.#open(folder, options, this.#hold);
  }

  async salvageStorage(name: string): Promise<void> {
    const { table, faults } = this.#folder(name);
    const lost = table
      .range(Uint8Array.of(0), Uint8Array.of(0xff))
      .filter(({ key }) => faults.unreadable.has(byteText(key)));
    table.apply(lost.map(({ key }) => ({ type: 'del', key })));
    table.sync();
    faults.unreadable.clear();
  }

  /** The disk as one process has it: its steps take the time of `hold`, and once it has crashed nothing is answered. */
  session(hold: DiskHold): Disk {
    const life = this.#life;
    const silent = (): boolean => life !== this.#life;
    return {
      lock: () => (silent() ? silence() : this.lock()),
      unlock: () => (silent() ? silence() : this.unlock()),
      readFile: (name) => (silent() ? silence() : this.readFile(name)),
      replaceFile: (name, content) =>
        silent() ? silence() : this.#replaceFile({ name, content, hold }),
      openStorage: async (folder, options) => {
        await hold('read');
        return silent() ? await silence() : this.#open(folder, options, hold);
      },
      salvageStorage: (folder) => (silent() ? silence() : this.salvageStorage(folder)),
      freeBytes: () => (silent() ? silence() : this.freeBytes()),
    };
  }

  async freeBytes(): Promise<number | undefined> {
    return this.#freeBytes;
  }

  // --- what a test does to the disk ---

  /**
   * The process dies: its calls never answer, the lock is free, unsynced writes are gone. `kept` leaves them, and the batch that was
   * under way; a function says how many of each folder's batches are left.
   */
  crash(left: 'lost' | 'kept' | Survivors = 'lost'): void {
    this.#life += 1;
    this.#locked = false;
    const survivors = typeof left === 'function' ? left : SURVIVORS[left];
    for (const folder of this.#folders.values()) {
      folder.open?.crash(survivors);
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

  /** A folder is gone with all that was in it; it must not be open. */
  loseFolder(folder: string): void {
    assert(this.#folders.get(folder)?.open === undefined, 'a folder is lost between two runs');
    this.#folders.delete(folder);
  }

  /** The keys of a folder, in order. */
  keys(folder: string, range: Pick<KeyRange, 'gte' | 'lt'>): readonly Uint8Array[] {
    return this.#folder(folder)
      .table.range(range.gte, range.lt)
      .map(({ key }) => key);
  }

  /** A value as it lies on the disk. */
  valueOf(folder: string, key: Uint8Array): Uint8Array | undefined {
    return this.#folder(folder).table.get(key);
  }

  /** Whether the replacement of files fails. */
  failFiles(fail: boolean): void {
    this.#filesFail = fail;
  }

  setFreeBytes(freeBytes: number | undefined): void {
    this.#freeBytes = freeBytes;
  }

  async #replaceFile({ name, content, hold }: FileReplacement): Promise<void> {
    const life = this.#life;
    const copy = content.slice();
    await hold('file');
    if (life !== this.#life) await silence();
    if (this.#filesFail)
      throw new KvError('KV_STORE_FAILED', `The disk cannot replace ${name}: input/output error.`);
    this.#files.set(name, copy);
  }

  #open(name: string, { mustExist = false }: StorageOptions, hold: DiskHold): Storage {
    if (mustExist && !this.#folders.has(name))
      throw new StoreDamage(`The folder ${name} is missing`);
    const folder = this.#folder(name);
    if (folder.open !== undefined)
      throw new KvError('KV_DATA_DIR_LOCKED', `The folder ${name} is open already.`);
    folder.faults.failing = undefined;
    const { table, faults } = folder;
    table.recover();
    const closed = (): void => {
      folder.open = undefined;
    };
    folder.open = new MemoryStorage({ table, faults, hold, closed });
    return folder.open;
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

const SURVIVORS: Readonly<Record<'lost' | 'kept', Survivors>> = {
  lost: () => 0,
  kept: ({ unsynced }) => unsynced + 1,
};

function newFolder(table: MemoryTable): Folder {
  return { table, faults: { failing: undefined, unreadable: new Set() }, open: undefined };
}
