/** One change of a batch. */
export type BatchOperation =
  | { readonly type: 'put'; readonly key: Uint8Array; readonly value: Uint8Array }
  | { readonly type: 'del'; readonly key: Uint8Array };

/** A range of keys, in byte order. */
export interface KeyRange {
  /** First key that is in. */
  readonly gte: Uint8Array;
  /** First key that is out. */
  readonly lt: Uint8Array;
  readonly reverse?: boolean | undefined;
  readonly limit?: number | undefined;
}

export interface StorageEntry {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

/**
 * An ordered map of bytes that survives a crash (LevelDB in production).
 * A batch is atomic; with `sync` it is durable before the promise resolves. After a failed write every later write fails too.
 */
export interface Storage {
  get(key: Uint8Array): Promise<Uint8Array | undefined>;
  getMany(keys: readonly Uint8Array[]): Promise<readonly (Uint8Array | undefined)[]>;
  write(batch: readonly BatchOperation[], options: { readonly sync: boolean }): Promise<void>;
  /** Entries in order, from a snapshot taken at the call; read in pages, so that memory stays bounded. */
  iterate(range: KeyRange): AsyncIterable<StorageEntry>;
  /** Bytes on disk of a range, roughly. */
  approximateSize(range: KeyRange): Promise<number>;
  /** Figures of the engine for people: levels, files, bytes. */
  properties(): Promise<Readonly<Record<string, string>>>;
  /** The same as numbers. */
  figures(): Promise<StorageFigures>;
  /**
   * Writes what is in memory to tables, and the tables of a range anew, without what was replaced and deleted in it; an empty
   * range has only the first done. It cannot be cancelled, and reads and writes go on meanwhile.
   */
  compact(range: Pick<KeyRange, 'gte' | 'lt'>): Promise<void>;
  close(): Promise<void>;
}

/** What an ordered map says of itself; bytes read and written are those since it was opened. */
export interface StorageFigures {
  readonly levels: readonly LevelFigures[];
  /** Bytes in memory: what is not in a table yet, and the cache. */
  readonly memoryBytes: number;
}

/** One level of tables; only levels that hold something, or have been written to. */
export interface LevelFigures {
  readonly level: number;
  readonly files: number;
  readonly bytes: number;
  /** By compactions into it, in whole MiB as LevelDB counts. */
  readonly readBytes: number;
  readonly writtenBytes: number;
}

/** How an ordered map is tuned; sizes in bytes. */
export interface StorageOptions {
  readonly cacheBytes: number;
  readonly writeBufferBytes: number;
  readonly maxFileBytes: number;
  /** Whether an ordered map that is not there is a damaged one, rather than a new one. */
  readonly mustExist?: boolean | undefined;
}

/** The data directory of one node: a few small files and the ordered maps in it. */
export interface Disk {
  /**
   * Takes the directory for this process, making it when it does not exist.
   * @throws KvError KV_DATA_DIR_UNUSABLE, KV_DATA_DIR_LOCKED
   */
  lock(): Promise<void>;
  unlock(): Promise<void>;
  /** The whole file, or undefined when it does not exist. */
  readFile(name: string): Promise<Uint8Array | undefined>;
  /** Replaces the file by one synced rename: afterwards it is the old content or the new, whole. */
  replaceFile(name: string, content: Uint8Array): Promise<void>;
  /**
   * Opens, making it when it does not exist, the ordered map in a folder of the directory.
   * @throws KvError KV_DATA_DIR_LOCKED, KV_STORE_FAILED; `StoreDamage` when what is there was damaged
   */
  openStorage(folder: string, options: StorageOptions): Promise<Storage>;
  /**
   * Makes the ordered map in a folder one that can be opened, with what of it can still be read; what cannot is set aside. The older value
   * of a key may be what is left of it.
   * @throws KvError KV_STORE_FAILED
   */
  salvageStorage(folder: string): Promise<void>;
  /** Free bytes of the file system, or undefined when it does not say. */
  freeBytes(): Promise<number | undefined>;
}
